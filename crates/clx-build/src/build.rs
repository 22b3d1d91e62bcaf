//! Runs a plan: steps to the backend, results and copies to the publisher. Principal type:
//! [`Build`].

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use clx_core::{
    ActionResult, Backend, BackendError, ContentHash, Diagnostic, ExecutedCode, OutputOutcome,
    Severity, StepEvent,
};
use clx_store::{OwnedOutput, Store, StoreError};

use crate::code;
use crate::components::remember;
use crate::copies::Copies;
use crate::event::BuildEvent;
use crate::order::Order;
use crate::outlook::{Outlook, Slots};
use crate::plan::{BuildPlan, PlannedStep, count};
use crate::publish::{Content, Foreign, Placed, PublishError, Publisher};
use crate::report::{BuildReport, BuildStatus};
use crate::stock::stock;
use crate::timing::Stopwatch;

/// Longest wait for the backend before interruption is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Steps handed over at once: workers begin with the first while the next are made ready.
const STEPS_PER_SUBMIT: usize = 32;

/// Pause between two looks at how long it will take.
const LOOK_AHEAD: Duration = Duration::from_secs(1);

/// Copies per turn while the backend works.
const COPIES_PER_TURN: usize = 32;

/// What the user wants of the output trees.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// Takes over files at output paths that clx did not write.
    pub adopt: bool,
    /// Removes nothing.
    pub keep: bool,
    /// Stops at the first failure.
    pub fail_fast: bool,
    /// Who works on it, to tell how long it will take.
    pub slots: Slots,
}

/// Lets another thread, such as a signal handler's, stop a build.
#[derive(Debug, Default)]
pub struct Control(AtomicU8);

impl Control {
    /// Asks to stop; the first time running jobs come to their end, the second time nothing does.
    pub fn interrupt(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns how often it was asked.
    #[must_use]
    pub fn interrupts(&self) -> u8 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Why a build could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The backend gave up.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Publishing failed as a whole.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// A build under way.
pub struct Build<'a> {
    plan: &'a BuildPlan,
    store: &'a Store,
    publisher: Publisher<'a>,
    options: BuildOptions,
    events: &'a mut dyn FnMut(BuildEvent),
    report: BuildReport,
    order: Order<'a>,
    outlook: Outlook,
    stopwatch: Stopwatch,
}

impl<'a> Build<'a> {
    /// Opens the output roots.
    ///
    /// # Errors
    /// [`BuildError::Publish`] if a root cannot be made.
    pub fn new(
        plan: &'a BuildPlan,
        store: &'a Store,
        options: BuildOptions,
        events: &'a mut dyn FnMut(BuildEvent),
    ) -> Result<Self, BuildError> {
        let foreign = if options.adopt { Foreign::Adopt } else { Foreign::Keep };
        let sweeps = !options.keep && !plan.complete_dirs.is_empty();
        let places: Vec<&Path> = plan.places().map(PathBuf::as_path).collect();
        let publisher = Publisher::open(store, &plan.roots, foreign, (!sweeps).then_some(&places))?;
        let report = BuildReport::new(plan.totals().steps, &plan.rest);
        let order = Order::new(&plan.steps);
        let stopwatch = Stopwatch::default();
        let outlook = Outlook::new(options.slots.clone());
        Ok(Self { plan, store, publisher, options, events, report, order, outlook, stopwatch })
    }

    /// Makes and publishes everything.
    ///
    /// # Errors
    /// [`BuildError`] if the build could not go on; what was published until then is whole.
    pub fn run(
        mut self,
        backend: &mut dyn Backend,
        control: &Control,
    ) -> Result<BuildReport, BuildError> {
        let begin = Instant::now();
        (self.events)(BuildEvent::Planned(self.plan.totals()));
        (self.events)(BuildEvent::Copied(self.plan.rest.files()));
        for problem in self.plan.problems() {
            self.problem(problem);
        }
        self.hand_out(backend)?;
        let interrupted = self.collect(backend, control)?;
        for directory in &self.plan.directories {
            if let Some(problem) = self.publisher.make_directory(directory) {
                self.problem(&problem);
            }
        }
        if interrupted {
            self.report.status = BuildStatus::Interrupted;
        } else {
            self.sweep()?;
            remember(&self.plan.steps, self.store)?;
            if self.report.errors() > 0 {
                self.report.status = BuildStatus::SomeFailed;
            }
        }
        self.report.last_write = self.publisher.finish()?;
        self.report.outputs = self.outputs();
        self.store.flush()?;
        self.report.timing = self.stopwatch.timing(&self.plan.steps, self.store)?;
        self.report.duration = begin.elapsed();
        Ok(self.report)
    }

    /// Returns all paths at which the plan wants a file, and what lies there.
    fn outputs(&self) -> Vec<(PathBuf, Option<OwnedOutput>)> {
        let known = |path: &PathBuf| (path.clone(), self.publisher.output(path).cloned());
        self.plan.places().map(known).collect()
    }

    /// Hands the steps that can begin to the backend.
    fn hand_out(&mut self, backend: &mut dyn Backend) -> Result<(), BuildError> {
        let mut ready = self.order.take_ready().into_iter();
        loop {
            let chunk: Vec<_> = ready.by_ref().take(STEPS_PER_SUBMIT).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            for problem in stock(self.store, chunk.iter().map(|(planned, _)| *planned))? {
                self.problem(&problem);
            }
            backend.submit(chunk.into_iter().map(|(_, step)| step).collect())?;
        }
    }

    /// Publishes results as they come, and copies in between; true if interrupted.
    fn collect(
        &mut self,
        backend: &mut dyn Backend,
        control: &Control,
    ) -> Result<bool, BuildError> {
        let mut copies = Copies::new(&self.plan.copies);
        let mut cancelled = false;
        let mut last_look = Instant::now();
        while self.order.n_open() > 0 || !copies.is_done() {
            let stop =
                control.interrupts() > 0 || (self.options.fail_fast && self.report.errors() > 0);
            if stop && !cancelled {
                cancelled = true;
                copies.give_up();
                self.order.give_up();
                backend.cancel()?;
            }
            if control.interrupts() > 1 {
                break;
            }
            let wait = if copies.is_done() { TICK } else { Duration::ZERO };
            let is_open = self.order.n_open() > 0;
            let events = if is_open { backend.events(wait)? } else { Vec::new() };
            let idle = events.is_empty();
            if self.take_events(events, cancelled)? {
                self.hand_out(backend)?;
            }
            if idle {
                self.copy_some(&mut copies)?;
            }
            if last_look.elapsed() >= LOOK_AHEAD && self.order.n_open() > 0 {
                last_look = Instant::now();
                self.look_ahead()?;
            }
        }
        Ok(cancelled)
    }

    /// Tells how long it will still take.
    fn look_ahead(&mut self) -> Result<(), BuildError> {
        let (steps, open) = (&self.plan.steps, self.order.open());
        if let Some(left) = self.outlook.left(steps, open, self.store)? {
            (self.events)(BuildEvent::Left(left));
        }
        Ok(())
    }

    /// Tells whether steps were finished.
    fn take_events(&mut self, events: Vec<StepEvent>, cancelled: bool) -> Result<bool, BuildError> {
        let mut finished = false;
        let mut files: Vec<(&Path, Content<'_>)> = Vec::new();
        let mut withdrawn: Vec<&Path> = Vec::new();
        for event in events {
            match event {
                StepEvent::Notice(notice) => self.passing_problem(&notice),
                StepEvent::Running(steps) => {
                    self.outlook.note(&steps);
                    (self.events)(BuildEvent::Running(steps));
                }
                StepEvent::Finished { step, outputs, duration, attempts, executed } => {
                    finished = true;
                    let (index, planned) = self.order.planned(step);
                    self.order.finish(index, &outputs);
                    self.stopwatch.finish(index, &outputs, duration);
                    if attempts > 1 && outputs.iter().all(is_there) {
                        self.passing_problem(&flaky(planned, attempts));
                    }
                    self.count_runs(planned, &executed);
                    self.count(planned, &outputs, duration, executed.len());
                    for (outcome, places) in outputs.iter().zip(&planned.places) {
                        match outcome {
                            OutputOutcome::Cached(result) | OutputOutcome::Made(result) => {
                                let hash = self.accept(result);
                                files.extend(hash.iter().flat_map(|hash| {
                                    places.iter().map(|path| (path.as_path(), Content::Blob(*hash)))
                                }));
                            }
                            OutputOutcome::Failed(_) if cancelled => {}
                            OutputOutcome::Failed(problems) => {
                                withdrawn.extend(places.iter().map(PathBuf::as_path));
                                for problem in problems {
                                    self.problem(problem);
                                }
                            }
                        }
                    }
                }
            }
        }
        self.publish(&files)?;
        self.publisher.withdraw(&withdrawn)?;
        Ok(finished)
    }

    /// Passes on the warnings of a result and returns its artifact.
    fn accept(&mut self, result: &ActionResult) -> Option<ContentHash> {
        for warning in &result.diagnostics {
            self.problem(warning);
        }
        result.artifacts.first().map(|artifact| artifact.hash)
    }

    fn count(
        &mut self,
        planned: &PlannedStep,
        outputs: &[OutputOutcome],
        duration: Option<Duration>,
        executed: usize,
    ) {
        let (mut cached, mut made, mut failed) = (0, 0, 0);
        for (outcome, places) in outputs.iter().zip(&planned.places) {
            match outcome {
                OutputOutcome::Cached(_) => cached += places.len(),
                OutputOutcome::Made(_) => made += places.len(),
                OutputOutcome::Failed(_) => failed += places.len(),
            }
        }
        self.report.cached += cached;
        self.report.made += made;
        self.report.failed += failed;
        self.report.sources_failed += usize::from(failed > 0);
        self.report.sources_cached += usize::from(made + failed == 0);
        let label = planned.step.label.clone();
        (self.events)(BuildEvent::StepFinished { label, cached, made, failed, executed, duration });
    }

    /// Counts runs of code, and tells of those that only a fresh kernel brought to an end.
    fn count_runs(&mut self, planned: &PlannedStep, executed: &[ExecutedCode]) {
        self.report.executed += executed.len();
        for run in executed.iter().filter(|run| !run.faults.is_empty()) {
            let failures = count(run.faults.len(), "failure");
            let message =
                format!("the kernel `{}` had {failures}: {}", run.kernel, run.faults.join("; "));
            let problem = Diagnostic::new(Severity::Medium, code::FLAKY, "flaky", message);
            self.passing_problem(&problem.in_file(&planned.step.label));
        }
    }

    fn copy_some(&mut self, copies: &mut Copies<'_>) -> Result<(), BuildError> {
        let plan = self.plan;
        let files: Vec<(&Path, Content<'_>)> = copies
            .take(COPIES_PER_TURN)
            .filter_map(|(copy, destination)| {
                let hash = *plan.digests.get(&copy.source)?;
                let (source, keep_mtime) = (copy.source.as_path(), copy.keep_mtime);
                Some((destination, Content::File { source, hash, keep_mtime }))
            })
            .collect();
        if !files.is_empty() {
            self.publish(&files)?;
            (self.events)(BuildEvent::Copied(files.len()));
        }
        Ok(())
    }

    fn publish(&mut self, files: &[(&Path, Content<'_>)]) -> Result<(), BuildError> {
        let mut written = Vec::new();
        for (answer, (path, _)) in self.publisher.publish(files)?.into_iter().zip(files) {
            match answer {
                Ok(Placed::Written) => written.push((*path).to_owned()),
                Ok(Placed::Unchanged) => self.report.unchanged += 1,
                Err(problem) => self.problem(&problem),
            }
        }
        self.report.written += written.len();
        if !written.is_empty() {
            (self.events)(BuildEvent::Written(written));
        }
        Ok(())
    }

    fn sweep(&mut self) -> Result<(), BuildError> {
        if self.options.keep {
            return Ok(());
        }
        let plan = self.plan;
        let removed = self.publisher.sweep(&plan.complete_dirs, &plan.wanted, &plan.directories)?;
        for path in &removed.kept {
            let message = "it is no longer an output, but it was changed by hand, so it was kept";
            let problem =
                Diagnostic::new(Severity::High, code::KEPT_CHANGED, "kept_changed", message)
                    .in_file(path);
            self.passing_problem(&problem);
        }
        self.report.removed = removed.files.len();
        if self.report.removed > 0 {
            (self.events)(BuildEvent::Swept(removed.files));
        }
        Ok(())
    }

    fn problem(&mut self, problem: &Diagnostic) {
        if self.report.add(problem) {
            (self.events)(BuildEvent::Problem(problem.clone()));
        }
    }

    /// Tells of a problem that the next build will not have.
    fn passing_problem(&mut self, problem: &Diagnostic) {
        if self.report.add_passing(problem) {
            (self.events)(BuildEvent::Problem(problem.clone()));
        }
    }
}

const fn is_there(outcome: &OutputOutcome) -> bool {
    matches!(outcome, OutputOutcome::Cached(_) | OutputOutcome::Made(_))
}

fn flaky(planned: &PlannedStep, attempts: u32) -> Diagnostic {
    let again = usize::try_from(attempts - 1).unwrap_or(usize::MAX);
    let message = format!("it was made after {}", count(again, "lost attempt"));
    Diagnostic::new(Severity::Medium, code::FLAKY, "flaky", message).in_file(&planned.step.label)
}
