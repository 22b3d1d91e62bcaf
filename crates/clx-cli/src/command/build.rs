//! `clx build`: course, plan, backend, publisher, report.

use std::sync::Arc;
use std::time::Instant;

use clx_build::{BuildEvent, BuildReport, BuildStatus, Control, Restored};
use clx_config::{Config, Sources};
use clx_core::{Clock, Diagnostic, SystemClock};
use clx_store::FINE_TICK;

use super::failed_steps::FailedSteps;
use super::failure::Failure;
use super::files::Files;
use super::last_build::TracedBuild;
use super::restore::restore;
use super::round::Round;
use super::wanted::Wanted;
use super::watch;
use super::wiring::{Workshop, runtime};
use super::with_causes;
use crate::args::BuildArgs;
use crate::display::{BuildDisplay, EventLog, stderr_line};
use crate::exit::Exit;
use crate::settings::{BuildSettings, has_errors};
use crate::signals;

pub(super) fn run(args: BuildArgs) -> Exit {
    let config = Config::load(&Sources::of_process(Some(&args.spec.root())));
    let args = BuildSettings::new(args, &config);
    let events = match EventLog::open(&args.display) {
        Ok(events) => events,
        Err(refusal) => {
            stderr_line(&format!("error: {}", with_causes(&refusal)));
            return refusal.exit();
        }
    };
    if has_errors(&config) {
        let display = BuildDisplay::new(&args.display, &args.spec, &events);
        display.refuse(&args.spec.spec, &args.found);
        return Exit::Spec;
    }
    // What was never there cannot be watched: a build says so, and ends.
    let watches = args.follow.watch && args.spec.spec.exists();
    if watches { watch::run(args, events) } else { once(&args, &events) }
}

fn once(args: &BuildSettings, events: &EventLog) -> Exit {
    let mut display = BuildDisplay::new(&args.display, &args.spec, events);
    let begin = Instant::now();
    let looked = SystemClock.now();
    let request = args.request();
    let traced = args.verify.is_none().then(|| TracedBuild::find(request)).flatten();
    if let Some(traced) = &traced {
        if traced.changes.is_empty() {
            let report = BuildReport::unchanged(&traced.last.totals, traced.last.problems.clone());
            return display.repeat_last(&traced.last, &report, Vec::new(), begin.elapsed());
        }
        if traced.changes.inputs.is_empty() {
            display.restoring();
            if let Some(Restored { report, written }) = restore(request, traced, looked) {
                let exit = display.repeat_last(&traced.last, &report, written, begin.elapsed());
                wait_for_clock(&report);
                return exit;
            }
        }
    }
    display.reading();
    let mut wanted = match Wanted::read(request, traced) {
        Ok(wanted) => wanted,
        Err(problems) => {
            display.refuse(&args.spec.spec, &problems);
            return Exit::Spec;
        }
    };
    display.begin(&wanted.course);
    for problem in &wanted.found {
        display.problem(problem);
    }
    match build(args, &mut wanted, &mut display) {
        Ok(report) => display.finish(&report, &wanted.found, begin.elapsed()),
        Err(failure) => {
            for problem in &failure.problems {
                display.problem(problem);
            }
            wanted.found.extend(failure.problems);
            let Failure { message, exit, .. } = failure;
            display.fail((&message, exit), &wanted.found, begin.elapsed());
            exit
        }
    }
}

fn build(
    args: &BuildSettings,
    wanted: &mut Wanted,
    display: &mut BuildDisplay,
) -> Result<BuildReport, Failure> {
    let files = Files::open(&wanted.course.root, &args.work)?;
    let runtime = runtime().map_err(Failure::environment)?;
    let workshop = Workshop::open(files, &wanted.course, &args.work, &runtime)?;
    let control = Arc::new(Control::default());
    signals::on_interrupt(&runtime, {
        let control = Arc::clone(&control);
        move || control.interrupt()
    })
    .map_err(Failure::environment)?;
    let round = Round {
        args,
        workshop: &workshop,
        runtime: &runtime,
        control: &control,
        failed: &mut FailedSteps::default(),
    };
    let report = round.build(wanted, &mut |event: BuildEvent| display.event(&event));
    if control.interrupts() < 2 {
        runtime.block_on(workshop.kernels_ended());
    }
    let report = report?;
    if report.status != BuildStatus::Interrupted && !workshop.has_other_builds()? {
        args.limits.prune_daily(&workshop.store)?;
    }
    wait_for_clock(&report);
    Ok(report)
}

/// Waits until whoever changes an output after this build changes its time, too.
fn wait_for_clock(report: &BuildReport) {
    let Some(last_write) = report.last_write else { return };
    while let Some(left) = FINE_TICK.checked_sub(last_write.elapsed()) {
        std::thread::park_timeout(left);
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
