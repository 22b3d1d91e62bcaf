//! `clx plan`: what a build would do, and why.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use clx_build::{BuildTotals, Cause, Forecast, Past, PlaceState, StepForecast, predict};
use clx_core::Diagnostic;
use clx_course::Course;
use serde_json::{Value, json};

use super::failure::Failure;
use super::files::Files;
use super::last_build::{LastBuild, TracedBuild};
use super::planning::{Planned, Planner};
use super::wanted::Wanted;
use super::wiring::{Workshop, processors, runtime};
use crate::args::{ListFormat, PlanArgs};
use crate::display::{course_name, plural, seconds, stderr_line, stdout_line, stdout_text, table};
use crate::exit::Exit;
use crate::settings::{Request, SelectionSettings, WorkSettings, configured};

pub(super) fn run(args: PlanArgs) -> Exit {
    let PlanArgs { spec, selection, work, format } = args;
    let config = match configured(Some(&spec.root())) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let (selection, work) =
        (SelectionSettings::new(selection, &config), WorkSettings::new(work, &config));
    let found = config.problems();
    let request = Request { spec: &spec, selection: &selection, work: &work, found };
    let outlook = match TracedBuild::find(request) {
        Some(traced) if traced.changes.is_empty() => Outlook::of_last(traced.last),
        traced => match foresee(request, traced) {
            Ok(foreseen) => Outlook::new(foreseen),
            Err(failure) => return refuse(failure),
        },
    };
    match format {
        ListFormat::Json => stdout_text(&format!("{:#}\n", outlook.json(&work))),
        ListFormat::Table => outlook.print(&work),
    }
    Exit::Built
}

/// Prints why nothing could be foreseen.
pub(super) fn refuse(failure: Failure) -> Exit {
    failure.problems.iter().for_each(|problem| stderr_line(&problem.to_string()));
    stderr_line(&format!("error: {}", failure.message));
    failure.exit
}

/// A course, and what a build of it would do.
pub(super) struct Foreseen {
    pub(super) course: Course,
    /// Of the sources that were looked at.
    pub(super) forecast: Forecast,
    /// Of all.
    totals: BuildTotals,
    /// What is wrong with the course.
    problems: Vec<Diagnostic>,
}

/// Looks what a build would do; only at the topics that have changed since the last one, if there was one
/// and nothing else has changed.
pub(super) fn foresee(
    request: Request<'_>,
    last: Option<TracedBuild>,
) -> Result<Foreseen, Failure> {
    let (work, root) = (request.work, request.spec.root());
    // To open the files takes as long as to read a small course.
    let (wanted, files) = thread::scope(|scope| {
        let files = scope.spawn(|| Files::open_again(&root, work));
        (Wanted::read(request, last), join(files))
    });
    let Wanted { course, outputs, found, narrow, .. } = wanted.map_err(|problems| Failure {
        message: format!("{} cannot be planned", request.spec.spec.display()),
        problems,
        exit: Exit::Spec,
    })?;
    let files = match files? {
        Some(files) => files,
        None => Files::open(&course.root, work)?,
    };
    let runtime = runtime().map_err(Failure::environment)?;
    let workshop = Workshop::open(files, &course, work, &runtime)?;
    let (toolbox, store) = (workshop.toolbox(), &workshop.store);
    let planner = Planner { course: &course, work, toolbox: &toolbox, store };
    let roots: Vec<PathBuf> = outputs.targets.iter().map(|target| target.root.clone()).collect();
    let (planned, past) = thread::scope(|scope| {
        let past = scope.spawn(|| Past::read(&roots, store));
        (planner.plan(&outputs), join(past))
    });
    let (Planned { plan, .. }, past) = (planned?, past?);
    let plan = match &narrow {
        None => plan,
        Some(narrow) => match narrow.fit(&course, plan) {
            Some(part) => part,
            None => return foresee(request, None),
        },
    };
    let forecast = Forecast::new(&plan, &past, store)?;
    store.flush()?;
    let problems = found.into_iter().chain(plan.problems().iter().cloned()).collect();
    let totals = plan.totals();
    // To give back so many small pieces of memory takes a while, for which nobody need wait.
    thread::spawn(move || drop((plan, past, outputs)));
    Ok(Foreseen { course, forecast, totals, problems })
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// What is told of what a build would do.
struct Outlook {
    course_name: String,
    totals: BuildTotals,
    forecast: Forecast,
    problems: Vec<Diagnostic>,
}

impl Outlook {
    fn new(foreseen: Foreseen) -> Self {
        let Foreseen { course, forecast, totals, problems } = foreseen;
        Self { course_name: course_name(&course).to_owned(), totals, forecast, problems }
    }

    /// Nothing has changed.
    fn of_last(last: LastBuild) -> Self {
        let LastBuild { course_name, totals, found, problems, .. } = last;
        let forecast = Forecast { steps: vec![], copies: vec![], removals: vec![] };
        Self { course_name, totals, forecast, problems: [found, problems].concat() }
    }

    fn print(&self, work: &WorkSettings) {
        let errors = self.problems.iter().filter(|problem| problem.is_error());
        errors.for_each(|problem| stderr_line(&problem.to_string()));
        let steps = || self.forecast.steps.iter();
        let busy: Vec<&StepForecast> = steps().filter(|step| !is_fresh(step)).collect();
        if !busy.is_empty() {
            let rows: Vec<_> = busy.iter().map(|step| row(step)).collect();
            stdout_text(&table(["SOURCE", "OUTPUTS", "WHY", "LAST TOOK"], &rows));
            stdout_line("");
        }
        let n_fresh = self.totals.steps - busy.len();
        let name = &self.course_name;
        if busy.is_empty() && self.forecast.copies.is_empty() && self.forecast.removals.is_empty() {
            let sources = plural(n_fresh, "source");
            let outputs = plural(self.totals.outputs, "output");
            stdout_line(&format!("{name}: nothing to do, {outputs} of {sources} are in place."));
            return;
        }
        let mut parts = vec![format!("{} to build", plural(busy.len(), "source"))];
        parts.extend(expected(&busy, work).map(|time| format!("in about {}", seconds(time))));
        parts.push(format!("{} fresh", plural(n_fresh, "source")));
        let more = [(&self.forecast.copies, "to copy"), (&self.forecast.removals, "to remove")];
        let more = more.iter().filter(|(files, _)| !files.is_empty());
        parts.extend(more.map(|(files, what)| format!("{} {what}", plural(files.len(), "file"))));
        stdout_line(&format!("{name}: {}.", parts.join(", ")));
    }

    fn json(&self, work: &WorkSettings) -> Value {
        let steps = &self.forecast.steps;
        let busy: Vec<&StepForecast> = steps.iter().filter(|step| !is_fresh(step)).collect();
        json!({
            "course_name": self.course_name,
            "sources": self.totals.steps,
            "fresh": self.totals.steps - busy.len(),
            "expected_seconds": expected(&busy, work).map(|time| time.as_secs_f64()),
            "steps": busy.iter().map(|step| step_json(step)).collect::<Value>(),
            "copies": shown(&self.forecast.copies),
            "removals": shown(&self.forecast.removals),
            "problems": self.problems,
        })
    }
}

fn is_fresh(step: &StepForecast) -> bool {
    step.n_made() == 0 && step.n_placed() == 0
}

fn row(step: &StepForecast) -> [String; 4] {
    let part = |n: usize, what: &str| if n == 0 { None } else { Some(format!("{n} {what}")) };
    let outputs = [part(step.n_made(), "to make"), part(step.n_placed(), "to put in place")];
    let outputs = outputs.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let last = step.expected.map(seconds).unwrap_or_default();
    [step.file.clone(), outputs, why(step), last]
}

/// Says in some words why something is to be done for a source.
pub(super) fn why(step: &StepForecast) -> String {
    match &step.cause {
        Cause::New => "never built".to_owned(),
        Cause::Moved(names) => format!("changed: {}", names.join(", ")),
        Cause::Lost => "no result of the last build".to_owned(),
        Cause::Nothing => {
            let states = step.outputs.iter().map(|output| place(output.place));
            let mut states: Vec<_> =
                states.filter(|state| *state != place(PlaceState::Right)).collect();
            states.sort_unstable();
            states.dedup();
            states.join(", ")
        }
    }
}

/// Says what lies at the place of an output.
pub(super) const fn place(state: PlaceState) -> &'static str {
    match state {
        PlaceState::Right => "in place",
        PlaceState::Missing => "missing",
        PlaceState::Outdated => "outdated",
        PlaceState::Changed => "changed by hand",
        PlaceState::Foreign => "not written by clx",
    }
}

pub(super) fn step_json(step: &StepForecast) -> Value {
    let (cause, components) = match &step.cause {
        Cause::Nothing => ("none", &[][..]),
        Cause::New => ("new", &[][..]),
        Cause::Moved(names) => ("changed", &names[..]),
        Cause::Lost => ("lost", &[][..]),
    };
    let output = |output: &clx_build::OutputForecast| {
        json!({
            "path": output.path.display().to_string(),
            "known": output.is_known,
            "place": place(output.place),
        })
    };
    json!({
        "file": step.file,
        "kind": step.kind.name(),
        "made": step.n_made(),
        "placed": step.n_placed(),
        "cause": cause,
        "components": components,
        "expected_seconds": step.expected.map(|time| time.as_secs_f64()),
        "outputs": step.outputs.iter().map(output).collect::<Value>(),
    })
}

fn shown(paths: &[PathBuf]) -> Value {
    paths.iter().map(|path| path.display().to_string()).collect()
}

/// Returns how long the steps will take; `None` if nothing like them ever ran.
fn expected(steps: &[&StepForecast], work: &WorkSettings) -> Option<Duration> {
    let made = steps.iter().filter(|step| step.n_made() > 0);
    predict(made.map(|step| (step.kind, step.expected)), &work.slots(processors()))
}
