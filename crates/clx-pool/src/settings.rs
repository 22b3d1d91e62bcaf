//! How workers are kept. Principal types: [`PoolSettings`], [`Pool`].

use std::sync::Arc;
use std::time::Duration;

use crate::executor::Executor;

/// How workers are kept.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Time without a beat after which a worker counts as lost, default 20 s.
    pub lease: Duration,
    /// Unasked ends of a kind's workers in a row after which it gets no more, default 10.
    pub max_restarts: u32,
    /// Pause before the first restart, doubled each time, default 200 ms, at most 10 s.
    pub restart_pause: Duration,
    /// Life after which a worker's end says nothing about the next one, default 60 s: restarts are
    /// counted anew. Without it a long watch would run out of restarts one by one.
    pub steady: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(20),
            max_restarts: 10,
            restart_pause: Duration::from_millis(200),
            steady: Duration::from_secs(60),
        }
    }
}

/// One kind's workers: how they run, and how many at most.
pub(crate) struct Pool {
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) size: u32,
}
