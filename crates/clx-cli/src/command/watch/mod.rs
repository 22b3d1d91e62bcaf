//! `clx build --watch` and `clx watch`: builds again whenever files of the course change.
//!
//! | part | does |
//! |---|---|
//! | `bell` | wakes the loop, and interrupts a build whose input is outdated |
//! | `sources` | which files are watched |
//! | `site` | shows the outputs to browsers |
//!
//! The workshop stays open: queue, store, kernels, JVM and browser are there for the next build. Course
//! and templates are read anew each time, as far as they changed: a build depends on those before it in
//! no other way than one that is started anew.

mod bell;
mod site;
mod sources;

use std::sync::Arc;
use std::time::Instant;

use clx_build::{BuildEvent, BuildReport, BuildStatus, Control};
use clx_core::Diagnostic;
use clx_watch::Change;
use tokio::runtime::Runtime;

use self::bell::{Bell, Wake};
use self::site::Site;
use self::sources::Sources;
use super::failed_steps::FailedSteps;
use super::failure::Failure;
use super::files::Files;
use super::last_build::TracedBuild;
use super::round::Round;
use super::wanted::Wanted;
use super::wiring::{Workshop, runtime};
use crate::display::{EventLog, WatchDisplay};
use crate::exit::Exit;
use crate::settings::BuildSettings;
use crate::signals;

pub(super) fn run(args: BuildSettings, events: EventLog) -> Exit {
    let display = WatchDisplay::new(&args.display, &args.spec, events);
    match Watch::open(args).and_then(|mut watch| watch.run(&display)) {
        Ok(exit) => exit,
        Err(failure) => {
            display.fail(&failure.message);
            failure.exit
        }
    }
}

/// What stays open between builds.
struct Watch {
    args: BuildSettings,
    bell: Arc<Bell>,
    sources: Sources,
    /// Opened when the spec is valid for the first time.
    workshop: Option<Workshop>,
    failed: FailedSteps,
    site: Option<Site>,
    runtime: Runtime,
}

impl Watch {
    fn open(args: BuildSettings) -> Result<Self, Failure> {
        let runtime = runtime().map_err(Failure::environment)?;
        let bell = Arc::new(Bell::default());
        signals::on_interrupt(&runtime, {
            let bell = Arc::clone(&bell);
            move || bell.stop()
        })
        .map_err(Failure::environment)?;
        let site = args.follow.serve.map(|port| Site::open(port, &runtime)).transpose()?;
        let sources = Sources::new(&args, Arc::clone(&bell));
        let failed = FailedSteps::default();
        Ok(Self { args, bell, sources, workshop: None, failed, site, runtime })
    }

    /// Builds until it is told to stop.
    fn run(&mut self, display: &WatchDisplay) -> Result<Exit, Failure> {
        let mut change = None;
        loop {
            let control = self.bell.begin();
            let is_interrupted = self.round(&control, change.as_ref(), display)?;
            // What was made anew once is known from now on.
            self.args.work.no_cache = false;
            match self.bell.wait() {
                Wake::Changed(next) => change = Some(next),
                Wake::Failed(error) => return Err(error.into()),
                Wake::Stop { at_once } => {
                    if let Some(workshop) = self.workshop.as_ref().filter(|_| !at_once) {
                        self.runtime.block_on(workshop.kernels_ended());
                    }
                    return Ok(if is_interrupted { Exit::Interrupted } else { Exit::Built });
                }
            }
        }
    }

    /// Builds once; true if that was interrupted.
    fn round(
        &mut self,
        control: &Control,
        change: Option<&Change>,
        display: &WatchDisplay,
    ) -> Result<bool, Failure> {
        let begin = Instant::now();
        let url = self.site.as_ref().map(Site::url);
        display.begin(url.as_deref(), change.map(|change| self.sources.shown(change)));
        if let Some(change) = change {
            self.failed.forget(|label| self.sources.is_touched(label, change));
        }
        let mut progress = display.build();
        progress.reading();
        let mut wanted = match self.read()? {
            Ok(wanted) => wanted,
            Err(problems) => {
                progress.refuse(&self.args.spec.spec, &problems);
                self.tell(&problems);
                return Ok(false);
            }
        };
        progress.begin(&wanted.course);
        for problem in &wanted.found {
            progress.problem(problem);
        }
        let built = self.build(&mut wanted, control, &mut |event| progress.event(&event));
        let mut found = wanted.found;
        match built {
            // The next build begins at once, and tells what is still wrong.
            Ok(report) if report.status == BuildStatus::Interrupted && self.bell.is_outdated() => {
                progress.outdated();
                Ok(true)
            }
            Ok(report) => {
                progress.finish(&report, &found, begin.elapsed());
                found.extend(report.problems);
                self.tell(&found);
                Ok(report.status == BuildStatus::Interrupted)
            }
            Err(failure) => {
                for problem in &failure.problems {
                    progress.problem(problem);
                }
                found.extend(failure.problems);
                progress.fail((&failure.message, failure.exit), &found, begin.elapsed());
                self.tell(&found);
                Ok(false)
            }
        }
    }

    /// Reads the course while all that is read is watched.
    fn read(&mut self) -> Result<Result<Wanted, Vec<Diagnostic>>, Failure> {
        loop {
            let request = self.args.request();
            let wanted = Wanted::read(request, TracedBuild::find(request));
            // What changed before it was watched is read the next time.
            if !self.sources.watch(wanted.as_ref().ok())? {
                return Ok(wanted);
            }
        }
    }

    fn build(
        &mut self,
        wanted: &mut Wanted,
        control: &Control,
        on_event: &mut dyn FnMut(BuildEvent),
    ) -> Result<BuildReport, Failure> {
        let site = self.site.as_ref();
        if let Some(site) = site {
            site.show(wanted);
        }
        let workshop = match &self.workshop {
            Some(workshop) => workshop,
            None => {
                let work = &self.args.work;
                let files = Files::open(&wanted.course.root, work)?;
                self.workshop.insert(Workshop::open(files, &wanted.course, work, &self.runtime)?)
            }
        };
        let round = Round {
            args: &self.args,
            workshop,
            runtime: &self.runtime,
            control,
            failed: &mut self.failed,
        };
        round.build(wanted, &mut |event| {
            if let Some(site) = site {
                site.take(&event);
            }
            on_event(event);
        })
    }

    fn tell(&self, problems: &[Diagnostic]) {
        if let Some(site) = &self.site {
            site.problems(problems);
        }
    }
}
