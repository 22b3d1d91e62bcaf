//! Steps that failed and would fail again. Principal types: [`FailedSteps`], [`Remembering`].
//!
//! Results are kept by key, failures are not: a build tries them again. A watch that did so would run a
//! failing cell with every save of another file. So it remembers a failure until the key is another one,
//! or the source is saved again.

use std::collections::HashMap;
use std::time::Duration;

use clx_core::{
    Backend, BackendError, ContentHash, Diagnostic, OutputOutcome, Step, StepEvent, StepId,
};

/// Begins codes of failures that are no fault of the source: workers, queue, limits.
const OF_WORKERS: &str = "CLX03";

/// What became of steps that failed.
#[derive(Debug, Default)]
pub(super) struct FailedSteps(HashMap<Identity, Vec<OutputOutcome>>);

/// What a step is known by: equal sources in two places fail in two places.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identity {
    label: String,
    keys: Vec<ContentHash>,
}

impl FailedSteps {
    /// Forgets the failures of sources that `is_saved` picks by their labels.
    pub(super) fn forget(&mut self, is_saved: impl Fn(&str) -> bool) {
        self.0.retain(|step, _| !is_saved(&step.label));
    }

    /// Remembers a failure that the source is to blame for.
    fn note(&mut self, identity: &Identity, outputs: &[OutputOutcome]) {
        let mut problems = outputs.iter().flat_map(|outcome| match outcome {
            OutputOutcome::Failed(problems) => problems.as_slice(),
            OutputOutcome::Cached(_) | OutputOutcome::Made(_) => &[],
        });
        let would_fail_again = |problem: &Diagnostic| !problem.code.starts_with(OF_WORKERS);
        // What was given up has no problems.
        if problems.next().is_some_and(would_fail_again) && problems.all(would_fail_again) {
            let outputs = outputs.iter().cloned().map(known).collect();
            self.0.insert(identity.clone(), outputs);
        }
    }
}

/// What was made then is known now.
fn known(outcome: OutputOutcome) -> OutputOutcome {
    match outcome {
        OutputOutcome::Made(result) => OutputOutcome::Cached(result),
        OutputOutcome::Cached(_) | OutputOutcome::Failed(_) => outcome,
    }
}

/// A step that the inner backend has taken.
#[derive(Debug)]
struct Taken {
    /// Its number outside.
    step: StepId,
    identity: Identity,
}

/// A backend that answers for steps that failed before.
pub(super) struct Remembering<'a> {
    inner: &'a mut dyn Backend,
    failed: &'a mut FailedSteps,
    /// By their numbers inside.
    taken: Vec<Taken>,
    n_steps: usize,
    ready: Vec<StepEvent>,
}

impl<'a> Remembering<'a> {
    pub(super) fn new(inner: &'a mut dyn Backend, failed: &'a mut FailedSteps) -> Self {
        Self { inner, failed, taken: Vec::new(), n_steps: 0, ready: Vec::new() }
    }

    fn outside(&mut self, event: StepEvent) -> StepEvent {
        let StepEvent::Finished { step, outputs, duration, attempts, executed } = event else {
            return event;
        };
        let taken = &self.taken[step.0];
        self.failed.note(&taken.identity, &outputs);
        StepEvent::Finished { step: taken.step, outputs, duration, attempts, executed }
    }
}

impl Backend for Remembering<'_> {
    fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError> {
        let mut rest = Vec::new();
        for new in steps {
            let step = StepId(self.n_steps);
            self.n_steps += 1;
            let keys = new.outputs.iter().map(|output| output.key.finish()).collect();
            let identity = Identity { label: new.label.clone(), keys };
            if let Some(outputs) = self.failed.0.get(&identity) {
                self.ready.push(StepEvent::Finished {
                    step,
                    outputs: outputs.clone(),
                    duration: None,
                    attempts: 0,
                    executed: Vec::new(),
                });
            } else {
                self.taken.push(Taken { step, identity });
                rest.push(new);
            }
        }
        if rest.is_empty() { Ok(()) } else { self.inner.submit(rest) }
    }

    fn events(&mut self, wait: Duration) -> Result<Vec<StepEvent>, BackendError> {
        let wait = if self.ready.is_empty() { wait } else { Duration::ZERO };
        let events = self.inner.events(wait)?;
        let mut ready = std::mem::take(&mut self.ready);
        ready.extend(events.into_iter().map(|event| self.outside(event)));
        Ok(ready)
    }

    fn cancel(&mut self) -> Result<(), BackendError> {
        self.inner.cancel()
    }
}

#[cfg(test)]
mod tests {
    use clx_core::{ActionResult, JobKind, KeyBuilder, StepOutput};
    use serde_json::value::RawValue;

    use super::*;

    /// Fails every step whose label has the word, and makes the others.
    #[derive(Default)]
    struct Fake {
        submitted: Vec<String>,
        code: &'static str,
        ready: Vec<StepEvent>,
    }

    impl Backend for Fake {
        fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError> {
            for step in steps {
                let outcome = if step.label.contains("bad") {
                    let problem = Diagnostic::error(self.code, "cell_execution", "no");
                    OutputOutcome::Failed(vec![problem])
                } else {
                    OutputOutcome::Made(ActionResult { duration_us: 1, ..ActionResult::default() })
                };
                self.ready.push(StepEvent::Finished {
                    step: StepId(self.submitted.len()),
                    outputs: vec![outcome],
                    duration: None,
                    attempts: 1,
                    executed: vec![],
                });
                self.submitted.push(step.label);
            }
            Ok(())
        }

        fn events(&mut self, _: Duration) -> Result<Vec<StepEvent>, BackendError> {
            Ok(std::mem::take(&mut self.ready))
        }

        fn cancel(&mut self) -> Result<(), BackendError> {
            Ok(())
        }
    }

    fn step(label: &str, key: &str) -> Step {
        let key = KeyBuilder::new("test").with("source", key);
        Step {
            kind: JobKind::Notebook,
            label: label.to_owned(),
            source: ContentHash::of(label),
            input: RawValue::NULL.to_owned(),
            outputs: vec![StepOutput { key, request: RawValue::NULL.to_owned() }],
        }
    }

    /// Builds and returns what was really tried, and whether each step failed.
    fn build(
        failed: &mut FailedSteps,
        code: &'static str,
        steps: Vec<Step>,
    ) -> (Vec<String>, Vec<bool>) {
        let mut fake = Fake { code, ..Fake::default() };
        let mut backend = Remembering::new(&mut fake, failed);
        let n_steps = steps.len();
        backend.submit(steps).unwrap();
        let mut failures = vec![false; n_steps];
        for event in backend.events(Duration::ZERO).unwrap() {
            let StepEvent::Finished { step, outputs, .. } = event else { panic!("{event:?}") };
            failures[step.0] = matches!(outputs[0], OutputOutcome::Failed(_));
        }
        (fake.submitted, failures)
    }

    #[test]
    fn failure_is_told_again_and_not_tried_again() {
        let steps = || vec![step("bad.py", "1"), step("good.py", "1"), step("bad too.py", "1")];
        let mut failed = FailedSteps::default();
        let (tried, failures) = build(&mut failed, "CLX0501", steps());
        assert_eq!((tried.len(), failures), (3, vec![true, false, true]));
        let (tried, failures) = build(&mut failed, "CLX0501", steps());
        assert_eq!((tried, failures), (vec!["good.py".to_owned()], vec![true, false, true]));
    }

    #[test]
    fn changed_or_saved_source_is_tried_again() {
        let mut failed = FailedSteps::default();
        let _first = build(&mut failed, "CLX0501", vec![step("bad.py", "1")]);
        assert_eq!(build(&mut failed, "CLX0501", vec![step("bad.py", "2")]).0, ["bad.py"]);
        failed.forget(|label| label == "other.py");
        assert!(build(&mut failed, "CLX0501", vec![step("bad.py", "1")]).0.is_empty());
        failed.forget(|label| label == "bad.py");
        assert_eq!(build(&mut failed, "CLX0501", vec![step("bad.py", "1")]).0, ["bad.py"]);
    }

    #[test]
    fn failure_of_a_worker_is_tried_again() {
        let mut failed = FailedSteps::default();
        let _first = build(&mut failed, "CLX0301", vec![step("bad.py", "1")]);
        assert_eq!(build(&mut failed, "CLX0301", vec![step("bad.py", "1")]).0, ["bad.py"]);
    }
}
