//! Empties the cache.

use std::fs;
use std::io;

use crate::error::{At, StoreError};
use crate::store::Store;
use crate::trace;

impl Store {
    /// Removes all blobs, results, explanations, traces and digests of files, and gives the space back.
    /// Which outputs clx owns stays known, and so do the durations of runs: neither can be
    /// computed again from the sources.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Io`].
    pub fn clear(&self) -> Result<(), StoreError> {
        {
            let mut manifest = self.lock_manifest()?;
            manifest.forget();
            self.lock_recent().clear();
            self.deferred.clear();
            self.used_actions.lock().map_err(|_| self.poisoned())?.clear();
            self.write(|transaction| {
                transaction.execute_batch(
                    "DELETE FROM actions;
                     DELETE FROM blobs;
                     DELETE FROM explanations;
                     DELETE FROM files;",
                )
            })?;
        }
        trace::remove_all(&self.dir)?;
        match fs::remove_dir_all(self.blob_files.root()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.at("remove", self.blob_files.root())?,
        }
        self.shrink()
    }

    /// Gives free pages back to the file system and empties the write-ahead log.
    pub(crate) fn shrink(&self) -> Result<(), StoreError> {
        let connection = self.db.writer()?;
        // The rows of both pragmas must be read to the end, or they do a part of their work only.
        ["PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"]
            .into_iter()
            .try_for_each(|pragma| {
                let mut statement = connection.prepare(pragma)?;
                let mut rows = statement.query(())?;
                while rows.next()?.is_some() {}
                Ok(())
            })
            .map_err(|source| self.db.error(source).into())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::store::tests::TestStore;
    use clx_core::{ActionResult, ContentHash};

    #[test]
    fn ownership_and_durations_survive() {
        let fixture = TestStore::new();
        let (store, root) = (&fixture.store, fixture.dir.path());
        let hash = store.put(&[1; 100_000]).unwrap();
        let key = ContentHash::of("key");
        store.record(&key, &ActionResult::default()).unwrap();
        store.note_outputs(root, &[], &[(Path::new("a.html"), hash)]).unwrap();
        store.remember_durations(&[("a.py", Duration::from_secs(1))]).unwrap();
        store.clear().unwrap();
        assert!(!store.contains(&hash).unwrap());
        assert_eq!(store.lookup(&[key]).unwrap(), [None]);
        assert_eq!(store.owned(root).unwrap().len(), 1);
        assert!(store.expected_durations(&["a.py"]).unwrap()[0].is_some());
    }

    #[test]
    fn space_is_given_back_and_the_store_goes_on() {
        let fixture = TestStore::new();
        let texts: Vec<_> = (0..1000).map(|n| vec![1; 10_000 + n]).collect();
        let slices: Vec<_> = texts.iter().map(Vec::as_slice).collect();
        fixture.store.put_many(&slices).unwrap();
        fixture.store.clear().unwrap();
        let size =
            |name: &str| fs::metadata(fixture.dir.path().join("store").join(name)).unwrap().len();
        assert!(size("cache.db") < 500_000, "{}", size("cache.db"));
        assert_eq!(size("cache.db-wal"), 0);
        let hash = fixture.store.put(b"text").unwrap();
        assert_eq!(fixture.store.get(&hash).unwrap(), b"text");
    }
}
