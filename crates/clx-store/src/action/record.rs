//! Records results of actions.

use clx_core::{ActionResult, ContentHash};
use rusqlite::named_params;

use crate::action;
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Records the result of one action, replacing an earlier one. Its blobs must be in the store.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn record(&self, key: &ContentHash, result: &ActionResult) -> Result<(), StoreError> {
        self.record_many(&[(*key, result)])
    }

    /// Forgets the results of actions, if they are known. Their blobs stay until the store is pruned.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn forget(&self, keys: &[ContentHash]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut statement =
                transaction.prepare_cached("DELETE FROM actions WHERE key = :key")?;
            for key in keys {
                statement.execute(named_params! { ":key": key.as_bytes() })?;
            }
            Ok(())
        })
    }

    /// Records the results of many actions, and blobs that were put before them, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn record_many(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(results.len());
        for &(key, result) in results {
            let json =
                action::to_json(result).map_err(|source| StoreError::Encode { key, source })?;
            rows.push((key, json));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let now_us = self.now().as_us();
        self.write_with_deferred(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO actions (key, result, last_used_us)
                 VALUES (:key, :result, :now_us)
                 ON CONFLICT (key) DO UPDATE
                 SET result = excluded.result, last_used_us = excluded.last_used_us",
            )?;
            for (key, json) in &rows {
                statement.execute(named_params! {
                    ":key": key.as_bytes(),
                    ":result": json,
                    ":now_us": now_us,
                })?;
            }
            Ok(())
        })
    }
}
