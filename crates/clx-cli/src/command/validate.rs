//! `clx validate`: all problems of a course at once, without running code.

use std::fs;
use std::path::Path;

use clx_check::{FurtherPictures, check_notebooks};
use clx_config::{Config, Sources};
use clx_core::Diagnostic;
use clx_course::{Course, OutputPlan, Selection};

use super::diagrams::read_diagram;
use super::pages::template_problems;
use crate::args::validate::ValidateArgs;
use crate::display::print_problems;
use crate::exit::Exit;
use crate::settings::has_errors;

pub(super) fn run(args: &ValidateArgs) -> Exit {
    let loaded = super::load(&args.spec, &[]);
    let config = Config::load(&Sources::of_process(Some(&args.spec.root())));
    let mut problems = [config.problems(), &loaded.diagnostics].concat();
    let mut is_usable = false;
    if let Some(course) = &loaded.course {
        match clx_course::outputs(course, &Selection::default()) {
            Ok((plan, warnings)) => {
                is_usable = true;
                problems.extend(warnings);
                problems.extend(check(course, &plan));
            }
            Err(fatal) => problems.extend(fatal),
        }
        let templates = template_problems(&course.root);
        is_usable &= templates.is_empty() && !has_errors(&config);
        problems.extend(templates);
    }
    print_problems(args.format, &args.spec.spec, &args.spec.root(), &problems);
    if !is_usable {
        Exit::Spec
    } else if problems.iter().any(Diagnostic::is_error) {
        Exit::SomeFailed
    } else {
        Exit::Built
    }
}

/// Returns what is wrong with the sources of a plan: diagrams, then notebooks, which show them.
fn check(course: &Course, plan: &OutputPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut further = FurtherPictures::new();
    for diagram in &plan.diagrams {
        let Ok(bytes) = fs::read(&diagram.source) else { continue };
        let source = String::from_utf8_lossy(&bytes);
        let mut read = |path: &Path| fs::read(course.root.join(path)).ok();
        match read_diagram(diagram.kind, course.shown(&diagram.source), &source, &mut read) {
            Ok(parts) => {
                problems.extend(parts.problems);
                let names = parts.further.into_iter().map(|picture| picture.name).collect();
                further.insert(diagram.source.clone(), names);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    problems.extend(check_notebooks(course, plan, &further));
    problems
}
