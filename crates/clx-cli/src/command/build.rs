//! `clx build`: course, plan, backend, publisher, report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_build::{Build, BuildEvent, BuildOptions, BuildReport, BuildStatus, Control};
use clx_core::{Clock, Diagnostic, Inputs, SystemClock, Timestamp};
use clx_course::{Course, OutputPlan};
use clx_store::FINE_TICK;

use super::failure::Failure;
use super::last_build::{LastBuild, Underway};
use super::planning::{Planned, Planner, outputs};
use super::wiring::{Workshop, open_state, runtime};
use crate::args::BuildArgs;
use crate::display::{BuildDisplay, course_name};
use crate::exit::Exit;
use crate::signals;

/// How long workers may take to end after a build.
const GRACE: Duration = Duration::from_secs(10);

pub(super) fn run(args: &BuildArgs) -> Exit {
    let mut display = BuildDisplay::new(&args.display);
    let begin = Instant::now();
    if let Some(last) = LastBuild::still_holds(args) {
        return display.repeat_last(last, begin.elapsed());
    }
    let began = SystemClock.now();
    let loaded = super::load(&args.spec);
    let Some(course) = loaded.course else {
        display.refuse(&args.spec.spec, &loaded.diagnostics);
        return Exit::Spec;
    };
    display.begin(&course);
    let (outputs, all, warnings) = match outputs(&course, &args.selection) {
        Ok(plans) => plans,
        Err(fatal) => {
            display.refuse(&args.spec.spec, &fatal);
            return Exit::Spec;
        }
    };
    let mut found = loaded.diagnostics;
    found.extend(warnings);
    for problem in &found {
        display.problem(problem);
    }
    let seen = Seen { inputs: &loaded.inputs, found: &found, began };
    let built = build(args, &course, &outputs, &all, &seen, &mut display);
    match built {
        Ok(report) => display.finish(&report, &found, begin.elapsed()),
        Err(failure) => {
            for problem in &failure.problems {
                display.problem(problem);
            }
            found.extend(failure.problems);
            display.fail(&failure.message, &found, begin.elapsed());
            failure.exit
        }
    }
}

/// What was seen of a course when it was loaded.
struct Seen<'a> {
    inputs: &'a Inputs,
    found: &'a [Diagnostic],
    began: Timestamp,
}

fn build(
    args: &BuildArgs,
    course: &Course,
    outputs: &OutputPlan,
    all: &OutputPlan,
    seen: &Seen<'_>,
    display: &mut BuildDisplay,
) -> Result<BuildReport, Failure> {
    let work = &args.work;
    let state = open_state(&course.root, &work.state)?;
    let underway = Underway::begin(args, &state, seen.began)?;
    let runtime = runtime().map_err(Failure::environment)?;
    let workshop = Workshop::open(state, course, work, &runtime)?;
    let control = Arc::new(Control::default());
    signals::on_interrupt(&runtime, {
        let control = Arc::clone(&control);
        move || control.interrupt()
    })
    .map_err(Failure::environment)?;

    let store = Arc::clone(&workshop.store);
    let toolbox = workshop.toolbox();
    let planner = Planner { course, work, toolbox: &toolbox, store: &store };
    let Planned { plan, tools, templates } = planner.plan(outputs, all)?;
    workshop.check(&plan)?;
    let mut backend = workshop.backend(&course.root, work, &runtime)?;
    let options =
        BuildOptions { adopt: work.adopt, keep: work.keep_directory, fail_fast: work.fail_fast };
    let mut on_event = |event: BuildEvent| display.event(&event);
    let report = Build::new(&plan, &store, options, &mut on_event)?.run(&mut backend, &control);
    let grace = if control.interrupts() > 1 { Duration::ZERO } else { GRACE };
    let closed = backend.close(grace);
    if !grace.is_zero() {
        runtime.block_on(workshop.kernels_ended());
    }
    let report = report?;
    closed?;
    let is_clean = !seen.found.iter().any(Diagnostic::is_error);
    if is_clean {
        let last = LastBuild {
            course_name: course_name(course).to_owned(),
            totals: plan.totals(),
            found: seen.found.to_vec(),
            problems: report.lasting_problems().cloned().collect(),
            tools,
        };
        underway.keep(&plan, &report, &[seen.inputs, plan.inputs(), &templates], &last)?;
    }
    wait_for_clock(&report);
    Ok(report)
}

/// Waits until whoever changes an output after this build changes its time, too.
#[expect(clippy::disallowed_methods, reason = "nobody stops anything within 10 ms")]
fn wait_for_clock(report: &BuildReport) {
    if let Some(last_write) = report.last_write {
        std::thread::sleep(FINE_TICK.saturating_sub(last_write.elapsed()));
    }
}

/// Tells whether nothing is wrong but that tools are not installed.
fn lacks_only_tools(report: &BuildReport, found: &[Diagnostic]) -> bool {
    let mut errors = found.iter().chain(&report.problems).filter(|problem| problem.is_error());
    let codes = [clx_build::code::KERNEL_MISSING, clx_build::code::TOOL_MISSING];
    errors.all(|error| codes.contains(&error.code.as_str()))
}

/// Returns the exit status of a finished build.
pub(crate) fn exit_of(report: &BuildReport, found: &[Diagnostic]) -> Exit {
    match report.status {
        BuildStatus::Interrupted => Exit::Interrupted,
        BuildStatus::SomeFailed if lacks_only_tools(report, found) => Exit::Environment,
        BuildStatus::SomeFailed => Exit::SomeFailed,
        BuildStatus::Built if found.iter().any(Diagnostic::is_error) => Exit::SomeFailed,
        BuildStatus::Built => Exit::Built,
    }
}
