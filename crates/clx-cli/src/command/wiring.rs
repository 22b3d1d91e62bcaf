//! Wires queue, store, workers and backend. Principal type: [`Workshop`].

use std::path::Path;
use std::sync::Arc;

use clx_backend_sqlite::{BackendSettings, SqliteBackend, reap_dead_sessions};
use clx_core::{BackendError, JobKind};
use clx_pool::{Executor, InProcess, Process};
use clx_process::Spawn;
use clx_queue::{SqliteOptions, SqliteQueue, WorkerId};
use clx_store::{Sharing, Store, StoreOptions};
use tokio::runtime::Runtime;

use super::tools::Tools;
use crate::args::build::{WorkArgs, WorkersArg};
use crate::state_dir::StateDir;

/// Threads that drive timers and signals; the work itself has threads of its own.
const RUNTIME_THREADS: usize = 1;

/// Makes the runtime that drives timers, signals and the tools' I/O.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .thread_name("clx-runtime")
        .enable_all()
        .build()
}

/// What a build works with.
pub(super) struct Workshop {
    state: StateDir,
    pub(super) store: Arc<Store>,
    pub(super) tools: Arc<Tools>,
    queue: Arc<SqliteQueue>,
}

impl Workshop {
    /// Opens queue and store; closes what dead builds left open.
    pub(super) fn open(state: StateDir, args: &WorkArgs) -> Result<Self, String> {
        let sharing = match args.workers {
            WorkersArg::InProcess => Sharing::Deferred,
            WorkersArg::Direct => Sharing::Immediate,
        };
        let options = StoreOptions { sharing, ..StoreOptions::default() };
        let store = Store::open(state.store(), &options).map_err(|error| error.to_string())?;
        let queue = SqliteQueue::open(state.jobs(), &SqliteOptions::default())
            .map_err(|error| error.to_string())?;
        reap_dead_sessions(&queue).map_err(|error| error.to_string())?;
        let tools = Arc::new(Tools::new(state.store(), args.spare_kernels));
        Ok(Self { state, store: Arc::new(store), tools, queue: Arc::new(queue) })
    }

    /// Opens a backend for a build of the course at `root`.
    pub(super) fn backend(
        &self,
        root: &Path,
        args: &WorkArgs,
        runtime: &Runtime,
    ) -> Result<SqliteBackend, BackendError> {
        let settings = BackendSettings { read_cache: !args.no_cache, ..BackendSettings::default() };
        let pools = |_session| {
            let pool = |kind: JobKind, workers: Option<u32>| {
                let executor = self.executor(kind, args.workers, runtime);
                (kind.name().to_owned(), executor, workers.unwrap_or_else(processors))
            };
            vec![
                pool(JobKind::Notebook, args.notebook_workers),
                pool(JobKind::PlantUml, args.plantuml_workers),
                pool(JobKind::Drawio, args.drawio_workers),
            ]
        };
        let (queue, store) = (Arc::clone(&self.queue), Arc::clone(&self.store));
        SqliteBackend::open(queue, store, root, pools, settings)
    }

    fn executor(&self, kind: JobKind, workers: WorkersArg, runtime: &Runtime) -> Arc<dyn Executor> {
        match workers {
            WorkersArg::InProcess => {
                let (store, tools) = (Arc::clone(&self.store), Arc::clone(&self.tools));
                let make = move || {
                    let store = Arc::clone(&store) as _;
                    tools.handler(kind, store).expect("jobs of a kind exist only if its tool does")
                };
                let queue = Arc::clone(&self.queue);
                Arc::new(InProcess::new(queue, runtime.handle().clone(), make))
            }
            WorkersArg::Direct => {
                let state = self.state.clone();
                Arc::new(Process::new(move |worker| worker_command(&state, kind, worker)))
            }
        }
    }
}

fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1))
}

/// Says how to start a worker process: this program again.
fn worker_command(state: &StateDir, kind: JobKind, worker: WorkerId) -> Spawn {
    // Resolved by the kernel: works after an update of the program, too.
    let command = Spawn::new("/proc/self/exe")
        .args(["worker", "run", kind.name()])
        .arg("--queue")
        .arg(state.jobs())
        .arg("--store")
        .arg(state.store())
        .arg("--worker")
        .arg(worker.to_string());
    let log = state.worker_log(kind.name());
    let has_directory = log.parent().is_some_and(|parent| std::fs::create_dir_all(parent).is_ok());
    if has_directory { command.log(log) } else { command }
}
