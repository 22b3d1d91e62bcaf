//! How long steps will take, from what they took last time. Principal types: [`Slots`], [`Outlook`];
//! principal function: [`predict`].

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use clx_core::{Clock, JobKind, RunningStep, SystemClock, Timestamp};
use clx_store::{Store, StoreError};

use crate::plan::PlannedStep;

/// How many jobs are worked on at the same time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    /// Workers of each kind; of a kind that is missing there is one.
    pub of_kind: BTreeMap<JobKind, u32>,
    /// The limit over all kinds; `None` if there is none.
    pub in_all: Option<u32>,
}

/// Returns how long steps will take, of which it is known how long they took, or not: the kinds one
/// beside the other, unless that is limited, each as long as its longest step, or as its share of all.
/// A step that never ran is taken for a mean one of its kind. `None` if none of some kind ever ran.
#[must_use]
pub fn predict(
    steps: impl IntoIterator<Item = (JobKind, Option<Duration>)>,
    slots: &Slots,
) -> Option<Duration> {
    let mut by_kind: BTreeMap<JobKind, (Vec<Duration>, u32)> = BTreeMap::new();
    for (kind, expected) in steps {
        let (known, n_unknown) = by_kind.entry(kind).or_default();
        match expected {
            Some(expected) => known.push(expected),
            None => *n_unknown += 1,
        }
    }
    let (mut longest, mut total) = (Duration::ZERO, Duration::ZERO);
    for (kind, (known, n_unknown)) in by_kind {
        let sum: Duration = known.iter().sum();
        let mean = match n_unknown {
            0 => Duration::ZERO,
            _ => sum.checked_div(u32::try_from(known.len()).ok()?)?,
        };
        let all = sum + mean * n_unknown;
        let share = all / slots.of_kind.get(&kind).copied().unwrap_or(1).max(1);
        total += all;
        longest = longest.max(share).max(known.into_iter().max().unwrap_or_default());
    }
    Some(slots.in_all.map_or(longest, |limit| longest.max(total / limit.max(1))))
}

/// What is known of the steps of a build that are not finished.
#[derive(Debug)]
pub(crate) struct Outlook {
    /// How long each step of the plan took last time; empty until somebody asks.
    expected: Vec<Option<Duration>>,
    /// Since when steps are worked on, by their labels.
    running: HashMap<String, Timestamp>,
    slots: Slots,
}

impl Outlook {
    pub(crate) fn new(slots: Slots) -> Self {
        Self { expected: Vec::new(), running: HashMap::new(), slots }
    }

    /// Takes note of what is worked on.
    pub(crate) fn note(&mut self, running: &[RunningStep]) {
        self.running = running.iter().map(|step| (step.label.clone(), step.since)).collect();
    }

    /// Returns how long the open steps of a plan will still take; `None` if nothing like them ever ran.
    pub(crate) fn left(
        &mut self,
        steps: &[PlannedStep],
        open: impl Iterator<Item = usize>,
        store: &Store,
    ) -> Result<Option<Duration>, StoreError> {
        if self.expected.is_empty() {
            let labels: Vec<_> = steps.iter().map(|planned| &*planned.step.label).collect();
            self.expected = store.expected_durations(&labels)?;
        }
        let now = SystemClock.now();
        let left = open.map(|index| {
            let step = &steps[index].step;
            let since = self.running.get(&step.label);
            let expected = self.expected[index];
            (step.kind, expected.map(|all| since.map_or(all, |since| rest(all, now.since(*since)))))
        });
        Ok(predict(left, &self.slots))
    }
}

/// Returns what is left of a step: one that is late is taken to need half as long again.
fn rest(expected: Duration, elapsed: Duration) -> Duration {
    match expected.checked_sub(elapsed) {
        Some(left) if !left.is_zero() => left,
        _ => elapsed / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn slots(notebooks: u32, in_all: Option<u32>) -> Slots {
        Slots { of_kind: [(JobKind::Notebook, notebooks)].into(), in_all }
    }

    fn notebooks(known: &[u64], n_unknown: usize) -> Vec<(JobKind, Option<Duration>)> {
        let known = known.iter().map(|&n| Some(seconds(n)));
        known
            .chain(std::iter::repeat_n(None, n_unknown))
            .map(|it| (JobKind::Notebook, it))
            .collect()
    }

    #[test]
    fn steps_share_the_workers_of_their_kind() {
        assert_eq!(predict(notebooks(&[4, 2, 2], 0), &slots(1, None)), Some(seconds(8)));
        assert_eq!(predict(notebooks(&[4, 2, 2], 0), &slots(2, None)), Some(seconds(4)));
        assert_eq!(predict(notebooks(&[6, 1, 1], 0), &slots(2, None)), Some(seconds(6)));
        let mut both = notebooks(&[4, 4], 0);
        both.push((JobKind::Drawio, Some(seconds(5))));
        assert_eq!(predict(both.clone(), &slots(2, None)), Some(seconds(5)));
        assert_eq!(predict(both, &slots(2, Some(1))), Some(seconds(13)));
    }

    #[test]
    fn unknown_steps_are_mean_ones_of_their_kind() {
        assert_eq!(predict(notebooks(&[4, 2], 2), &slots(1, None)), Some(seconds(12)));
        assert_eq!(predict(notebooks(&[], 2), &slots(1, None)), None);
        assert_eq!(predict(notebooks(&[], 0), &slots(1, None)), Some(Duration::ZERO));
    }

    #[test]
    fn late_step_needs_half_as_long_again() {
        assert_eq!(rest(seconds(5), seconds(2)), seconds(3));
        assert_eq!(rest(seconds(5), seconds(5)), seconds(5) / 2);
        assert_eq!(rest(seconds(5), seconds(20)), seconds(10));
    }
}
