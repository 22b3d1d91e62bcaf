//! How containers of workers are made. Principal type: [`DockerSettings`].

use std::path::PathBuf;
use std::time::Duration;

use clx_queue::Owner;

const MIB: u64 = 1024 * 1024;

/// Which network a container is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// None at all, not even to the host.
    #[default]
    None,
    /// The engine's default bridge: the host, and what it reaches.
    Bridge,
}

/// Whom the processes in a container run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// User id; 0 is refused.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// How containers of one kind of workers are made.
#[derive(Debug, Clone)]
pub struct DockerSettings {
    /// The kind of jobs, such as `notebook`; part of names.
    pub kind: String,
    /// Reference of the image.
    pub image: String,
    /// Token of the session that the workers belong to.
    pub session: String,
    /// The process that owns the session; when it is dead, [`reap`](super::reap) removes the
    /// containers.
    pub owner: Owner,
    /// File of the queue; containers are marked with a digest of its path.
    pub queue_file: PathBuf,
    /// Version of clx that starts them.
    pub clx_version: String,
    /// Further labels.
    pub labels: Vec<(String, String)>,
    /// Memory limit, swap included; default 512 MiB for PlantUML, else 1 GiB.
    pub memory_bytes: u64,
    /// Limit of processor time in thousandths of one processor, default none.
    pub cpu_limit_millis: Option<u32>,
    /// Share of processor time when it is scarce, default 512; programs of the host have 1024.
    pub cpu_weight: u32,
    /// Processes and threads at most, default 512.
    pub max_processes: u32,
    /// Size of `/tmp`, which is the home directory, too; it counts as memory. Default 256 MiB.
    pub scratch_bytes: u64,
    /// Size of `/dev/shm`, default 64 MiB.
    pub shm_bytes: u64,
    /// Whom they run as, default the image's user.
    pub user: Option<User>,
    /// Their network, default none.
    pub network: Network,
    /// Time to create and start one, default 60 s.
    pub start_limit: Duration,
    /// Time that others who stop it, such as the engine at its own end, give it; default 10 s. The
    /// pool manager has a grace time of its own.
    pub stop_grace: Duration,
}

impl DockerSettings {
    /// Makes settings with the defaults that the fields name.
    #[must_use]
    pub fn new(kind: &str, image: &str, session: &str, owner: Owner) -> Self {
        Self {
            kind: kind.to_owned(),
            image: image.to_owned(),
            session: session.to_owned(),
            owner,
            queue_file: PathBuf::new(),
            clx_version: String::new(),
            labels: Vec::new(),
            memory_bytes: if kind == "plantuml" { 512 * MIB } else { 1024 * MIB },
            cpu_limit_millis: None,
            cpu_weight: 512,
            max_processes: 512,
            scratch_bytes: 256 * MIB,
            shm_bytes: 64 * MIB,
            user: None,
            network: Network::None,
            start_limit: Duration::from_secs(60),
            stop_grace: Duration::from_secs(10),
        }
    }
}
