//! Results by key. Principal trait: [`ResultIndex`].

use clx_core::{ActionResult, ContentHash};
use clx_store::StoreError;

/// Results of actions that many hosts share. Calls block.
pub trait ResultIndex: std::fmt::Debug + Send + Sync {
    /// Returns the results of the keys, in order; whether their blobs are still there is not looked at.
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
