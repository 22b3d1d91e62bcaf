//! The local store before the shared one. Principal type: [`SharedStore`].

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use clx_core::{ActionResult, ContentHash};
use clx_store::{ArtifactStore, Exchange, ResultIndex, Store, StoreError};

use crate::objects::Objects;

/// Bytes of blobs that are sent or fetched before the next ones are read.
const BATCH_BYTES: usize = 64 << 20;

/// Blobs fetched before they are written to the local store.
const BATCH_BLOBS: usize = 256;

/// What was put or found is known to be there for the life of the program; so many at most.
const MOST_KNOWN: usize = 1 << 20;

/// A store of this host through which it shares blobs and results with others.
#[derive(Debug)]
pub struct SharedStore {
    local: Arc<Store>,
    objects: Objects,
    index: Arc<dyn ResultIndex>,
    /// Blobs that the object storage has.
    known: Mutex<BTreeSet<ContentHash>>,
}

impl SharedStore {
    /// Shares what goes through a local store.
    #[must_use]
    pub fn new(local: Arc<Store>, objects: Objects, index: Arc<dyn ResultIndex>) -> Self {
        Self { local, objects, index, known: Mutex::default() }
    }

    /// Fetches blobs; a damaged one counts as missing.
    fn get_whole(&self, hashes: &[ContentHash]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        match self.objects.get_many(hashes) {
            Err(StoreError::DamagedBlob { .. }) if hashes.len() > 1 => {
                hashes.iter().map(|hash| Ok(self.get_whole(&[*hash])?.pop().flatten())).collect()
            }
            Err(StoreError::DamagedBlob { .. }) => Ok(vec![None]),
            found => found,
        }
    }

    fn is_known(&self, hash: &ContentHash) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(hash)
    }

    fn know(&self, hashes: &[ContentHash]) {
        // A set of hashes is whole whenever a thread can panic.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST_KNOWN {
            known.clear();
        }
        known.extend(hashes);
    }
}

impl Exchange for SharedStore {
    fn send(&self, hashes: &[ContentHash]) -> Result<(), StoreError> {
        let unknown: Vec<_> = hashes.iter().filter(|hash| !self.is_known(hash)).copied().collect();
        let is_here = self.local.contains_many(&unknown)?;
        let here: Vec<_> = unknown
            .into_iter()
            .zip(is_here)
            .filter_map(|(hash, here)| here.then_some(hash))
            .collect();
        let missing = self.objects.missing(&here)?;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for hash in missing {
            let blob = self.local.get(&hash)?;
            bytes += blob.len();
            batch.push((hash, blob));
            if bytes >= BATCH_BYTES {
                self.objects.put(std::mem::take(&mut batch))?;
                bytes = 0;
            }
        }
        self.objects.put(batch)?;
        self.know(&here);
        Ok(())
    }

    fn fetch(&self, hashes: &[ContentHash]) -> Result<Vec<ContentHash>, StoreError> {
        let is_here = self.local.contains_many(hashes)?;
        let wanted: BTreeSet<_> = hashes
            .iter()
            .zip(is_here)
            .filter_map(|(hash, here)| (!here).then_some(*hash))
            .collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut lost = Vec::new();
        for batch in wanted.chunks(BATCH_BLOBS) {
            let found = self.get_whole(batch)?;
            let blobs: Vec<&[u8]> = found.iter().flatten().map(Vec::as_slice).collect();
            let put = self.local.put_many(&blobs)?;
            self.know(&put);
            let not_found = batch.iter().zip(&found).filter(|(_, found)| found.is_none());
            lost.extend(not_found.map(|(hash, _)| *hash));
        }
        Ok(lost)
    }

    fn find(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        let mut results = self.index.lookup(keys)?;
        let named = |result: &ActionResult| {
            result.artifacts.iter().map(|artifact| artifact.hash).collect::<Vec<_>>()
        };
        let hashes: Vec<_> = results.iter().flatten().flat_map(named).collect();
        let lost = self.fetch(&hashes)?;
        if !lost.is_empty() {
            let is_lost =
                |result: &ActionResult| named(result).iter().any(|hash| lost.contains(hash));
            results.iter_mut().for_each(|result| {
                result.take_if(|result| is_lost(result));
            });
        }
        let found = keys.iter().zip(&results);
        let found: Vec<_> =
            found.filter_map(|(key, result)| Some((*key, result.as_ref()?))).collect();
        self.local.record_many(&found)?;
        Ok(results)
    }

    fn publish(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        if results.is_empty() {
            return Ok(());
        }
        let artifacts = results.iter().flat_map(|(_, result)| &result.artifacts);
        self.send(&artifacts.map(|artifact| artifact.hash).collect::<Vec<_>>())?;
        self.index.record(results)
    }
}

impl ArtifactStore for SharedStore {
    fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        match self.local.get(hash) {
            Err(error) if error.is_lost_blob() => {}
            found => return found,
        }
        let bytes = self.objects.get(hash)?;
        self.local.put(&bytes)?;
        self.know(&[*hash]);
        Ok(bytes)
    }

    fn copy_to(&self, hash: &ContentHash, path: &Path) -> Result<(), StoreError> {
        match self.local.copy_to(hash, path) {
            Err(error) if error.is_lost_blob() => {}
            copied => return copied,
        }
        self.get(hash)?;
        self.local.copy_to(hash, path)
    }

    fn put_many(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError> {
        let hashes = self.local.put_many(blobs)?;
        let unknown = |(hash, bytes): (&ContentHash, &&[u8])| {
            (!self.is_known(hash)).then(|| (*hash, bytes.to_vec()))
        };
        // Asking first would take as long as putting: what a job has made is mostly new.
        self.objects.put(hashes.iter().zip(blobs).filter_map(unknown).collect())?;
        self.know(&hashes);
        Ok(hashes)
    }

    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        let mut results = self.local.lookup(keys)?;
        let unknown: Vec<usize> = (0..keys.len()).filter(|at| results[*at].is_none()).collect();
        let found = self.find(&unknown.iter().map(|at| keys[*at]).collect::<Vec<_>>())?;
        for (at, result) in unknown.into_iter().zip(found) {
            results[at] = result;
        }
        Ok(results)
    }

    fn record(&self, key: &ContentHash, result: &ActionResult) -> Result<(), StoreError> {
        self.local.record(key, result)?;
        self.publish(&[(*key, result)])
    }
}
