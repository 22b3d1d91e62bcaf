//! Looks up results of actions by their keys.

use std::time::Duration;

use clx_core::{ActionResult, ContentHash, Timestamp};
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;
use rusqlite::{OptionalExtension, Transaction, named_params};

use crate::action;
use crate::error::StoreError;
use crate::store::Store;

/// How exact the date of last use is: a result that is used daily is written once a day.
const USE_PRECISION: Duration = Duration::from_secs(24 * 60 * 60);

/// Keys looked up in one transaction: a long list does not hold up checkpoints, and other processors
/// look, too.
const CHUNK: usize = 100;

impl Store {
    /// Returns the results of the keys, in order. `None` if the action is unknown or one of its
    /// blobs is missing, and then it has to run again.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        let look_up = |keys: &[ContentHash]| {
            self.read(|transaction| {
                keys.iter()
                    .map(|key| self.lookup_one(transaction, key))
                    .collect::<rusqlite::Result<Vec<_>>>()
            })
        };
        let results: Vec<_> =
            keys.par_chunks(CHUNK).map(look_up).collect::<Result<Vec<_>, _>>()?.concat();
        self.note_uses(keys, &results)?;
        Ok(results.into_iter().map(|found| found.map(|(result, _)| result)).collect())
    }

    fn lookup_one(
        &self,
        transaction: &Transaction<'_>,
        key: &ContentHash,
    ) -> rusqlite::Result<Option<(ActionResult, Timestamp)>> {
        let row: Option<(String, i64)> = transaction
            .prepare_cached("SELECT result, last_used_us FROM actions WHERE key = :key")?
            .query_row(named_params! { ":key": key.as_bytes() }, |row| {
                Ok((row.get("result")?, row.get("last_used_us")?))
            })
            .optional()?;
        let Some((json, last_used_us)) = row else { return Ok(None) };
        let Some(result) = action::from_json(&json) else { return Ok(None) };
        for artifact in &result.artifacts {
            if !self.has_blob(transaction, &artifact.hash)? {
                return Ok(None);
            }
        }
        Ok(Some((result, Timestamp::from_us(last_used_us))))
    }

    fn note_uses(
        &self,
        keys: &[ContentHash],
        results: &[Option<(ActionResult, Timestamp)>],
    ) -> Result<(), StoreError> {
        let now = self.now();
        let is_old = |last_used: &Timestamp| now.since(*last_used) >= USE_PRECISION;
        let mut used = self.used_actions.lock().map_err(|_| self.poisoned())?;
        for (key, result) in keys.iter().zip(results) {
            if result.as_ref().is_some_and(|(_, last_used)| is_old(last_used)) {
                used.insert(*key);
            }
        }
        Ok(())
    }

    /// Writes the dates of last use that look-ups found to be old.
    pub(crate) fn flush_uses(&self) -> Result<(), StoreError> {
        let mut used = self.used_actions.lock().map_err(|_| self.poisoned())?;
        if used.is_empty() {
            return Ok(());
        }
        let now_us = self.now().as_us();
        self.write(|transaction| {
            let mut statement = transaction
                .prepare_cached("UPDATE actions SET last_used_us = :now_us WHERE key = :key")?;
            for key in used.iter() {
                statement.execute(named_params! { ":now_us": now_us, ":key": key.as_bytes() })?;
            }
            Ok(())
        })?;
        used.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    fn record(fixture: &TestStore, key: &ContentHash, bytes: &[u8]) -> ActionResult {
        fixture.record(key, bytes);
        fixture.store.lookup(&[*key]).unwrap().remove(0).unwrap()
    }

    #[test]
    fn results_come_in_the_order_of_the_keys() {
        let fixture = TestStore::new();
        let [a, b, unknown] = ["a", "b", "unknown"].map(ContentHash::of);
        let (result_a, result_b) = (record(&fixture, &a, b"1"), record(&fixture, &b, b"2"));
        let found = fixture.store.lookup(&[b, unknown, a]).unwrap();
        assert_eq!(found, [Some(result_b), None, Some(result_a)]);
    }

    #[test]
    fn later_result_replaces_the_earlier_one() {
        let fixture = TestStore::new();
        let key = ContentHash::of("key");
        record(&fixture, &key, b"old");
        let result = record(&fixture, &key, b"new");
        assert_eq!(fixture.store.lookup(&[key]).unwrap(), [Some(result)]);
    }

    #[test]
    fn forgotten_result_is_a_miss() {
        let fixture = TestStore::new();
        let [a, b] = ["a", "b"].map(ContentHash::of);
        let (_, result) = (record(&fixture, &a, b"1"), record(&fixture, &b, b"2"));
        fixture.store.forget(&[a]).unwrap();
        assert_eq!(fixture.store.lookup(&[a, b]).unwrap(), [None, Some(result)]);
    }

    #[test]
    fn missing_blob_makes_the_action_a_miss() {
        let check = |bytes: &[u8], lose: fn(&Store, &ContentHash)| {
            let fixture = TestStore::new();
            let key = ContentHash::of("key");
            let result = record(&fixture, &key, bytes);
            lose(&fixture.store, &result.artifacts[0].hash);
            assert_eq!(fixture.store.lookup(&[key]).unwrap(), [None]);
        };
        check(b"small", |store, hash| store.drop_blob(hash).unwrap());
        check(&[1; 100_000], |store, hash| store.blob_files.remove(hash).unwrap());
    }

    #[test]
    fn use_is_written_once_a_day_and_only_by_flush() {
        let fixture = TestStore::new();
        let key = ContentHash::of("key");
        record(&fixture, &key, b"text");
        let changes = || fixture.store.db.writer().unwrap().total_changes();
        let mut before = changes();
        for (hours, written) in [(1, 0), (24, 1), (1, 0)] {
            fixture.clock.advance(Duration::from_secs(hours * 3600));
            fixture.store.lookup(&[key]).unwrap();
            assert_eq!(changes(), before);
            fixture.store.flush().unwrap();
            assert_eq!(changes() - before, written, "after {hours} more hours");
            before = changes();
        }
    }
}
