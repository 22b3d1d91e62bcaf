//! A session with a gateway that the tests play themselves. Principal types: [`Bench`],
//! [`Visitor`].

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use bollard::Docker as Api;
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};
use clx_pool::{Admission, Docker, DockerSettings, Engine, PoolEvent, PoolManager, PoolSettings};
use clx_process::ProcessIdentity;
use clx_queue::{NewSession, Owner, Queue, SessionId, SqliteOptions, SqliteQueue, WorkerId};
use tokio::runtime::Runtime;

use crate::image::ProbeImage;

pub(crate) const KIND: &str = "test";
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A session of one test, its image, and what its pool tells.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) api: Api,
    pub(crate) runtime: Runtime,
    pub(crate) queue: Arc<SqliteQueue>,
    pub(crate) image: ProbeImage,
    pub(crate) token: String,
    pub(crate) revoked: Arc<Mutex<Vec<WorkerId>>>,
    pub(crate) session: SessionId,
    dir: tempfile::TempDir,
}

/// A pool at work.
pub(crate) struct Work {
    pub(crate) pool: PoolManager,
    pub(crate) events: mpsc::Receiver<PoolEvent>,
    pub(crate) visitors: mpsc::Receiver<Visitor>,
}

impl Bench {
    /// Opens a session; says `SKIPPED` and returns `None` if no engine answers.
    #[expect(clippy::print_stdout, reason = "what was not tested is said to whoever tests")]
    pub(crate) fn open() -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let engine = match Engine::connect(runtime.handle().clone()) {
            Ok(engine) => engine,
            Err(error) => {
                println!("SKIPPED: {error}");
                return None;
            }
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let token = queue.sessions().unwrap()[0].token.clone();
        let api = runtime.block_on(async {
            Api::connect_with_host(engine.address()).unwrap().negotiate_version().await.unwrap()
        });
        let name = format!("clx-test-{token}");
        let image = runtime.block_on(ProbeImage::import(&api, &name, "10001:10001"));
        let revoked = Arc::default();
        Some(Self { engine, api, runtime, queue, image, token, revoked, session, dir })
    }

    pub(crate) fn settings(&self) -> DockerSettings {
        let own = ProcessIdentity::of_this_process().unwrap();
        let owner = Owner { pid: own.pid, start: own.start, boot_id: own.boot_id };
        DockerSettings {
            memory_bytes: 64 << 20,
            scratch_bytes: 16 << 20,
            queue_file: self.dir.path().join("jobs.db"),
            ..DockerSettings::new(KIND, &self.image.name, &self.token, owner)
        }
    }

    /// Starts a pool of at most `size` containers.
    pub(crate) fn start(
        &self,
        settings: DockerSettings,
        size: u32,
        pool_settings: PoolSettings,
    ) -> Work {
        let (sender, visitors) = mpsc::channel();
        let (root, revoked) = (self.dir.path().to_owned(), Arc::clone(&self.revoked));
        let admit = move |worker: WorkerId| {
            let directory = root.join(worker.to_string());
            let leave = Leave { worker, directory, revoked: Arc::clone(&revoked) };
            open_gateway(&leave.directory, worker, sender.clone())?;
            Ok(Admission::socket(leave.directory.clone(), leave))
        };
        let executor = Docker::new(self.engine.clone(), settings, admit);
        let (pool, events) = self.manage(executor, size, pool_settings);
        Work { pool, events, visitors }
    }

    /// Starts a pool manager with an executor.
    pub(crate) fn manage(
        &self,
        executor: Docker,
        size: u32,
        pool_settings: PoolSettings,
    ) -> (PoolManager, mpsc::Receiver<PoolEvent>) {
        let (sender, events) = mpsc::channel();
        let pools = vec![(KIND.to_owned(), Arc::new(executor) as _, size)];
        let on_event = move |event| drop(sender.send(event));
        let queue = Arc::clone(&self.queue) as _;
        let pool = PoolManager::start(queue, self.session, pools, pool_settings, on_event).unwrap();
        (pool, events)
    }

    pub(crate) fn container(&self, worker: WorkerId) -> String {
        format!("clx-{}-{KIND}-{worker}", &self.token[..8])
    }

    /// Names the containers of the session, running or not.
    pub(crate) fn names(&self) -> Vec<String> {
        let only = HashMap::from([("label", vec![format!("clx.session={}", self.token)])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&only).build();
        let listed = self.runtime.block_on(self.api.list_containers(Some(options))).unwrap();
        let names = listed.into_iter().flat_map(|container| container.names.unwrap_or_default());
        names.map(|name| name.trim_start_matches('/').to_owned()).collect()
    }

    /// Waits until the container of a worker is gone.
    #[track_caller]
    pub(crate) fn wait_removed(&self, worker: WorkerId) {
        let name = self.container(worker);
        wait_until(|| !self.names().contains(&name));
    }

    /// Waits until the session has no container.
    #[track_caller]
    pub(crate) fn wait_empty(&self) {
        wait_until(|| self.names().is_empty());
    }

    /// Returns the host's address on the default bridge; says `SKIPPED` if it has none.
    #[expect(clippy::print_stdout, reason = "what was not tested is said to whoever tests")]
    pub(crate) fn bridge_address(&self) -> Option<IpAddr> {
        let bridge = self.runtime.block_on(self.api.inspect_network("bridge", None));
        let configs = bridge.ok().and_then(|bridge| bridge.ipam?.config).unwrap_or_default();
        let address = configs.into_iter().find_map(|config| match config.gateway {
            Some(gateway) => gateway.parse().ok(),
            None => first_address(&config.subnet?),
        });
        if address.is_none() {
            println!("SKIPPED: the engine has no bridge");
        }
        address
    }

    /// Freezes a worker's container.
    pub(crate) fn freeze(&self, worker: WorkerId) {
        let name = self.container(worker);
        self.runtime.block_on(self.api.pause_container(&name)).unwrap();
    }

    /// Writes a file of the host that everybody may read there.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.dir.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    }
}

/// Restarts without a pause, once.
pub(crate) fn hasty() -> PoolSettings {
    PoolSettings { max_restarts: 1, restart_pause: Duration::ZERO, ..PoolSettings::default() }
}

/// Returns the first address of a network such as `172.17.0.0/16`: the host's, by custom.
fn first_address(subnet: &str) -> Option<IpAddr> {
    let network: Ipv4Addr = subnet.split('/').next()?.parse().ok()?;
    Some(IpAddr::V4(Ipv4Addr::from_bits(network.to_bits() + 1)))
}

#[track_caller]
fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "it does not come to pass");
        std::thread::yield_now();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for name in self.names() {
            let options = RemoveContainerOptionsBuilder::new().force(true).build();
            // One that is being removed already is refused.
            self.runtime.block_on(self.api.remove_container(&name, Some(options))).ok();
        }
        self.runtime.block_on(self.image.remove(&self.api));
    }
}

impl Work {
    /// Waits for the next worker that calls at the gateway.
    #[track_caller]
    pub(crate) fn visitor(&self) -> Visitor {
        self.visitors.recv_timeout(LIMIT).expect("a worker calls")
    }

    /// Waits for the first event for which `pick` returns something.
    #[track_caller]
    pub(crate) fn await_event<T>(&self, mut pick: impl FnMut(&PoolEvent) -> Option<T>) -> T {
        loop {
            let event = self.events.recv_timeout(LIMIT).expect("such an event comes");
            if let Some(picked) = pick(&event) {
                return picked;
            }
        }
    }

    /// Waits for the loss of a worker, and returns how it ended.
    #[track_caller]
    pub(crate) fn loss(&self) -> String {
        self.await_event(|event| match event {
            PoolEvent::Lost { how, .. } => Some(how.clone()),
            _ => None,
        })
    }
}

/// A worker that called at the gateway.
pub(crate) struct Visitor {
    pub(crate) worker: WorkerId,
    /// How its program was called.
    pub(crate) arguments: String,
    stream: BufReader<UnixStream>,
}

impl Visitor {
    /// Tells the worker what to do, without waiting.
    pub(crate) fn tell(&mut self, what: &str) {
        writeln!(self.stream.get_mut(), "{what}").unwrap();
    }

    /// Waits until it has done what it was told, and returns what it said.
    pub(crate) fn wait_done(&mut self) -> Vec<String> {
        let lines = self.stream.by_ref().lines().map(|line| line.expect("it speaks on"));
        lines.take_while(|line| line != "done").collect()
    }
}

fn open_gateway(
    directory: &Path,
    worker: WorkerId,
    visitors: mpsc::Sender<Visitor>,
) -> std::io::Result<()> {
    std::fs::create_dir(directory)?;
    let socket = directory.join("gateway.sock");
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, PermissionsExt::from_mode(0o666))?;
    std::fs::set_permissions(directory, PermissionsExt::from_mode(0o755))?;
    std::thread::spawn(move || {
        let Ok((stream, _)) = listener.accept() else { return };
        let mut stream = BufReader::new(stream);
        let mut arguments = String::new();
        if stream.read_line(&mut arguments).is_ok() {
            let arguments = arguments.trim_end().to_owned();
            drop(visitors.send(Visitor { worker, arguments, stream }));
        }
    });
    Ok(())
}

/// The leave of a worker; remembers when it is revoked.
struct Leave {
    worker: WorkerId,
    directory: PathBuf,
    revoked: Arc<Mutex<Vec<WorkerId>>>,
}

impl Drop for Leave {
    fn drop(&mut self) {
        // Lets the thread that waits for a call end.
        drop(UnixStream::connect(self.directory.join("gateway.sock")));
        self.revoked.lock().unwrap().push(self.worker);
    }
}
