//! Makes some of what the store knows afresh, and compares. Principal type: [`Verifying`].

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use clx_core::{
    ActionResult, Backend, BackendError, CodeUse, ContentHash, Diagnostic, JobKind, NotebookInput,
    OutputOutcome, Severity, Step, StepEvent, StepId,
};
use clx_store::{Store, StoreError};
use serde_json::value::to_raw_value;

use crate::code;
use crate::difference::first_difference;
use crate::plan::{BuildPlan, PlannedStep};

/// A backend that has another one make a sample of known steps, and compares the results with those
/// that are known. What is the same counts as known; where a result differs, the fresh one takes
/// its place, and an error tells it. What differs each time it is made stays, with a warning.
pub struct Verifying<'a> {
    inner: &'a mut dyn Backend,
    store: &'a Store,
    /// By their keys.
    sample: HashMap<ContentHash, &'a PlannedStep>,
    /// Makes keys that no build has had.
    salt: u64,
    n_steps: usize,
    /// What the inner backend was given, by its numbers there.
    given: Vec<Given<'a>>,
    ready: Vec<StepEvent>,
    n_compared: usize,
}

/// A step of the inner backend.
enum Given<'a> {
    /// As it came, under this number.
    AsItIs(StepId),
    /// To be compared.
    Checked(Box<Check<'a>>),
    /// It has come back.
    Done,
}

/// A step whose results are known and made afresh.
struct Check<'a> {
    number: StepId,
    planned: &'a PlannedStep,
    step: Step,
    known: Vec<ActionResult>,
    /// What was made when the first fresh results differed from the known ones.
    first: Option<Vec<ActionResult>>,
}

impl<'a> Verifying<'a> {
    /// Picks up to `most` steps at random whose results are all known.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn new(
        inner: &'a mut dyn Backend,
        store: &'a Store,
        plan: &'a BuildPlan,
        most: usize,
    ) -> Result<Self, StoreError> {
        let random = RandomState::new();
        let keys: Vec<ContentHash> = plan.steps.iter().flat_map(PlannedStep::keys).collect();
        let mut known = store.lookup(&keys)?.into_iter();
        let mut hits = Vec::new();
        for planned in &plan.steps {
            let results = known.by_ref().take(planned.step.outputs.len());
            // All are taken, also behind one that is missing.
            if results.filter(Option::is_none).count() == 0 {
                hits.push((planned.keys_digest(), planned));
            }
        }
        hits.sort_by_key(|(keys, _)| random.hash_one(keys));
        let sample = hits.into_iter().take(most).collect();
        let salt = random.hash_one("salt");
        let (given, ready) = (Vec::new(), Vec::new());
        Ok(Self { inner, store, sample, salt, n_steps: 0, given, ready, n_compared: 0 })
    }

    /// Returns how many steps were made afresh and compared.
    #[must_use]
    pub const fn n_compared(&self) -> usize {
        self.n_compared
    }

    /// Prepares a step of the sample; `None` for others.
    fn check(&mut self, number: StepId, step: &Step) -> Result<Option<Check<'a>>, StoreError> {
        let keys: Vec<ContentHash> =
            step.outputs.iter().map(|output| output.key.finish()).collect();
        let Some(planned) = self.sample.remove(&PlannedStep::digest_of(&keys)) else {
            return Ok(None);
        };
        let known: Option<Vec<ActionResult>> = self.store.lookup(&keys)?.into_iter().collect();
        let check = |known| Check { number, planned, step: step.clone(), known, first: None };
        Ok(known.map(check))
    }

    /// Hands a step to the inner backend under keys that nobody knows.
    fn make_afresh(&mut self, check: Check<'a>) -> Result<(), BackendError> {
        let step = self.salted(&check);
        self.given.push(Given::Checked(Box::new(check)));
        self.inner.submit(vec![step])
    }

    fn salted(&self, check: &Check<'_>) -> Step {
        let mut step = check.step.clone();
        let salt = self.salt.wrapping_add(u64::from(check.first.is_some())).to_le_bytes();
        for output in &mut step.outputs {
            output.key = output.key.clone().with("verification", salt);
        }
        if step.kind == JobKind::Notebook
            && let Ok(mut input) = serde_json::from_str::<NotebookInput>(step.input.get())
            && let CodeUse::Run(run) = &mut input.code
        {
            run.reuse = false;
            step.input = to_raw_value(&input).expect("it was JSON before");
        }
        step
    }

    /// Compares what was made with what is known.
    fn compare(
        &mut self,
        mut check: Box<Check<'a>>,
        finished: Finished,
    ) -> Result<Vec<StepEvent>, BackendError> {
        let salted = self.salted(&check);
        let keys: Vec<_> = salted.outputs.iter().map(|output| output.key.finish()).collect();
        self.store.forget(&keys).map_err(|error| failed(&error))?;
        let mut fresh = Vec::new();
        for outcome in &finished.outputs {
            match outcome {
                OutputOutcome::Made(result) | OutputOutcome::Cached(result) => {
                    fresh.push(result.clone());
                }
                OutputOutcome::Failed(problems) => {
                    let notices = self.lost(&check, problems);
                    return Ok(finished.with(check.number, cached(check.known), notices));
                }
            }
        }
        let Some(first) = check.first.take() else {
            let is_same = fresh.iter().zip(&check.known).all(|(a, b)| same(a, b));
            if is_same {
                self.n_compared += 1;
                return Ok(finished.with(check.number, cached(check.known), Vec::new()));
            }
            check.first = Some(fresh);
            self.make_afresh(*check)?;
            return Ok(Vec::new());
        };
        self.n_compared += 1;
        let mut notices = Vec::new();
        let mut outputs = Vec::with_capacity(check.known.len());
        let keys = check.step.outputs.iter().map(|output| output.key.finish());
        for (index, (known, key)) in check.known.iter().zip(keys).enumerate() {
            let (first, second) = (&first[index], &fresh[index]);
            if same(first, known) {
                outputs.push(OutputOutcome::Cached(known.clone()));
            } else if same(first, second) {
                self.store.record(&key, first).map_err(|error| failed(&error))?;
                notices.push(StepEvent::Notice(self.differs(&check, index, first)));
                outputs.push(OutputOutcome::Made(first.clone()));
            } else {
                notices.push(StepEvent::Notice(self.varies(&check, index, first)));
                outputs.push(OutputOutcome::Cached(known.clone()));
            }
        }
        Ok(finished.with(check.number, outputs, notices))
    }

    /// It cannot be made any more, for these reasons; for none if the build was stopped.
    fn lost(&mut self, check: &Check<'_>, problems: &[Diagnostic]) -> Vec<StepEvent> {
        if problems.is_empty() {
            return Vec::new();
        }
        self.n_compared += 1;
        let message = "the cache has its outputs, but they cannot be made afresh";
        let lost = Diagnostic::error(code::RESULT_DIFFERS, "verification", message)
            .in_file(&check.step.label)
            .with_hint("the outputs stay as they are; what follows is why");
        std::iter::once(lost).chain(problems.iter().cloned()).map(StepEvent::Notice).collect()
    }

    /// The result is another one than was known, each time.
    fn differs(&self, check: &Check<'_>, index: usize, fresh: &ActionResult) -> Diagnostic {
        let what = self.describe(check, index, fresh);
        let message = format!("the cache had something else than what is made of it now: {what}");
        Diagnostic::error(code::RESULT_DIFFERS, "verification", message)
            .in_file(&check.step.label)
            .with_hint(
                "something decides about it that clx does not know of, or the cache was changed; the \
                 fresh result is used from now on",
            )
    }

    /// The result is another one each time.
    fn varies(&self, check: &Check<'_>, index: usize, fresh: &ActionResult) -> Diagnostic {
        let what = self.describe(check, index, fresh);
        let message = format!("it is another one each time it is made: {what}");
        Diagnostic::new(Severity::High, code::NOT_REPRODUCIBLE, "verification", message)
            .in_file(&check.step.label)
            .with_hint(
                "code that prints times, addresses or random numbers does that; a seed helps",
            )
    }

    /// Names an output and the first difference.
    fn describe(&self, check: &Check<'_>, index: usize, fresh: &ActionResult) -> String {
        let place = check.planned.places.get(index).and_then(|places| places.first());
        let name = place.and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
        let bytes = |result: &ActionResult| {
            let artifact = result.artifacts.first()?;
            self.store.get(&artifact.hash).ok()
        };
        let difference = match (bytes(&check.known[index]), bytes(fresh)) {
            (Some(known), Some(fresh)) => first_difference(&known, &fresh),
            _ => "one of both is lost".to_owned(),
        };
        format!("`{name}`, {difference}")
    }
}

/// How a step ended, without its number.
struct Finished {
    outputs: Vec<OutputOutcome>,
    duration: Option<Duration>,
    attempts: u32,
    executed: Vec<clx_core::ExecutedCode>,
}

impl Finished {
    /// Tells of the step outside, after what was noticed.
    fn with(
        self,
        step: StepId,
        outputs: Vec<OutputOutcome>,
        mut notices: Vec<StepEvent>,
    ) -> Vec<StepEvent> {
        let Self { duration, attempts, executed, .. } = self;
        notices.push(StepEvent::Finished { step, outputs, duration, attempts, executed });
        notices
    }
}

fn cached(known: Vec<ActionResult>) -> Vec<OutputOutcome> {
    known.into_iter().map(OutputOutcome::Cached).collect()
}

fn same(a: &ActionResult, b: &ActionResult) -> bool {
    a.artifacts == b.artifacts
}

fn failed(error: &StoreError) -> BackendError {
    let message = format!("the store failed while results were compared: {error}");
    BackendError::Failed { message, environment: true }
}

impl Backend for Verifying<'_> {
    fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError> {
        let mut rest = Vec::with_capacity(steps.len());
        let mut checks = Vec::new();
        for step in steps {
            let number = StepId(self.n_steps);
            self.n_steps += 1;
            match self.check(number, &step).map_err(|error| failed(&error))? {
                Some(check) => checks.push(check),
                None => {
                    self.given.push(Given::AsItIs(number));
                    rest.push(step);
                }
            }
        }
        if !rest.is_empty() {
            self.inner.submit(rest)?;
        }
        checks.into_iter().try_for_each(|check| self.make_afresh(check))
    }

    fn events(&mut self, wait: Duration) -> Result<Vec<StepEvent>, BackendError> {
        for event in self.inner.events(wait)? {
            let StepEvent::Finished { step: StepId(inner), outputs, duration, attempts, executed } =
                event
            else {
                self.ready.push(event);
                continue;
            };
            let finished = Finished { outputs, duration, attempts, executed };
            match std::mem::replace(&mut self.given[inner], Given::Done) {
                Given::AsItIs(step) => {
                    let Finished { outputs, duration, attempts, executed } = finished;
                    let event = StepEvent::Finished { step, outputs, duration, attempts, executed };
                    self.ready.push(event);
                }
                Given::Checked(check) => {
                    let events = self.compare(check, finished)?;
                    self.ready.extend(events);
                }
                Given::Done => {}
            }
        }
        Ok(std::mem::take(&mut self.ready))
    }

    fn cancel(&mut self) -> Result<(), BackendError> {
        self.inner.cancel()
    }
}
