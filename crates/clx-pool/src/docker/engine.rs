//! The connection to a container engine. Principal type: [`Engine`].

use std::fmt;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bollard::Docker as Api;
use tokio::runtime::Handle;

use super::error::{EngineError, OLDEST_API};
use super::events::{Listeners, Listening};

/// Where engines listen unless told otherwise.
const DEFAULT_ADDRESS: &str = "unix:///var/run/docker.sock";

/// How long the engine may take for its first answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// A container engine that answers; clones share one connection and one subscription to its events.
#[derive(Clone)]
pub struct Engine {
    pub(super) api: Api,
    pub(super) runtime: Handle,
    address: Arc<str>,
    listeners: Arc<Listeners>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Engine {
    /// Connects to the engine that `DOCKER_HOST` names, or to the one of this machine. Blocks until
    /// it answers, 10 s at most; `runtime` must run on other threads than the caller's, with I/O
    /// and time.
    ///
    /// # Errors
    /// [`EngineError`], one variant a reason.
    pub fn connect(runtime: Handle) -> Result<Self, EngineError> {
        let host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
        Self::connect_to(host.as_deref().unwrap_or(DEFAULT_ADDRESS), runtime)
    }

    /// Connects to the engine at an address such as `unix:///var/run/docker.sock`.
    ///
    /// # Errors
    /// As [`Engine::connect`].
    pub fn connect_to(address: &str, runtime: Handle) -> Result<Self, EngineError> {
        let at = address.to_owned();
        let connecting = async move {
            let api = Api::connect_with_host(&at)
                .map_err(|error| EngineError::of_connecting(&at, error))?;
            api.negotiate_version().await.map_err(|error| EngineError::of_connecting(&at, error))
        };
        let silent = || EngineError::Silent {
            address: address.to_owned(),
            limit_seconds: CONNECT_LIMIT.as_secs(),
        };
        let api = block_on(&runtime, CONNECT_LIMIT, connecting).ok_or_else(silent)??;
        let version = api.client_version();
        if (version.major_version, version.minor_version) < OLDEST_API {
            let found = format!("{}.{}", version.major_version, version.minor_version);
            return Err(EngineError::TooOld { address: address.to_owned(), found });
        }
        Ok(Self { api, runtime, address: address.into(), listeners: Arc::default() })
    }

    /// Returns where the engine listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Begins to pass on the events of one container.
    pub(super) fn listen(&self, container_id: &str) -> Listening {
        Listeners::listen(&self.listeners, container_id, &self.api, &self.runtime)
    }

    /// Runs a request to its end on the engine's runtime.
    pub(super) fn block_on<T: Send + 'static>(
        &self,
        limit: Duration,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, EngineError> {
        block_on(&self.runtime, limit, request).ok_or_else(|| EngineError::Silent {
            address: self.address.to_string(),
            limit_seconds: limit.as_secs(),
        })
    }
}

/// Waits for a future that the runtime's own threads run, so that it may be called from any other
/// thread. `None` if it takes longer than the limit.
fn block_on<T: Send + 'static>(
    runtime: &Handle,
    limit: Duration,
    future: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let task = runtime.spawn(async move {
        // A caller that gave up has no use for it.
        let _gone = sender.send(future.await);
    });
    let answer = receiver.recv_timeout(limit).ok();
    task.abort();
    answer
}
