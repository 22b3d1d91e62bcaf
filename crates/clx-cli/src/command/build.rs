//! `clx build`: course, plan, backend, publisher, report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_build::{
    Build, BuildEvent, BuildOptions, BuildPlan, BuildReport, BuildStatus, Control, PageSettings,
    PlanSettings,
};
use clx_core::Diagnostic;
use clx_course::{Course, ImageMode, OutputPlan, Selection};

use super::cache::CacheLimits;
use super::diagrams::diagram_tool;
use super::failure::Failure;
use super::pages::{KernelChooser, PageTemplates};
use super::wiring::{Workshop, open_state, runtime};
use super::with_causes;
use crate::args::BuildArgs;
use crate::args::build::{ExecuteArg, ImageModeArg, SelectionArgs};
use crate::display::BuildDisplay;
use crate::exit::Exit;
use crate::signals;

/// How long workers may take to end after a build.
const GRACE: Duration = Duration::from_secs(10);

pub(super) fn run(args: &BuildArgs) -> Exit {
    let mut display = BuildDisplay::new(&args.display);
    let begin = Instant::now();
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
    let built = build(args, &course, &outputs, &all, &mut display);
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

fn build(
    args: &BuildArgs,
    course: &Course,
    outputs: &OutputPlan,
    all: &OutputPlan,
    display: &mut BuildDisplay,
) -> Result<BuildReport, Failure> {
    let work = &args.work;
    let limits = CacheLimits::of_process()?;
    let state = open_state(&course.root, &work.state)?;
    let runtime = runtime().map_err(Failure::environment)?;
    let workshop = Workshop::open(state, course, work, &runtime)?;
    let control = Arc::new(Control::default());
    signals::on_interrupt(&runtime, {
        let control = Arc::clone(&control);
        move || control.interrupt()
    })
    .map_err(Failure::environment)?;

    let store = Arc::clone(&workshop.store);
    let templates = PageTemplates::load(&course.root, &store)?;
    let toolbox = workshop.toolbox();
    let chooser = KernelChooser { tools: &toolbox, chosen: &work.kernel, execute: work.execute };
    let kernel = |language| chooser.choose(language);
    let pages = PageSettings {
        renderer: templates.identity,
        templates: templates.own,
        kernel: (work.execute != ExecuteArg::Never).then_some(&kernel),
        reuse: !work.no_cache,
        cell_limit: work.cell_timeout.map(Duration::from_secs),
    };
    let diagrams = |kind| diagram_tool(kind, work.diagrams, &toolbox);
    let settings = PlanSettings { pages, diagrams: &diagrams };
    let plan = BuildPlan::new(course, outputs, all, &store, &settings)
        .map_err(|error| Failure::environment(with_causes(&error)))?;
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
    if report.status != BuildStatus::Interrupted && !workshop.has_other_builds()? {
        limits.prune_daily(&store)?;
    }
    Ok(report)
}

type Plans = (OutputPlan, OutputPlan, Vec<Diagnostic>);

/// Plans the selection, and the same without its restriction to some kinds: what that names is
/// never swept.
fn outputs(course: &Course, args: &SelectionArgs) -> Result<Plans, Vec<Diagnostic>> {
    let selection = Selection {
        output_dir: args.output_dir.clone(),
        targets: args.targets.clone(),
        languages: args.language.clone(),
        speaker_only: args.speaker_only,
        image_mode: match args.image_mode {
            ImageModeArg::Duplicated => ImageMode::Duplicated,
            ImageModeArg::Shared => ImageMode::Shared,
        },
        formats: Vec::new(),
        picture_formats: args.image_format.formats(),
    };
    let (outputs, warnings) = clx_course::outputs(course, &selection)?;
    let all = if args.speaker_only {
        clx_course::outputs(course, &Selection { speaker_only: false, ..selection })?.0
    } else {
        OutputPlan::default()
    };
    Ok((outputs, all, warnings))
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
