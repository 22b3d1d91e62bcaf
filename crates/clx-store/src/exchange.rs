//! What hosts share beyond their own stores. Principal traits: [`Exchange`], [`ResultIndex`].

use clx_core::{ActionResult, ContentHash};

use crate::error::StoreError;

/// A store that many hosts share, seen from one of them, which has a store of its own. Calls block.
pub trait Exchange: std::fmt::Debug + Send + Sync {
    /// Sends blobs of the own store, if the shared one lacks them. Hashes that name no blob of the own
    /// store are left out.
    ///
    /// # Errors
    /// [`StoreError::Remote`], and what the own store returns.
    fn send(&self, hashes: &[ContentHash]) -> Result<(), StoreError>;

    /// Fetches blobs that the own store lacks; returns those that neither has.
    ///
    /// # Errors
    /// As [`Exchange::send`].
    fn fetch(&self, hashes: &[ContentHash]) -> Result<Vec<ContentHash>, StoreError>;

    /// Returns the results of keys, in order, with their blobs fetched and recorded in the own store. A
    /// result of which a blob is lost is none.
    ///
    /// # Errors
    /// As [`Exchange::send`].
    fn find(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError>;

    /// Tells others of results; their blobs are sent before.
    ///
    /// # Errors
    /// As [`Exchange::send`]; [`StoreError::Encode`].
    fn publish(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError>;
}

/// Results of actions in a database that many hosts share. Calls block.
pub trait ResultIndex: std::fmt::Debug + Send + Sync {
    /// Returns the results of keys, in order; whether their blobs are still there is not looked at.
    ///
    /// # Errors
    /// [`StoreError::Remote`].
    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError>;

    /// Records results, in the place of others of the same keys.
    ///
    /// # Errors
    /// [`StoreError::Remote`], [`StoreError::Encode`].
    fn record(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError>;
}
