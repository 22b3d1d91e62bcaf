//! One build of a course as it is now, which can be repeated with the same workshop. Principal types:
//! [`Wanted`], [`Round`].

use std::sync::Arc;
use std::time::Duration;

use clx_build::{
    Build, BuildEvent, BuildOptions, BuildPlan, BuildReport, Control, PageSettings, PlanSettings,
};
use clx_core::Diagnostic;
use clx_course::{Course, ImageMode, OutputPlan, Selection};
use tokio::runtime::Runtime;

use super::diagrams::diagram_tool;
use super::failed_steps::{FailedSteps, Remembering};
use super::failure::Failure;
use super::pages::{KernelChooser, PageTemplates};
use super::wiring::Workshop;
use super::with_causes;
use crate::args::BuildArgs;
use crate::args::build::{ExecuteArg, ImageModeArg, SelectionArgs, WorkArgs};

/// How long workers may take to end after a build.
const GRACE: Duration = Duration::from_secs(10);

/// A course and what is wanted of it.
pub(super) struct Wanted {
    pub(super) course: Course,
    pub(super) outputs: OutputPlan,
    /// The same without the restriction to some kinds: what this names is never swept.
    all: OutputPlan,
    /// What was found wrong, which leaves something to build.
    pub(super) found: Vec<Diagnostic>,
}

impl Wanted {
    /// Reads the course; fails with all problems if there is nothing that can be built.
    pub(super) fn read(args: &BuildArgs) -> Result<Self, Vec<Diagnostic>> {
        let loaded = super::load(&args.spec);
        let mut found = loaded.diagnostics;
        let Some(course) = loaded.course else { return Err(found) };
        let (outputs, all, warnings) = outputs(&course, &args.selection)?;
        found.extend(warnings);
        Ok(Self { course, outputs, all, found })
    }
}

type Plans = (OutputPlan, OutputPlan, Vec<Diagnostic>);

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

/// What a build is made with.
pub(super) struct Round<'a> {
    pub(super) work: &'a WorkArgs,
    pub(super) workshop: &'a Workshop,
    pub(super) runtime: &'a Runtime,
    pub(super) control: &'a Control,
    /// Steps that failed before and need no other try.
    pub(super) failed: &'a mut FailedSteps,
}

impl Round<'_> {
    /// Plans, makes and publishes. Afterwards no worker works on it any more.
    pub(super) fn build(
        self,
        wanted: &Wanted,
        on_event: &mut dyn FnMut(BuildEvent),
    ) -> Result<BuildReport, Failure> {
        let Self { work, workshop, runtime, control, failed } = self;
        let store = Arc::clone(&workshop.store);
        let course = &wanted.course;
        let templates = PageTemplates::load(&course.root, &store)?;
        let toolbox = workshop.toolbox();
        let chooser =
            KernelChooser { tools: &toolbox, chosen: &work.kernel, execute: work.execute };
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
        let plan = BuildPlan::new(course, &wanted.outputs, &wanted.all, &store, &settings)
            .map_err(|error| Failure::environment(with_causes(&error)))?;
        workshop.check(&plan)?;
        let mut backend = workshop.backend(&course.root, work, runtime)?;
        let options = BuildOptions {
            adopt: work.adopt,
            keep: work.keep_directory,
            fail_fast: work.fail_fast,
        };
        let mut remembering = Remembering::new(&mut backend, failed);
        let build = Build::new(&plan, &store, options, on_event)?;
        let report = build.run(&mut remembering, control);
        let grace = if control.interrupts() > 1 { Duration::ZERO } else { GRACE };
        let closed = backend.close(grace);
        let report = report?;
        closed?;
        Ok(report)
    }
}
