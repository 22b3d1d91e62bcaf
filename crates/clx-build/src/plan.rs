//! What a build has to do: steps with keys, places for their outputs, copies. Principal type:
//! [`BuildPlan`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clx_core::{ContentHash, Diagnostic, JobKind, Severity, Step};
use clx_course::{Course, FileCopy, NotebookOutputs, OutputPlan};
use clx_store::{Store, StoreError};

use crate::code;
use crate::event::BuildTotals;
use crate::notebook::{Renderers, notebook_step};
use crate::page::{Kernels, PageSettings, runs_code};

/// Why no plan could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The store failed.
    #[error("the store failed while the build was planned")]
    Store(#[from] StoreError),
}

/// Steps, where their outputs go, and everything else that belongs into the output trees.
#[derive(Debug)]
pub struct BuildPlan {
    /// Absolute output roots.
    pub(crate) roots: Vec<PathBuf>,
    /// Directories of the course in the roots: what may be swept.
    pub(crate) course_dirs: Vec<PathBuf>,
    /// Directories that exist even if they stay empty.
    pub(crate) directories: Vec<PathBuf>,
    pub(crate) steps: Vec<PlannedStep>,
    pub(crate) copies: Vec<FileCopy>,
    /// Digest of each copied source.
    pub(crate) digests: BTreeMap<PathBuf, ContentHash>,
    /// Every path that some selection of this course would write.
    pub(crate) wanted: BTreeSet<PathBuf>,
    /// Problems found while planning.
    pub(crate) problems: Vec<Diagnostic>,
}

/// A step and where each of its outputs goes.
#[derive(Debug)]
pub(crate) struct PlannedStep {
    pub(crate) source: PathBuf,
    /// Further files that its job needs.
    pub(crate) inputs: Vec<(PathBuf, ContentHash)>,
    pub(crate) step: Step,
    /// One entry per output of the step.
    pub(crate) places: Vec<Vec<PathBuf>>,
}

impl BuildPlan {
    /// Plans what `outputs` asks for. `all` is the same plan for every kind and format: what it
    /// names is not swept even if this build leaves it out.
    ///
    /// # Errors
    /// [`PlanError::Store`]. Sources that cannot be read become problems of the plan.
    pub fn new(
        course: &Course,
        outputs: &OutputPlan,
        all: &OutputPlan,
        store: &Store,
        pages: &PageSettings<'_>,
    ) -> Result<Self, PlanError> {
        let mut problems = unsupported(course, outputs);
        let digests = digests(course, &sources(outputs), store, &mut problems)?;
        let mut kernels = Kernels::new(pages);
        let mut renderers = BTreeMap::new();
        let steps = outputs
            .notebooks
            .iter()
            .filter_map(|notebook| {
                let source = *digests.get(&notebook.source)?;
                let renderer = *renderers
                    .entry(notebook.prog_lang)
                    .or_insert_with(|| clx_notebook::renderer_identity(notebook.prog_lang));
                let code = kernels.code_use(notebook, |path| digests.get(path).copied());
                let renderers = Renderers { notebook: renderer, pages };
                notebook_step(course, notebook, source, code, &renderers)
            })
            .collect();
        problems.extend(kernels.problems(course));
        Ok(Self {
            roots: outputs.targets.iter().map(|target| target.root.clone()).collect(),
            course_dirs: outputs.course_dirs.clone(),
            directories: outputs.directories.clone(),
            steps,
            copies: outputs.copies.clone(),
            digests,
            wanted: paths(all).chain(paths(outputs)).map(Path::to_owned).collect(),
            problems,
        })
    }

    /// Counts what is to be done.
    #[must_use]
    pub fn totals(&self) -> BuildTotals {
        BuildTotals {
            steps: self.steps.len(),
            outputs: self.steps.iter().flat_map(|step| &step.places).map(Vec::len).sum(),
            copies: self.copies.iter().map(|copy| copy.destinations.len()).sum(),
        }
    }

    /// Returns the problems found while planning.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }
}

/// Returns the files whose bytes the outputs depend on.
fn sources(outputs: &OutputPlan) -> BTreeSet<&Path> {
    let wanted = || outputs.notebooks.iter().filter(|notebook| !notebook.outputs.is_empty());
    let seen =
        wanted().filter(|notebook| runs_code(notebook)).flat_map(NotebookOutputs::support_files);
    wanted()
        .map(|notebook| notebook.source.as_path())
        .chain(outputs.copies.iter().map(|copy| copy.source.as_path()))
        .chain(seen.map(|file| file.source.as_path()))
        .collect()
}

fn paths(outputs: &OutputPlan) -> impl Iterator<Item = &Path> {
    let notebooks = outputs.notebooks.iter().flat_map(|notebook| &notebook.outputs);
    notebooks
        .map(|output| &output.path)
        .chain(
            outputs
                .diagrams
                .iter()
                .flat_map(|diagram| &diagram.pictures)
                .flat_map(|made| &made.places),
        )
        .chain(outputs.copies.iter().flat_map(|copy| &copy.destinations))
        .map(PathBuf::as_path)
}

/// Digests all sources; those that cannot be read become problems.
fn digests(
    course: &Course,
    sources: &BTreeSet<&Path>,
    store: &Store,
    problems: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<PathBuf, ContentHash>, PlanError> {
    let sources: Vec<PathBuf> = sources.iter().map(|&path| path.to_owned()).collect();
    let mut digests = BTreeMap::new();
    for (path, digest) in sources.iter().zip(store.digests_of(&sources)?) {
        match digest {
            Ok(digest) => {
                digests.insert(path.clone(), digest);
            }
            Err(error) => {
                let message = format!("cannot be read: {error}");
                problems.push(
                    Diagnostic::error(code::READ_FAILED, "file_load_error", message)
                        .in_file(course.shown(path)),
                );
            }
        }
    }
    Ok(digests)
}

/// Names what this version leaves out.
fn unsupported(course: &Course, outputs: &OutputPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let left_out = |message: String| {
        Diagnostic::new(Severity::High, code::NOT_SUPPORTED, "not_supported", message)
    };
    for (kind, name) in [(JobKind::PlantUml, "PlantUML"), (JobKind::Drawio, "draw.io")] {
        let sources: Vec<String> = outputs
            .diagrams
            .iter()
            .filter(|diagram| diagram.kind == kind)
            .map(|diagram| course.shown(&diagram.source).display().to_string())
            .collect();
        if !sources.is_empty() {
            problems.push(left_out(format!(
                "{name} diagrams are not supported yet, left out: {}",
                sources.join(", ")
            )));
        }
    }
    problems
}

/// Writes a number with its noun: `1 page`, `2 pages`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
