//! Makes outputs without a queue. Principal type: [`FakeBackend`].

use std::time::Duration;

use clx_core::{
    ActionResult, Artifact, Backend, BackendError, Diagnostic, OutputOutcome, Step, StepEvent,
    StepId,
};
use clx_store::Store;

/// Makes of every request a text of the source and the request. A source that contains `BROKEN`
/// fails.
pub(crate) struct FakeBackend<'s> {
    store: &'s Store,
    n_steps: usize,
    ready: Vec<StepEvent>,
}

impl<'s> FakeBackend<'s> {
    pub(crate) const fn new(store: &'s Store) -> Self {
        Self { store, n_steps: 0, ready: Vec::new() }
    }

    fn make(&self, step: &Step) -> Vec<OutputOutcome> {
        let source = String::from_utf8(self.store.get(&step.source).unwrap()).unwrap();
        let outcome = |request: &serde_json::value::RawValue| {
            if source.contains("BROKEN") {
                let problem = Diagnostic::error("CLX0299", "test", "it is broken");
                return OutputOutcome::Failed(vec![problem.in_file(&step.label)]);
            }
            let text = format!("{source}{request}\n");
            let hash = self.store.put(text.as_bytes()).unwrap();
            let artifact = Artifact { name: "text".to_owned(), hash, size: text.len() as u64 };
            OutputOutcome::Made(ActionResult {
                artifacts: vec![artifact],
                ..ActionResult::default()
            })
        };
        step.outputs.iter().map(|output| outcome(&output.request)).collect()
    }
}

impl Backend for FakeBackend<'_> {
    fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError> {
        for step in steps {
            let outputs = self.make(&step);
            let step = StepId(self.n_steps);
            self.n_steps += 1;
            self.ready.push(StepEvent::Finished {
                step,
                outputs,
                duration: None,
                attempts: 1,
                executed: vec![],
            });
        }
        Ok(())
    }

    fn events(&mut self, _wait: Duration) -> Result<Vec<StepEvent>, BackendError> {
        Ok(std::mem::take(&mut self.ready))
    }

    /// Gives up everything, as if nothing had been begun.
    fn cancel(&mut self) -> Result<(), BackendError> {
        for event in &mut self.ready {
            if let StepEvent::Finished { outputs, .. } = event {
                outputs.fill(OutputOutcome::Failed(vec![]));
            }
        }
        Ok(())
    }
}
