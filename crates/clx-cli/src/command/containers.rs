//! Workers in containers: engine, gateway, sockets. Principal type: [`Containers`].

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_backend_sqlite::{is_dead, this_process};
use clx_core::JobKind;
use clx_gateway::{Gateway, Traffic};
use clx_pool::{
    Admission, Docker, DockerSettings, Engine, EngineError, ReapedContainers, User, reap,
};
use clx_queue::{Queue, WorkerId};
use clx_store::ArtifactStore;
use tokio::runtime::Handle;

use super::images::ToolImage;
use crate::settings::Surroundings;

/// The user of the images; containers run as it when clx runs as root.
const IMAGE_USER: u32 = 10_001;

/// Begins the names of directories with sockets; the process id of their owner follows.
const PREFIX: &str = "clx-gateway-";

/// Starts workers in containers for one session.
pub(super) struct Containers {
    engine: Engine,
    gateway: Arc<Gateway>,
    directory: Arc<SocketDirectory>,
    session: String,
    queue_file: PathBuf,
    surroundings: Surroundings,
}

impl Containers {
    /// Readies the gateway for the workers of a session, which is named by its token.
    pub(super) fn new(
        engine: Engine,
        queue: Arc<dyn Queue>,
        store: Arc<dyn ArtifactStore>,
        runtime: &Handle,
        session: &str,
        queue_file: &Path,
        surroundings: Surroundings,
    ) -> io::Result<Self> {
        Ok(Self {
            engine,
            gateway: Arc::new(Gateway::new(queue, store, runtime.clone())),
            directory: Arc::new(SocketDirectory::make(session)?),
            session: session.to_owned(),
            queue_file: queue_file.to_owned(),
            surroundings,
        })
    }

    /// Returns the counts of what the gateway answers.
    pub(super) fn traffic(&self) -> Traffic {
        self.gateway.traffic()
    }

    /// Makes the executor for a kind of jobs. The image is named by its id, as in the keys of what is
    /// made in it: its name may be given to another one meanwhile.
    pub(super) fn executor(&self, kind: JobKind, image: &ToolImage) -> Docker {
        let usual = DockerSettings::new(kind.name(), &image.id, &self.session, this_process());
        let settings = DockerSettings {
            memory_bytes: self
                .surroundings
                .memory
                .get(&kind)
                .copied()
                .unwrap_or(usual.memory_bytes),
            queue_file: self.queue_file.clone(),
            clx_version: env!("CARGO_PKG_VERSION").to_owned(),
            user: user(),
            network: self.surroundings.network,
            ..usual
        };
        let (gateway, directory) = (Arc::clone(&self.gateway), Arc::clone(&self.directory));
        Docker::new(self.engine.clone(), settings, move |worker| {
            admit(&gateway, &directory, worker)
        })
    }
}

/// Lets a worker in by a socket that its container's user may open.
fn admit(
    gateway: &Gateway,
    directory: &Arc<SocketDirectory>,
    worker: WorkerId,
) -> io::Result<Admission> {
    let own = directory.path.join(worker.to_string());
    let way = gateway.admit_by_socket(worker, &own)?;
    if is_root()
        && let Some(socket) = way.socket()
    {
        for path in [own.as_path(), socket] {
            chown(path, Some(IMAGE_USER), Some(IMAGE_USER))?;
        }
    }
    Ok(Admission::socket(own, (way, Arc::clone(directory))))
}

/// Removes the containers and sockets of builds that died.
pub(super) fn reap_dead(engine: &Engine) -> Result<ReapedContainers, EngineError> {
    remove_dead_directories(&socket_base());
    reap(engine, |owner| !is_dead(owner))
}

/// A directory for the sockets of a session, one directory per worker below it.
#[derive(Debug)]
struct SocketDirectory {
    path: PathBuf,
}

impl SocketDirectory {
    fn make(session: &str) -> io::Result<Self> {
        let short = &session[..session.len().min(8)];
        let name = format!("{PREFIX}{}-{short}", std::process::id());
        let path = socket_base().join(name);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        Ok(Self { path })
    }
}

impl Drop for SocketDirectory {
    fn drop(&mut self) {
        // What is left is removed by the next start.
        let _left_over = fs::remove_dir_all(&self.path);
    }
}

/// A short path: that of a socket has 107 bytes at most.
fn socket_base() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|directory| !directory.is_empty());
    runtime.map_or_else(std::env::temp_dir, PathBuf::from)
}

fn remove_dead_directories(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let pid = rest.and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            let _of_somebody_else = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns whom containers run as: the user of the image if clx runs as root, else its own user.
fn user() -> Option<User> {
    let own = fs::metadata("/proc/self").ok()?;
    (own.uid() != 0).then(|| User { uid: own.uid(), gid: own.gid() })
}

fn is_root() -> bool {
    user().is_none()
}
