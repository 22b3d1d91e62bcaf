//! Workers as containers. Principal types: [`Docker`], [`Engine`], [`DockerSettings`],
//! [`Admission`].
//!
//! A container is made for one worker and removed with it. It has no network, no capability, a
//! read-only root, limits for all it could use up, and nothing of the host but the gateway's
//! socket.
//!
//! | file | responsible for |
//! |---|---|
//! | `engine` | the connection, and whether the engine is fit |
//! | `settings`, `admission` | what the caller decides |
//! | `body`, `label` | what the engine is told: confinement, names, whose it is |
//! | `container`, `watch` | one life: create, start; obey, end; remove |
//! | `events`, `ending` | news of ends, and their words |
//! | `removal`, `reap` | getting rid of containers, also of those whose build has died |

mod admission;
mod body;
mod container;
mod ending;
mod engine;
mod error;
mod events;
mod label;
mod reap;
mod removal;
mod settings;
mod watch;

use std::io;
use std::sync::Arc;

use clx_queue::{WorkerId, WorkerMode};
use clx_worker::{Stop, StopSignal};

use self::container::Container;
use crate::executor::{Executor, ExitReporter, RunningWorker, StartError};

pub use self::admission::Admission;
pub use self::engine::Engine;
pub use self::error::EngineError;
pub use self::reap::{ReapedContainers, reap};
pub use self::settings::{DockerSettings, Network, User};

/// Admits a worker to the gateway.
type Admit = dyn Fn(WorkerId) -> io::Result<Admission> + Send + Sync;

/// Runs each worker as a container. Its program is the image's entry point, gets the gateway and
/// the worker's id as arguments, and is expected to stop on `SIGTERM` and to end with status 0 when
/// it has done so.
pub struct Docker {
    engine: Engine,
    settings: Arc<DockerSettings>,
    admit: Box<Admit>,
}

impl Docker {
    /// Makes an executor of one kind of workers; `admit` is called for each before it starts.
    pub fn new(
        engine: Engine,
        settings: DockerSettings,
        admit: impl Fn(WorkerId) -> io::Result<Admission> + Send + Sync + 'static,
    ) -> Self {
        Self { engine, settings: Arc::new(settings), admit: Box::new(admit) }
    }
}

struct Running {
    name: String,
    stop: StopSignal,
}

impl RunningWorker for Running {
    fn external_id(&self) -> String {
        format!("container {}", self.name)
    }

    fn request_stop(&self, stop: Stop) {
        self.stop.request(stop);
    }
}

impl Executor for Docker {
    fn mode(&self) -> WorkerMode {
        WorkerMode::Container
    }

    fn start(
        &self,
        worker: WorkerId,
        exit: ExitReporter,
    ) -> Result<Box<dyn RunningWorker>, StartError> {
        let admission = (self.admit)(worker)
            .map_err(|source| StartError { what: "worker container", source: source.into() })?;
        let name = label::container_name(&self.settings, worker);
        let stop = StopSignal::default();
        let container = Container {
            engine: self.engine.clone(),
            settings: Arc::clone(&self.settings),
            worker,
            name: name.clone(),
            stop: stop.clone(),
        };
        self.engine.runtime.spawn(Arc::new(container).live(admission, exit));
        Ok(Box::new(Running { name, stop }))
    }
}
