//! Prunes now and then, so that nobody has to think of it. When that was done last stands in the
//! file `pruned` beside the database: losing it costs a prune that comes a day later.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clx_core::Timestamp;

use crate::error::{At, StoreError};
use crate::prune::{PrunePolicy, PruneReport};
use crate::store::Store;

impl Store {
    /// Prunes unless that was done less than `interval` ago; asks for the policy only then. A store
    /// without any record of it is taken for pruned now: it is new, and its first build must not be
    /// slower for it.
    ///
    /// # Errors
    /// As [`Store::prune`], and what `policy` returns.
    pub fn prune_if_due(
        &self,
        interval: Duration,
        policy: impl FnOnce() -> Result<PrunePolicy, StoreError>,
    ) -> Result<Option<PruneReport>, StoreError> {
        let now = self.now();
        let is_due = match self.last_pruned() {
            None => {
                self.note_pruned(now)?;
                false
            }
            // A date in the future was written by a clock that was wrong.
            Some(last) => last > now || now.since(last) >= interval,
        };
        if is_due { self.prune(&policy()?).map(Some) } else { Ok(None) }
    }

    /// Remembers that the store was pruned.
    pub(crate) fn note_pruned(&self, now: Timestamp) -> Result<(), StoreError> {
        let path = self.stamp();
        fs::write(&path, now.as_us().to_string()).at("write", &path)
    }

    fn last_pruned(&self) -> Option<Timestamp> {
        let text = fs::read_to_string(self.stamp()).ok()?;
        text.trim().parse().ok().map(Timestamp::from_us)
    }

    fn stamp(&self) -> PathBuf {
        self.database_path().with_file_name("pruned")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;
    use clx_core::ContentHash;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn prune(fixture: &TestStore) -> Option<u64> {
        let everything = || Ok(PrunePolicy { max_bytes: Some(0), ..PrunePolicy::default() });
        let report = fixture.store.prune_if_due(DAY, everything).unwrap();
        report.map(|report| report.n_actions)
    }

    #[test]
    fn new_store_is_pruned_after_a_day_and_then_once_a_day() {
        let fixture = TestStore::new();
        fixture.record(&ContentHash::of("key"), b"text");
        for (hours, expected) in [(0, None), (23, None), (1, Some(1)), (1, None), (24, Some(0))] {
            fixture.clock.advance(hours * HOUR);
            assert_eq!(prune(&fixture), expected, "after {hours} more hours");
        }
    }

    #[test]
    fn pruning_by_hand_counts_and_a_wrong_clock_delays_nothing() {
        let fixture = TestStore::new();
        fixture.store.prune(&PrunePolicy::default()).unwrap();
        fixture.clock.advance(DAY / 2);
        assert_eq!(prune(&fixture), None);
        fixture.store.note_pruned(fixture.store.now().plus(100 * DAY)).unwrap();
        assert_eq!(prune(&fixture), Some(0));
    }
}
