//! Looks for problems of a course's notebook sources without running code: all that a build would
//! report of them, and what a build does not look at.
//!
//! | module | finds |
//! |---|---|
//! | `source` | what the reader of notebooks reports: Jinja errors, wrong options, unknown tags |
//! | `pairing` | cells of one language without a counterpart in another |
//! | `link` | pictures and links in prose that lead nowhere |
//!
//! Principal function: [`check_notebooks`]. Writes nothing.

pub mod code;

mod link;
mod pairing;
mod source;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use clx_core::Diagnostic;
use clx_course::{Course, NotebookOutputs, OutputPlan};
use clx_notebook::{Branding, NotebookRenderer};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use self::link::SectionFiles;

/// Pictures that diagrams make beside the one that is named after their source: file names without
/// extension, by absolute path of the source. Only who can read diagrams knows them.
pub type FurtherPictures = HashMap<PathBuf, Vec<String>>;

/// Returns what is wrong with the notebooks of a plan, in course order, each problem once. Sources that
/// cannot be read were reported when the course was loaded.
#[must_use]
pub fn check_notebooks(
    course: &Course,
    plan: &OutputPlan,
    further: &FurtherPictures,
) -> Vec<Diagnostic> {
    let files = SectionFiles::of(course, further);
    let found: Vec<_> =
        plan.notebooks.par_iter().map(|notebook| check(course, notebook, &files)).collect();
    let mut known = HashSet::new();
    let is_new = |problem: &Diagnostic| {
        known.insert((problem.code.clone(), problem.location.clone(), problem.message.clone()))
    };
    found.into_iter().flatten().filter(is_new).collect()
}

fn check(course: &Course, notebook: &NotebookOutputs, files: &SectionFiles<'_>) -> Vec<Diagnostic> {
    let Ok(text) = fs::read_to_string(&notebook.source) else { return Vec::new() };
    let shown = course.shown(&notebook.source);
    let branding = Branding { author: course.author.clone(), ..Branding::default() };
    let mut renderer = NotebookRenderer::new(shown, &text, notebook.prog_lang, &branding);
    let variants = source::variants(course, notebook);
    let mut problems = source::check(&mut renderer, &variants);
    if problems.iter().any(Diagnostic::is_error) {
        return problems;
    }
    problems.extend(pairing::check(&mut renderer, &variants, shown));
    problems.extend(link::check(&mut renderer, &variants, notebook, shown, files));
    problems.sort_by(|a, b| a.location.cmp(&b.location));
    problems
}
