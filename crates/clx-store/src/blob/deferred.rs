//! Rows of packed blobs that wait to be written together with the results that name them. A job puts
//! a dozen blobs, whose hashes lie anywhere in the index: a transaction for each job writes ten times
//! as many pages as one for fifty jobs. Principal type: [`Deferred`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clx_core::ContentHash;
use rusqlite::Transaction;

use crate::blob::InPack;
use crate::blob::put::{NewBlob, NewBytes, insert};
use crate::error::StoreError;
use crate::store::Store;

/// The rows that wait.
#[derive(Debug, Default)]
pub(crate) struct Deferred(Mutex<HashMap<ContentHash, InPack>>);

impl Deferred {
    pub(crate) fn add(&self, blobs: impl IntoIterator<Item = (ContentHash, InPack)>) {
        self.lock().extend(blobs);
    }

    pub(crate) fn get(&self, hash: &ContentHash) -> Option<InPack> {
        self.lock().get(hash).copied()
    }

    pub(crate) fn forget(&self, hash: &ContentHash) {
        self.lock().remove(hash);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn all(&self) -> Vec<(ContentHash, InPack)> {
        self.lock().iter().map(|(hash, place)| (*hash, *place)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ContentHash, InPack>> {
        // What is in it is whole whenever a thread can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Runs `work` in a writing transaction after the rows that wait.
    pub(crate) fn write_with_deferred<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let waiting = self.deferred.all();
        let rows: Vec<NewBlob<'_>> = waiting
            .iter()
            .map(|&(hash, place)| NewBlob { hash, size: place.size, bytes: NewBytes::Pack(place) })
            .collect();
        let now_us = self.now().as_us();
        let value = self.write(|transaction| {
            insert(transaction, &rows, now_us)?;
            work(transaction)
        })?;
        for (hash, _) in &waiting {
            self.deferred.forget(hash);
        }
        Ok(value)
    }

    /// Writes the rows that wait.
    pub(crate) fn flush_deferred(&self) -> Result<(), StoreError> {
        if self.deferred.all().is_empty() {
            return Ok(());
        }
        self.write_with_deferred(|_| Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use clx_core::{ActionResult, Artifact, ContentHash};

    use crate::store::tests::TestStore;
    use crate::{Sharing, Store, StoreOptions};

    fn deferring(fixture: &TestStore) -> Store {
        let options = StoreOptions { sharing: Sharing::Deferred, ..StoreOptions::default() };
        Store::open(&fixture.dir.path().join("store"), &options).unwrap()
    }

    #[test]
    fn waiting_blob_is_there_for_its_own_store_and_for_others_once_a_result_is_recorded() {
        let fixture = TestStore::new();
        let store = deferring(&fixture);
        let text = vec![7; 10_000];
        let hash = store.put(&text).unwrap();
        assert!(store.contains(&hash).unwrap());
        assert_eq!(store.get(&hash).unwrap(), text);
        assert!(!fixture.store.contains(&hash).unwrap());
        let artifacts = vec![Artifact { name: "a".to_owned(), hash, size: 10_000 }];
        let result = ActionResult { artifacts, ..ActionResult::default() };
        let key = ContentHash::of("key");
        store.record(&key, &result).unwrap();
        assert_eq!(fixture.store.lookup(&[key]).unwrap(), [Some(result)]);
        assert_eq!(fixture.store.get(&hash).unwrap(), text);
    }

    #[test]
    fn flushing_writes_what_waits_and_a_lost_store_loses_what_waited() {
        let fixture = TestStore::new();
        let [kept, lost] = [[1; 10_000], [2; 10_000]];
        let store = deferring(&fixture);
        let kept = store.put(&kept).unwrap();
        store.flush().unwrap();
        let lost_hash = store.put(&lost).unwrap();
        drop(store);
        assert!(fixture.store.contains(&kept).unwrap());
        assert!(!fixture.store.contains(&lost_hash).unwrap());
        assert_eq!(fixture.store.put(&lost).unwrap(), lost_hash);
        assert!(fixture.open_again().contains(&lost_hash).unwrap());
    }
}
