//! Gathers changes until they are told. Principal type: [`Batch`].

use std::time::{Duration, Instant};

use crate::change::Change;

/// Changes that are not told yet.
#[derive(Debug)]
pub(crate) struct Batch {
    quiet: Duration,
    most: Duration,
    change: Change,
    /// When the first and the last of them came.
    came: Option<(Instant, Instant)>,
}

impl Batch {
    pub(crate) fn new(quiet: Duration, most: Duration) -> Self {
        Self { quiet, most, change: Change::default(), came: None }
    }

    /// Adds a change, unless it is none.
    pub(crate) fn add(&mut self, change: Change, now: Instant) {
        if !change.is_empty() {
            self.change.merge(change);
            self.came = Some((self.came.map_or(now, |(first, _)| first), now));
        }
    }

    /// Returns when the changes are to be told, if there are any.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.came.map(|(first, last)| (last + self.quiet).min(first + self.most))
    }

    /// Takes the changes if they are due.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Change> {
        if self.due()? > now {
            return None;
        }
        self.came = None;
        Some(std::mem::take(&mut self.change))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn change(path: &str) -> Change {
        let mut change = Change::default();
        change.add(PathBuf::from(path));
        change
    }

    #[test]
    fn changes_are_told_together_once_nothing_more_comes() {
        let begin = Instant::now();
        let mut batch = Batch::new(ms(20), ms(250));
        assert_eq!(batch.take(begin), None);
        for n in 0..20 {
            let now = begin + ms(n * 10);
            assert_eq!(batch.take(now), None, "after {} ms", n * 10);
            batch.add(change(&n.to_string()), now);
        }
        assert_eq!(batch.take(begin + ms(209)), None);
        let told = batch.take(begin + ms(210)).expect("20 ms after the last");
        assert_eq!(told.paths().count(), 20);
        assert_eq!(batch.take(begin + ms(500)), None, "they are told once");
    }

    #[test]
    fn who_never_stops_is_heard_after_a_while() {
        let begin = Instant::now();
        let mut batch = Batch::new(ms(20), ms(250));
        for n in 0..=25 {
            batch.add(change("a"), begin + ms(n * 10));
        }
        assert_eq!(batch.due(), Some(begin + ms(250)));
        assert!(batch.take(begin + ms(250)).is_some());
    }

    #[test]
    fn no_change_is_no_reason_to_wait() {
        let mut batch = Batch::new(ms(20), ms(250));
        batch.add(Change::default(), Instant::now());
        assert_eq!(batch.due(), None);
    }
}
