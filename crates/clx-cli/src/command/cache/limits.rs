//! How much a cache may hold, and its pruning at the end of builds. Principal type:
//! [`CacheLimits`].

use std::str::FromStr;
use std::time::Duration;

use clx_store::{PrunePolicy, Store, StoreError};

use crate::args::limit::{AgeLimit, SizeLimit};
use crate::command::failure::Failure;

/// Names the size beyond which results go, such as `2G`, or `off`.
const CLX_CACHE_MAX_SIZE: &str = "CLX_CACHE_MAX_SIZE";

/// Names the days after which unused results go, or `off`.
const CLX_CACHE_MAX_AGE: &str = "CLX_CACHE_MAX_AGE";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const USUAL_SIZE: SizeLimit = SizeLimit(Some(10_000_000_000));
const USUAL_AGE: AgeLimit = AgeLimit(Some(Duration::from_secs(90 * 24 * 60 * 60)));

/// Beyond which size and age results go.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) struct CacheLimits {
    pub(super) size: SizeLimit,
    pub(super) age: AgeLimit,
}

impl CacheLimits {
    /// Reads the variables of this process, where they are set.
    pub(in crate::command) fn of_process() -> Result<Self, Failure> {
        Ok(Self {
            size: variable(CLX_CACHE_MAX_SIZE)?.unwrap_or(USUAL_SIZE),
            age: variable(CLX_CACHE_MAX_AGE)?.unwrap_or(USUAL_AGE),
        })
    }

    /// Keeps what the outputs are made of: a build right after pruning makes nothing again.
    pub(super) fn policy(self, store: &Store) -> Result<PrunePolicy, StoreError> {
        Ok(PrunePolicy {
            max_age: self.age.0,
            max_bytes: self.size.0,
            keep: store.current_blobs()?,
            ..PrunePolicy::default()
        })
    }

    /// Prunes a store whose last pruning was a day ago.
    pub(in crate::command) fn prune_daily(self, store: &Store) -> Result<(), StoreError> {
        store.prune_if_due(DAY, || self.policy(store)).map(|_| ())
    }
}

fn variable<T: FromStr<Err = String>>(name: &str) -> Result<Option<T>, Failure> {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    text.parse().map(Some).map_err(|advice: String| {
        Failure::environment(format!("{name} is `{text}`\n  hint: {advice}"))
    })
}
