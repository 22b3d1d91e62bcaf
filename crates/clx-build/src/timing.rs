//! Where the time of a build went. Principal type: [`Timing`].

use std::collections::BTreeMap;
use std::time::Duration;

use clx_core::OutputOutcome;
use clx_store::{Store, StoreError};

use crate::plan::PlannedStep;

/// Where the time of a build went, as far as it made something of sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// Sources for which there was something to make, the slowest first.
    pub steps: Vec<TimedStep>,
    /// The longest chain of those in which each waits for the one before: no number of workers makes
    /// the build faster than this.
    pub critical_path: Vec<TimedStep>,
    /// How long it took once to make what the store knew. Of sources of which only a part was known, the
    /// running of code is not counted.
    pub saved: Duration,
}

/// A source and how long its job ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedStep {
    /// The source, relative to the course root.
    pub label: String,
    /// How long the last attempt took.
    pub duration: Duration,
}

impl Timing {
    /// Returns how long all steps took together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.steps.iter().map(|step| step.duration).sum()
    }

    /// Returns how long the critical path is.
    #[must_use]
    pub fn critical(&self) -> Duration {
        self.critical_path.iter().map(|step| step.duration).sum()
    }
}

/// Takes the times of the steps of a plan as they finish.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    /// Positions in the plan, in the order in which steps finished: none before what it needs.
    finished: Vec<(usize, Duration)>,
    /// Steps all of whose outputs were known, and how long those once took.
    known: Vec<(usize, Duration)>,
    /// How long the known outputs of other steps once took.
    saved: Duration,
}

impl Stopwatch {
    pub(crate) fn finish(
        &mut self,
        step: usize,
        outputs: &[OutputOutcome],
        duration: Option<Duration>,
    ) {
        self.finished.push((step, duration.unwrap_or_default()));
        let known = |outcome: &OutputOutcome| match outcome {
            OutputOutcome::Cached(result) => Some(Duration::from_micros(result.duration_us)),
            OutputOutcome::Made(_) | OutputOutcome::Failed(_) => None,
        };
        let saved: Vec<Duration> = outputs.iter().filter_map(known).collect();
        let time = saved.iter().sum();
        if saved.len() == outputs.len() {
            self.known.push((step, time));
        } else {
            self.saved += time;
        }
    }

    /// Returns how long what the store knew once took. `last` knows how long steps took last time, code
    /// included, which no result of an output tells.
    fn saved(&self, last: impl Fn(usize) -> Option<Duration>) -> Duration {
        let of_step = |&(step, time): &(usize, Duration)| last(step).unwrap_or_default().max(time);
        self.saved + self.known.iter().map(of_step).sum::<Duration>()
    }

    /// Says where the time went. `steps` are those of the plan.
    pub(crate) fn timing(
        &self,
        steps: &[PlannedStep],
        store: &Store,
    ) -> Result<Timing, StoreError> {
        let timed = |&(step, duration): &(usize, Duration)| {
            let label = steps[step].step.label.clone();
            (!duration.is_zero()).then_some(TimedStep { label, duration })
        };
        let mut slowest: Vec<_> = self.finished.iter().filter_map(timed).collect();
        slowest.sort_by(|a, b| b.duration.cmp(&a.duration).then_with(|| a.label.cmp(&b.label)));
        let needs = |step: usize| steps[step].pictures.iter().map(|needed| needed.step).collect();
        let path = critical_path(&self.finished, needs);
        let critical_path = path.iter().filter_map(timed).collect();
        let labels: Vec<_> = self.known.iter().map(|&(step, _)| &*steps[step].step.label).collect();
        let last: BTreeMap<usize, Option<Duration>> = self
            .known
            .iter()
            .map(|&(step, _)| step)
            .zip(store.expected_durations(&labels)?)
            .collect();
        let saved = self.saved(|step| last.get(&step).copied().flatten());
        Ok(Timing { steps: slowest, critical_path, saved })
    }
}

/// Returns the longest chain of steps in which each needs the one before. No step comes before what it
/// needs in `finished`; what is not there takes no time.
fn critical_path(
    finished: &[(usize, Duration)],
    needs: impl Fn(usize) -> Vec<usize>,
) -> Vec<(usize, Duration)> {
    // By step: when it ends at the earliest, how long it takes, and what it waits for longest.
    let mut ends: BTreeMap<usize, (Duration, Duration, Option<usize>)> = BTreeMap::new();
    for &(step, duration) in finished {
        let end_of = |need: usize| ends.get(&need).map(|&(end, ..)| (end, need));
        let last = needs(step).into_iter().filter_map(end_of).max();
        let begin = last.map_or(Duration::ZERO, |(end, _)| end);
        ends.insert(step, (begin + duration, duration, last.map(|(_, need)| need)));
    }
    let last = ends.iter().max_by_key(|(_, (end, ..))| *end).map(|(&step, _)| step);
    let before = |&step: &usize| ends.get(&step).and_then(|&(_, _, need)| need);
    let mut path: Vec<_> = std::iter::successors(last, before)
        .filter_map(|step| ends.get(&step).map(|&(_, duration, _)| (step, duration)))
        .collect();
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use clx_core::ActionResult;

    use super::*;

    /// Finds the path of steps that take these seconds and need these others.
    fn check(finished: &[(usize, u64)], needs: &[&[usize]], expected: &[usize]) {
        let finished: Vec<_> =
            finished.iter().map(|&(step, seconds)| (step, Duration::from_secs(seconds))).collect();
        let path = critical_path(&finished, |step| needs[step].to_vec());
        let steps: Vec<_> = path.into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, expected, "{finished:?}");
    }

    #[test]
    fn path_is_the_longest_chain_not_the_longest_step() {
        check(&[], &[], &[]);
        check(&[(0, 4), (1, 5), (2, 3)], &[&[], &[], &[]], &[1]);
        check(&[(0, 4), (1, 5), (2, 3)], &[&[], &[], &[0]], &[0, 2]);
        check(&[(1, 2), (0, 1), (2, 3), (3, 1)], &[&[], &[], &[0, 1], &[2]], &[1, 2, 3]);
    }

    #[test]
    fn need_that_never_finished_takes_no_time() {
        check(&[(1, 2)], &[&[], &[0]], &[1]);
    }

    #[test]
    fn cache_saves_what_its_results_took() {
        let result = |duration_us| ActionResult { duration_us, ..ActionResult::default() };
        let mut stopwatch = Stopwatch::default();
        let outputs = [
            OutputOutcome::Cached(result(700)),
            OutputOutcome::Made(result(10)),
            OutputOutcome::Cached(result(300)),
            OutputOutcome::Failed(Vec::new()),
        ];
        stopwatch.finish(0, &outputs, Some(Duration::from_secs(1)));
        let nothing = |_| None;
        assert_eq!(stopwatch.saved(nothing), Duration::from_millis(1));
        stopwatch.finish(1, &outputs[..1], None);
        assert_eq!(stopwatch.saved(nothing), Duration::from_micros(1700));
        let seconds = |step| (step == 1).then_some(Duration::from_secs(1));
        assert_eq!(stopwatch.saved(seconds), Duration::from_millis(1001), "code ran, too");
    }
}
