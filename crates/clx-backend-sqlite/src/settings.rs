//! How a backend works. Principal type: [`BackendSettings`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clx_pool::PoolSettings;
use clx_queue::Retention;
use clx_store::Exchange;

/// How a backend works.
#[derive(Debug, Clone)]
pub struct BackendSettings {
    /// How workers are kept.
    pub pool: PoolSettings,
    /// Time without anything finishing or progressing after which a build is given up, default
    /// 20 min.
    pub stall_limit: Duration,
    /// Whether known results are used, default yes; results are recorded in any case.
    pub read_cache: bool,
    /// How long finished jobs are kept.
    pub retention: Retention,
    /// What others should know of the session; the backend does not read it.
    pub note: String,
    /// What is shared with other hosts, by default nothing. Workers on other hosts find what they need
    /// there, and leave there what they make.
    pub shared: Option<Arc<dyn Exchange>>,
    /// How long an attempt at a job may take, by the job's type; by default as long as it wants.
    pub job_limits: BTreeMap<String, Duration>,
}

impl Default for BackendSettings {
    fn default() -> Self {
        Self {
            pool: PoolSettings::default(),
            stall_limit: Duration::from_secs(1200),
            read_cache: true,
            retention: Retention::default(),
            note: String::new(),
            shared: None,
            job_limits: BTreeMap::new(),
        }
    }
}
