//! One build of a course as it is now, which can be repeated with the same workshop. Principal type:
//! [`Round`].

use std::sync::Arc;
use std::time::Duration;

use clx_build::{Build, BuildEvent, BuildOptions, BuildReport, Control, Verifying};
use clx_status::BuildNote;
use clx_store::TraceFile;
use tokio::runtime::Runtime;

use super::failed_steps::{FailedSteps, Remembering};
use super::failure::Failure;
use super::planning::{Planned, Planner};
use super::underway::Underway;
use super::wanted::Wanted;
use super::wiring::{Workshop, processors};
use crate::display::course_name;
use crate::exit::Exit;
use crate::settings::BuildSettings;

/// How long workers may take to end after a build.
const GRACE: Duration = Duration::from_secs(10);

/// What a build is made with.
pub(super) struct Round<'a> {
    pub(super) args: &'a BuildSettings,
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
                let whole =
                    Wanted::read(self.args.request(), None).map_err(|problems| Failure {
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
        let BuildSettings { work, .. } = args;
        let (course, store) = (&wanted.course, Arc::clone(&workshop.store));
        if work.no_cache || args.verify.is_some() {
            TraceFile::forget_all(workshop.state.store())?;
        }
        let underway = Underway::begin(args.request(), workshop.state.store(), wanted.began)?;
        workshop.check(&planned.plan)?;
        let spec = std::path::absolute(&args.spec.spec).unwrap_or_else(|_| args.spec.spec.clone());
        let note = BuildNote {
            spec: course.shown(&spec).display().to_string(),
            course: course_name(course).to_owned(),
            weight: work.weight,
            most_workers: work.most_workers,
            ..BuildNote::default()
        };
        let mut backend = workshop.backend(&course.root, &note, work, runtime)?;
        let options = BuildOptions {
            adopt: work.adopt,
            keep: work.keep_directory,
            fail_fast: work.fail_fast,
            slots: work.slots(processors()),
        };
        let build = Build::new(&planned.plan, &store, options, on_event)?;
        let mut remembering = Remembering::new(&mut backend, failed);
        let report = match args.verify {
            None => build.run(&mut remembering, control),
            Some(most) => {
                let mut verifying = Verifying::new(&mut remembering, &store, &planned.plan, most)?;
                let mut report = build.run(&mut verifying, control);
                if let Ok(report) = &mut report {
                    report.verified = Some(verifying.n_compared());
                }
                report
            }
        };
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
