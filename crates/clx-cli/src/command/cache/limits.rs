//! How much a cache may hold, and its pruning at the end of builds. Principal type:
//! [`CacheLimits`].

use std::time::Duration;

use clx_config::Config;
use clx_config::setting::{CACHE_MAX_AGE, CACHE_MAX_SIZE};
use clx_store::{PrunePolicy, Store, StoreError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Beyond which size in bytes and age results go; `None` for no limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CacheLimits {
    pub(super) size: Option<u64>,
    pub(super) age: Option<Duration>,
}

impl CacheLimits {
    pub(crate) fn new(config: &Config) -> Self {
        Self { size: config.get(&CACHE_MAX_SIZE), age: config.get(&CACHE_MAX_AGE) }
    }

    /// Keeps what the outputs are made of: a build right after pruning makes nothing again.
    pub(super) fn policy(self, store: &Store) -> Result<PrunePolicy, StoreError> {
        Ok(PrunePolicy {
            max_age: self.age,
            max_bytes: self.size,
            keep: store.current_blobs()?,
            ..PrunePolicy::default()
        })
    }

    /// Prunes a store whose last pruning was a day ago.
    pub(in crate::command) fn prune_daily(self, store: &Store) -> Result<(), StoreError> {
        store.prune_if_due(DAY, || self.policy(store)).map(|_| ())
    }
}
