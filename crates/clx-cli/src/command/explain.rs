//! `clx explain`: of one source or output, what a build would do with it and why.

use std::path::{Path, PathBuf};

use clx_build::StepForecast;

use super::failure::Failure;
use super::plan::{Foreseen, foresee, place, refuse, step_json, why};
use crate::args::{ExplainArgs, ListFormat, SpecArgs};
use crate::display::{seconds, stdout_line, stdout_text, table};
use crate::exit::Exit;
use crate::settings::{Request, SelectionSettings, WorkSettings, configured};
use crate::spec_files::{SPECS, specs_above};

pub(super) fn run(args: ExplainArgs) -> Exit {
    explain(args).unwrap_or_else(refuse)
}

fn explain(args: ExplainArgs) -> Result<Exit, Failure> {
    let ExplainArgs { path: shown, spec, data_dir, selection, work, format } = args;
    let path = std::path::absolute(&shown).map_err(Failure::environment)?;
    let specs = spec.map_or_else(|| specs_above(&path), |spec| vec![spec]);
    let of_course = |spec: &PathBuf| SpecArgs { spec: spec.clone(), data_dir: data_dir.clone() };
    // Specs of one directory are of one course.
    let root = specs.first().map(|spec| of_course(spec).root());
    let config = match configured(root.as_deref()) {
        Ok(config) => config,
        Err(exit) => return Ok(exit),
    };
    let (selection, work) =
        (SelectionSettings::new(selection, &config), WorkSettings::new(work, &config));
    let mut refused = None;
    for spec in &specs {
        let spec = of_course(spec);
        let request =
            Request { spec: &spec, selection: &selection, work: &work, found: config.problems() };
        match foresee(request, None) {
            Ok(foreseen) => {
                if let Some(step) = step_of(&foreseen, &path) {
                    print(&foreseen, step, &path, format);
                    return Ok(Exit::Built);
                }
            }
            Err(failure) => refused = Some(failure),
        }
    }
    Err(refused.unwrap_or_else(|| unknown(&shown, &specs)))
}

fn step_of<'f>(foreseen: &'f Foreseen, path: &Path) -> Option<&'f StepForecast> {
    let root = &foreseen.course.root;
    foreseen.forecast.steps.iter().find(|step| {
        root.join(&step.file) == *path || step.outputs.iter().any(|output| output.path == *path)
    })
}

fn print(foreseen: &Foreseen, step: &StepForecast, path: &Path, format: ListFormat) {
    let is_asked = |output: &&clx_build::OutputForecast| output.path == *path;
    let one = step.outputs.iter().filter(is_asked).cloned().collect::<Vec<_>>();
    let step = match one.is_empty() {
        true => step.clone(),
        false => StepForecast { outputs: one, ..step.clone() },
    };
    if format == ListFormat::Json {
        stdout_text(&format!("{:#}\n", step_json(&step)));
        return;
    }
    let known =
        if step.n_made() == 0 { "all results are known" } else { "something is to be made" };
    let spec = foreseen.course.shown(&foreseen.course.spec).display();
    stdout_line(&format!("{} ({}) of {spec}: {known}", step.file, step.kind));
    let why = why(&step);
    if !why.is_empty() {
        stdout_line(&format!("  {why}"));
    }
    if let Some(expected) = step.expected {
        stdout_line(&format!("  last took {}", seconds(expected)));
    }
    let rows: Vec<[String; 3]> = step
        .outputs
        .iter()
        .map(|output| {
            let path = output.path.strip_prefix(&foreseen.course.root).unwrap_or(&output.path);
            let result = if output.is_known { "known" } else { "to be made" };
            [path.display().to_string(), result.to_owned(), place(output.place).to_owned()]
        })
        .collect();
    stdout_line("");
    stdout_text(&table(["OUTPUT", "RESULT", "FILE"], &rows));
}

fn unknown(path: &Path, specs: &[PathBuf]) -> Failure {
    let message = match specs {
        [] => format!(
            "there is no `{SPECS}` with a course spec above {}; name the spec with `--spec`",
            path.display()
        ),
        _ => {
            let specs: Vec<_> = specs.iter().map(|spec| spec.display().to_string()).collect();
            format!(
                "{} is neither a source from which outputs are made nor an output of {}\n  \
                 hint: `clx decks SPEC` lists the sources, and `clx orphans` what no spec uses",
                path.display(),
                specs.join(", ")
            )
        }
    };
    Failure { message, problems: Vec::new(), exit: Exit::SomeFailed }
}
