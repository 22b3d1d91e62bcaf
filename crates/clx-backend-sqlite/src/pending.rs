//! A step between submission and its event. Principal type: [`Pending`].

use clx_core::{ActionResult, ContentHash, Diagnostic, JobResult, OutputOutcome, RequestResult};

use crate::failure::mismatch;

/// What is known of a step's outputs while its job is queued.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) label: String,
    /// One entry per output: known already, or the key under which it will be recorded.
    slots: Vec<Slot>,
}

#[derive(Debug)]
pub(crate) enum Slot {
    Known(ActionResult),
    Wanted(ContentHash),
}

impl Pending {
    pub(crate) const fn new(label: String, slots: Vec<Slot>) -> Self {
        Self { label, slots }
    }

    /// Tells whether the store knew every output.
    pub(crate) fn is_known(&self) -> bool {
        self.slots.iter().all(|slot| matches!(slot, Slot::Known(_)))
    }

    /// Fills in what the job returned; also returns what is to be recorded.
    pub(crate) fn complete(
        self,
        result: JobResult,
    ) -> (Vec<OutputOutcome>, Vec<(ContentHash, ActionResult)>) {
        let label = self.label;
        let mut results = result.results.into_iter();
        let mut records = Vec::new();
        let outcomes = self
            .slots
            .into_iter()
            .map(|slot| match slot {
                Slot::Known(known) => OutputOutcome::Cached(known),
                Slot::Wanted(key) => match results.next() {
                    Some(RequestResult::Made(made)) => {
                        records.push((key, made.clone()));
                        OutputOutcome::Made(made)
                    }
                    Some(RequestResult::Failed(problems)) => OutputOutcome::Failed(problems),
                    None => OutputOutcome::Failed(vec![mismatch(&label)]),
                },
            })
            .collect();
        (outcomes, records)
    }

    /// Ends the step with what was known before and the same problems for everything else.
    pub(crate) fn fail(self, problems: &[Diagnostic]) -> Vec<OutputOutcome> {
        self.slots
            .into_iter()
            .map(|slot| match slot {
                Slot::Known(known) => OutputOutcome::Cached(known),
                Slot::Wanted(_) => OutputOutcome::Failed(problems.to_vec()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(us: u64) -> ActionResult {
        ActionResult { duration_us: us, ..ActionResult::default() }
    }

    #[test]
    fn results_fill_the_unknown_slots_in_order() {
        let (a, b) = (ContentHash::of("a"), ContentHash::of("b"));
        let slots = vec![Slot::Wanted(a), Slot::Known(result(7)), Slot::Wanted(b)];
        let pending = Pending::new("x.py".to_owned(), slots);
        let problem = Diagnostic::error("CLX0201", "notebook_processing", "no");
        let results =
            vec![RequestResult::Failed(vec![problem.clone()]), RequestResult::Made(result(9))];
        let (outcomes, records) = pending.complete(JobResult { results, executed: vec![] });
        assert_eq!(outcomes[0], OutputOutcome::Failed(vec![problem]));
        assert_eq!(outcomes[1], OutputOutcome::Cached(result(7)));
        assert_eq!(outcomes[2], OutputOutcome::Made(result(9)));
        assert_eq!(records, [(b, result(9))]);
    }

    #[test]
    fn too_short_a_result_fails_what_it_leaves_out() {
        let pending = Pending::new("x.py".to_owned(), vec![Slot::Wanted(ContentHash::of("a"))]);
        let (outcomes, records) = pending.complete(JobResult { results: vec![], executed: vec![] });
        assert!(matches!(outcomes[0], OutputOutcome::Failed(_)));
        assert!(records.is_empty());
    }
}
