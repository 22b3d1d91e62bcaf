//! One build of a course as it is now, which can be repeated with the same workshop. Principal types:
//! [`Wanted`], [`Round`].

use std::sync::Arc;
use std::time::Duration;

use clx_build::{Build, BuildEvent, BuildOptions, BuildReport, Control};
use clx_core::{Clock, Diagnostic, Inputs, SystemClock, Timestamp};
use clx_course::{Course, LoadOptions, Loaded, OutputPlan};
use tokio::runtime::Runtime;

use super::failed_steps::{FailedSteps, Remembering};
use super::failure::Failure;
use super::last_build::{TracedBuild, Underway};
use super::narrow::{Changed, Narrow};
use super::planning::{Planned, Planner, outputs};
use super::wiring::Workshop;
use crate::args::BuildArgs;
use crate::args::selection::ImageModeArg;
use crate::exit::Exit;

/// How long workers may take to end after a build.
const GRACE: Duration = Duration::from_secs(10);

/// A course and what is wanted of it.
pub(super) struct Wanted {
    pub(super) course: Course,
    pub(super) outputs: OutputPlan,
    /// What was found wrong, which leaves something to build.
    pub(super) found: Vec<Diagnostic>,
    /// When the course began to be read, and what was looked at.
    pub(super) began: Timestamp,
    pub(super) inputs: Inputs,
    /// The topics that are looked at, if that is not the whole course.
    pub(super) narrow: Option<Narrow>,
}

impl Wanted {
    /// Reads the course, or only the topics that have changed since the last build, if nothing else has;
    /// fails with all problems if there is nothing that can be built.
    pub(super) fn read(
        args: &BuildArgs,
        last: Option<TracedBuild>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let began = SystemClock.now();
        // What one topic shares with others can be said of a whole course only.
        let is_divisible =
            args.selection.only.is_empty() && args.selection.image_mode == ImageModeArg::Duplicated;
        let changed = last.filter(|_| is_divisible).and_then(Changed::of);
        let options = LoadOptions {
            root: args.spec.data_dir.clone(),
            only: args.selection.only.clone(),
            changed: changed.as_ref().map(|changed| changed.files().to_vec()).unwrap_or_default(),
        };
        let loaded = clx_course::load(&args.spec.spec, &options);
        match (changed, loaded.touched.clone()) {
            (Some(changed), Some(topics)) => {
                let narrow = changed.within(topics);
                let part = Self::of_topics(args, began, loaded, narrow);
                part.map_or_else(|| Self::read(args, None), Ok)
            }
            _ => Self::of_course(args, began, loaded),
        }
    }

    fn of_course(
        args: &BuildArgs,
        began: Timestamp,
        loaded: Loaded,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut found = loaded.diagnostics;
        let Some(course) = loaded.course else { return Err(found) };
        let (outputs, warnings) = outputs(&course, &args.selection)?;
        found.extend(warnings);
        Ok(Self { course, outputs, found, began, inputs: loaded.inputs, narrow: None })
    }

    /// `None` if the whole course has to be read.
    fn of_topics(
        args: &BuildArgs,
        began: Timestamp,
        loaded: Loaded,
        narrow: Narrow,
    ) -> Option<Self> {
        let course = loaded.course?;
        let (outputs, warnings) = outputs(&course, &args.selection).ok()?;
        let found = [loaded.diagnostics, warnings].concat();
        let found = narrow.merge(&course, &narrow.last().found, found)?;
        let inputs = loaded.inputs;
        Some(Self { course, outputs, found, began, inputs, narrow: Some(narrow) })
    }
}

/// What a build is made with.
pub(super) struct Round<'a> {
    pub(super) args: &'a BuildArgs,
    pub(super) workshop: &'a Workshop,
    pub(super) runtime: &'a Runtime,
    pub(super) control: &'a Control,
    /// Steps that failed before and need no other try.
    pub(super) failed: &'a mut FailedSteps,
}

impl Round<'_> {
    /// Plans, makes and publishes. Afterwards no worker works on it any more. Takes the whole course for
    /// `wanted` if the changed topics are not all that is touched.
    pub(super) fn build(
        self,
        wanted: &mut Wanted,
        on_event: &mut dyn FnMut(BuildEvent),
    ) -> Result<BuildReport, Failure> {
        let planned = match self.plan(wanted)? {
            Some(planned) => planned,
            None => {
                let whole = Wanted::read(self.args, None).map_err(|problems| Failure {
                    message: "the course was changed while it was read".to_owned(),
                    problems,
                    exit: Exit::Spec,
                })?;
                let new = whole.found.iter().filter(|problem| !wanted.found.contains(problem));
                new.for_each(|problem| on_event(BuildEvent::Problem(problem.clone())));
                *wanted = whole;
                self.plan(wanted)?.expect("a whole course is no part of one")
            }
        };
        let Self { args, workshop, runtime, control, failed } = self;
        let BuildArgs { work, .. } = args;
        let (course, store) = (&wanted.course, Arc::clone(&workshop.store));
        let underway = Underway::begin(args, workshop.state.store(), wanted.began)?;
        workshop.check(&planned.plan)?;
        let mut backend = workshop.backend(&course.root, work, runtime)?;
        let options = BuildOptions {
            adopt: work.adopt,
            keep: work.keep_directory,
            fail_fast: work.fail_fast,
        };
        let mut remembering = Remembering::new(&mut backend, failed);
        let build = Build::new(&planned.plan, &store, options, on_event)?;
        let report = build.run(&mut remembering, control);
        let grace = if control.interrupts() > 1 { Duration::ZERO } else { GRACE };
        let closed = backend.close(grace);
        let report = report?;
        closed?;
        underway.keep(wanted, planned, &report)?;
        Ok(report)
    }

    /// `None` if the plan of changed topics is no part of the plan of the last build.
    fn plan(&self, wanted: &Wanted) -> Result<Option<Planned>, Failure> {
        let toolbox = self.workshop.toolbox();
        let (course, store) = (&wanted.course, &self.workshop.store);
        let planner = Planner { course, work: &self.args.work, toolbox: &toolbox, store };
        let Planned { plan, tools, templates } = planner.plan(&wanted.outputs)?;
        let plan = match &wanted.narrow {
            Some(narrow) => narrow.fit(course, plan),
            None => Some(plan),
        };
        Ok(plan.map(|plan| Planned { plan, tools, templates }))
    }
}
