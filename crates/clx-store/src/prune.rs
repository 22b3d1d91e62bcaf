//! Removes what has not been used for long. Principal types: [`PrunePolicy`], [`PruneReport`].
//!
//! A build that runs meanwhile may lose a blob that it found in the store and has not recorded in a
//! result yet. It then gets [`StoreError::MissingBlob`] and makes the blob again.

mod choose;
mod repack;
mod stray;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clx_core::ContentHash;
use rusqlite::{Transaction, named_params};

use crate::error::StoreError;
use crate::manifest::remove_entry;
use crate::prune::choose::Choice;
use crate::stat::path_column;
use crate::store::Store;

/// What to keep.
#[derive(Debug, Clone)]
pub struct PrunePolicy {
    /// Most bytes of blobs; beyond it, the results that were not used for longest go. Default: no
    /// limit. What is pinned or protected by `grace` stays even if it is more.
    pub max_bytes: Option<u64>,
    /// Longest time since the last use of a result, exact to a day. Default: no limit.
    pub max_age: Option<Duration>,
    /// Keys of actions and hashes of blobs that stay whatever their use, and so do results that name
    /// such a blob.
    pub keep: BTreeSet<ContentHash>,
    /// Blobs that no result names stay for this time after they were made, since a running build
    /// may be about to record them. Default: 1 hour.
    pub grace: Duration,
}

impl Default for PrunePolicy {
    fn default() -> Self {
        Self {
            max_bytes: None,
            max_age: None,
            keep: BTreeSet::new(),
            grace: Duration::from_secs(60 * 60),
        }
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// Results of actions.
    pub n_actions: u64,
    /// Blobs.
    pub n_blobs: u64,
    /// Bytes of those blobs.
    pub bytes: u64,
    /// Files below `blobs/` that a killed process left behind.
    pub n_stray_files: u64,
    /// Digests of files that do not exist any more.
    pub n_file_digests: u64,
}

impl Store {
    /// Removes results and blobs that the policy does not keep, what killed processes left behind,
    /// and digests of files that are gone; then gives the space back to the file system.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`].
    pub fn prune(&self, policy: &PrunePolicy) -> Result<PruneReport, StoreError> {
        self.flush()?;
        let now = self.now();
        let choice = self.write(|transaction| {
            let choice = Choice::make(transaction, policy, now)?;
            delete(transaction, &choice)?;
            Ok(choice)
        })?;
        // After the rows: a file without a row is garbage, a row without its file a lost blob.
        for blob in choice.blobs.iter().filter(|blob| blob.is_file) {
            self.blob_files.remove(&blob.hash)?;
        }
        let packs: BTreeSet<_> = choice.blobs.iter().filter_map(|blob| blob.pack).collect();
        for pack in packs {
            self.repack(pack)?;
        }
        let n_stray_files = self.remove_stray_files(policy.grace)?;
        let n_file_digests = self.forget_missing_files()?;
        self.shrink()?;
        self.note_pruned(now)?;
        Ok(PruneReport {
            n_actions: choice.actions.len() as u64,
            n_blobs: choice.blobs.len() as u64,
            bytes: choice.blobs.iter().map(|blob| blob.size).sum(),
            n_stray_files,
            n_file_digests,
        })
    }

    fn forget_missing_files(&self) -> Result<u64, StoreError> {
        let paths: Vec<PathBuf> = self.read(|transaction| {
            transaction
                .prepare("SELECT path FROM files")?
                .query_map((), |row| path_column(row, "path"))?
                .collect()
        })?;
        let missing: Vec<_> = paths.into_iter().filter(|path| !path.exists()).collect();
        self.write(|transaction| {
            missing.iter().try_for_each(|path| remove_entry(transaction, path))
        })?;
        Ok(missing.len() as u64)
    }
}

fn delete(transaction: &Transaction<'_>, choice: &Choice) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("DELETE FROM actions WHERE key = :key")?;
    for key in &choice.actions {
        statement.execute(named_params! { ":key": key.as_bytes() })?;
    }
    let mut statement = transaction.prepare("DELETE FROM blobs WHERE hash = :hash")?;
    for blob in &choice.blobs {
        statement.execute(named_params! { ":hash": blob.hash.as_bytes() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// Records one action a day, each with a blob of the given size, and names them by their day.
    fn fixture(sizes: &[usize]) -> (TestStore, Vec<ContentHash>) {
        let fixture = TestStore::new();
        let mut keys = Vec::new();
        for (day, &size) in sizes.iter().enumerate() {
            let key = ContentHash::of(day.to_string());
            let byte = u8::try_from(day).unwrap();
            fixture.record(&key, &vec![byte; size]);
            keys.push(key);
            fixture.clock.advance(DAY);
        }
        (fixture, keys)
    }

    fn kept(fixture: &TestStore, keys: &[ContentHash]) -> Vec<bool> {
        fixture.store.lookup(keys).unwrap().iter().map(Option::is_some).collect()
    }

    #[test]
    fn least_recently_used_results_go_first() {
        let (fixture, keys) = fixture(&[100, 100, 70_000, 100]);
        // Uses the oldest.
        fixture.store.lookup(&keys[..1]).unwrap();
        let policy = PrunePolicy { max_bytes: Some(70_200), ..PrunePolicy::default() };
        let report = fixture.store.prune(&policy).unwrap();
        assert_eq!((report.n_actions, report.n_blobs, report.bytes), (1, 1, 100));
        assert_eq!(kept(&fixture, &keys), [true, false, true, true]);
    }

    #[test]
    fn old_results_go_unless_pinned() {
        let (fixture, keys) = fixture(&[10, 11, 12, 13]);
        let keep = BTreeSet::from([keys[0]]);
        let policy = PrunePolicy { max_age: Some(2 * DAY), keep, ..PrunePolicy::default() };
        let report = fixture.store.prune(&policy).unwrap();
        assert_eq!((report.n_actions, report.n_blobs), (1, 1));
        assert_eq!(kept(&fixture, &keys), [true, false, true, true]);
    }

    #[test]
    fn result_of_a_pinned_blob_stays() {
        let (fixture, keys) = fixture(&[10, 11, 12]);
        let keep = BTreeSet::from([ContentHash::of(vec![0_u8; 10])]);
        let policy = PrunePolicy { max_bytes: Some(0), keep, ..PrunePolicy::default() };
        fixture.store.prune(&policy).unwrap();
        assert_eq!(kept(&fixture, &keys), [true, false, false]);
    }

    #[test]
    fn shared_blob_stays_with_the_last_result_that_names_it() {
        let fixture = TestStore::new();
        let keys = ["old", "new"].map(ContentHash::of);
        for key in &keys {
            fixture.record(key, b"shared");
            fixture.clock.advance(DAY);
        }
        let policy = PrunePolicy { max_age: Some(DAY), ..PrunePolicy::default() };
        let report = fixture.store.prune(&policy).unwrap();
        assert_eq!((report.n_actions, report.n_blobs), (1, 0));
        assert_eq!(kept(&fixture, &keys), [false, true]);
    }

    #[test]
    fn unnamed_blob_stays_for_its_grace_or_while_pinned() {
        let fixture = TestStore::new();
        let (old, pinned) = (fixture.store.put(b"old").unwrap(), fixture.store.put(b"x").unwrap());
        fixture.clock.advance(DAY);
        let young = fixture.store.put(&[1; 100_000]).unwrap();
        let policy = PrunePolicy { keep: BTreeSet::from([pinned]), ..PrunePolicy::default() };
        assert_eq!(fixture.store.prune(&policy).unwrap().n_blobs, 1);
        let contains = |hash| fixture.store.contains(hash).unwrap();
        assert_eq!([old, pinned, young].each_ref().map(contains), [false, true, true]);
    }

    #[test]
    fn hundred_rebuilds_stay_within_the_bound() {
        let fixture = TestStore::new();
        let policy = PrunePolicy { max_bytes: Some(1_000_000), ..PrunePolicy::default() };
        for round in 0..100 {
            let key = ContentHash::of(format!("key {round}"));
            fixture.record(&key, format!("{round}").repeat(30_000).as_bytes());
            fixture.record(&key, format!("{round}").repeat(20_000).as_bytes());
            fixture.clock.advance(Duration::from_secs(600));
            fixture.store.prune(&policy).unwrap();
        }
        let stats = fixture.store.stats().unwrap();
        // Blobs of replaced results have their hour of grace: six rounds of 60 kB.
        assert!(stats.blob_bytes <= 1_000_000 + 6 * 60_000, "{stats:?}");
        assert!(stats.database_bytes <= 2_000_000, "{stats:?}");
    }

    #[test]
    fn pruning_shrinks_the_files() {
        let sizes: Vec<_> = (0..100).map(|n| if n % 2 == 0 { 60_000 } else { 4000 }).collect();
        let (fixture, _) = fixture(&sizes);
        let size = |name: &str| {
            std::fs::metadata(fixture.dir.path().join("store").join(name)).unwrap().len()
        };
        let n_packs =
            || std::fs::read_dir(fixture.dir.path().join("store/blobs/packs")).unwrap().count();
        fixture.store.prune(&PrunePolicy::default()).unwrap();
        assert!(size("cache.db") > 200_000, "{}", size("cache.db"));
        assert_eq!(n_packs(), 50);
        let policy = PrunePolicy { max_bytes: Some(0), ..PrunePolicy::default() };
        fixture.store.prune(&policy).unwrap();
        assert!(size("cache.db") < 200_000, "{}", size("cache.db"));
        assert_eq!((size("cache.db-wal"), n_packs()), (0, 0));
    }

    #[test]
    fn digests_of_missing_files_go() {
        let fixture = TestStore::new();
        for name in ["stays", "goes"] {
            let path = fixture.dir.path().join(name);
            std::fs::write(&path, name).unwrap();
            fixture.store.digest_of(&path).unwrap();
        }
        std::fs::remove_file(fixture.dir.path().join("goes")).unwrap();
        let report = fixture.store.prune(&PrunePolicy::default()).unwrap();
        assert_eq!(report.n_file_digests, 1);
        assert_eq!(fixture.store.stats().unwrap().n_files, 1);
    }
}
