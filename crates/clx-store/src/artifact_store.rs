//! What workers need of a store, whether they open its files or reach it over a gateway. Principal
//! trait: [`ArtifactStore`].

use std::path::Path;

use clx_core::{ActionResult, ContentHash};

use crate::error::StoreError;
use crate::store::Store;

/// Blobs and results. Calls block.
pub trait ArtifactStore: std::fmt::Debug + Send + Sync {
    /// Returns the bytes of a blob.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError>;

    /// Writes a blob to `path`, replacing what is there.
    ///
    /// # Errors
    /// As [`Store::copy_to`].
    fn copy_to(&self, hash: &ContentHash, path: &Path) -> Result<(), StoreError>;

    /// Puts blobs and returns their hashes in order.
    ///
    /// # Errors
    /// As [`Store::put_many`].
    fn put_many(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError>;

    /// Puts one blob and returns its hash.
    ///
    /// # Errors
    /// As [`Store::put`].
    fn put(&self, bytes: &[u8]) -> Result<ContentHash, StoreError> {
        let hash = ContentHash::of(bytes);
        self.put_many(&[bytes]).map(|_| hash)
    }

    /// Returns the results of the keys, in order.
    ///
    /// # Errors
    /// As [`Store::lookup`].
    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError>;

    /// Records the result of an action.
    ///
    /// # Errors
    /// As [`Store::record`].
    fn record(&self, key: &ContentHash, result: &ActionResult) -> Result<(), StoreError>;
}

impl ArtifactStore for Store {
    fn get(&self, hash: &ContentHash) -> Result<Vec<u8>, StoreError> {
        Self::get(self, hash)
    }

    fn copy_to(&self, hash: &ContentHash, path: &Path) -> Result<(), StoreError> {
        Self::copy_to(self, hash, path)
    }

    fn put_many(&self, blobs: &[&[u8]]) -> Result<Vec<ContentHash>, StoreError> {
        Self::put_many(self, blobs)
    }

    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        Self::lookup(self, keys)
    }

    fn record(&self, key: &ContentHash, result: &ActionResult) -> Result<(), StoreError> {
        Self::record(self, key, result)
    }
}
