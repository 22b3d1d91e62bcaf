//! One build of a course as it is now, which can be repeated with the same workshop. Principal types:
//! [`Wanted`], [`Round`].

use std::sync::Arc;
use std::time::Duration;

use clx_build::{Build, BuildEvent, BuildOptions, BuildReport, Control};
use clx_core::{Clock, Diagnostic, Inputs, SystemClock, Timestamp};
use clx_course::{Course, OutputPlan};
use tokio::runtime::Runtime;

use super::failed_steps::{FailedSteps, Remembering};
use super::failure::Failure;
use super::last_build::Underway;
use super::planning::{Planner, outputs};
use super::wiring::Workshop;
use crate::args::BuildArgs;

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
}

impl Wanted {
    /// Reads the course; fails with all problems if there is nothing that can be built.
    pub(super) fn read(args: &BuildArgs) -> Result<Self, Vec<Diagnostic>> {
        let began = SystemClock.now();
        let loaded = super::load(&args.spec, &args.selection.only);
        let mut found = loaded.diagnostics;
        let Some(course) = loaded.course else { return Err(found) };
        let (outputs, warnings) = outputs(&course, &args.selection)?;
        found.extend(warnings);
        Ok(Self { course, outputs, found, began, inputs: loaded.inputs })
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
    /// Plans, makes and publishes. Afterwards no worker works on it any more.
    pub(super) fn build(
        self,
        wanted: &Wanted,
        on_event: &mut dyn FnMut(BuildEvent),
    ) -> Result<BuildReport, Failure> {
        let Self { args, workshop, runtime, control, failed } = self;
        let BuildArgs { work, .. } = args;
        let (course, store) = (&wanted.course, Arc::clone(&workshop.store));
        let underway = Underway::begin(args, workshop.state.store(), wanted.began)?;
        let toolbox = workshop.toolbox();
        let planner = Planner { course, work, toolbox: &toolbox, store: &store };
        let planned = planner.plan(&wanted.outputs)?;
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
}
