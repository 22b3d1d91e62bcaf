//! A queue in a directory of its own, and programs that work on it. Principal type: [`Stage`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use clx_backend_sqlite::open_session;
use clx_pool::{Executor, PoolEvent, PoolManager, PoolSettings, Process};
use clx_process::{Child, Spawn, Stdin};
use clx_queue::{
    FinishedJob, JobId, NewJob, NewWorker, Queue, SessionId, SessionRole, SqliteOptions,
    SqliteQueue, WorkerId, WorkerMode,
};
use tempfile::TempDir;

use super::LiveLedger;

/// Longest wait for anything that must happen; far more than it takes.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Type of all jobs on a stage.
pub const KIND: &str = "fire";

/// A fresh queue and the program that works on it.
#[derive(Debug)]
pub struct Stage {
    /// The queue, through the handle of the test.
    pub queue: Arc<SqliteQueue>,
    program: PathBuf,
    dir: TempDir,
}

impl Stage {
    /// Opens a queue in a fresh directory; `program` is the built `fire-worker`.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("jobs.db");
        let queue = SqliteQueue::open(&path, &SqliteOptions::default()).expect("a fresh queue");
        Self { queue: Arc::new(queue), program: program.into(), dir }
    }

    /// Returns a path in the directory.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes a ledger to wait on.
    #[must_use]
    pub fn live_ledger(&self) -> LiveLedger {
        LiveLedger::new(self.path("ledger.pipe"))
    }

    /// Opens a session of this process.
    #[must_use]
    pub fn session(&self) -> SessionId {
        open_session(&*self.queue, self.dir.path(), SessionRole::Own, "").expect("an open queue")
    }

    /// Enqueues jobs.
    pub fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Vec<JobId> {
        self.queue.enqueue(session, jobs).expect("an open session")
    }

    /// Registers a worker.
    #[must_use]
    pub fn register(&self, session: SessionId) -> WorkerId {
        let new = NewWorker::new(session, KIND, WorkerMode::Process);
        self.queue.register_worker(&new).expect("an open session")
    }

    /// Says how to start the process of a worker.
    #[must_use]
    pub fn worker(&self, worker: WorkerId, ledger: &Path) -> Spawn {
        worker_program(&self.program, self.queue.path(), worker, ledger)
    }

    /// Registers a worker and starts its process.
    #[must_use]
    pub fn start_worker(&self, session: SessionId, ledger: &Path) -> Child {
        let spawn = self.worker(self.register(session), ledger);
        spawn.start().expect("a built fire-worker")
    }

    /// Starts an owner: a process with a session of its own, which enqueues `n_jobs` jobs of a
    /// script, keeps `n_workers` worker processes, and ends when all jobs are done.
    #[must_use]
    pub fn start_owner(&self, ledger: &Path, n_workers: u32, script: &str, n_jobs: u32) -> Child {
        let numbers = [n_workers.to_string(), n_jobs.to_string()];
        let owner = Spawn::new(&self.program).arg("owner").arg(self.queue.path()).arg(ledger);
        let owner = owner.args(numbers).arg(script).stdin(Stdin::Lifeline);
        owner.start().expect("a built fire-worker")
    }

    /// Starts a pool manager with worker processes; its events come through the channel.
    #[must_use]
    pub fn pool(
        &self,
        session: SessionId,
        ledger: &Path,
        size: u32,
        settings: PoolSettings,
    ) -> (PoolManager, mpsc::Receiver<PoolEvent>) {
        let (program, queue) = (self.program.clone(), self.queue.path().to_owned());
        let ledger = ledger.to_owned();
        let executor: Arc<dyn Executor> =
            Arc::new(Process::new(move |worker| worker_program(&program, &queue, worker, &ledger)));
        let (sender, events) = mpsc::channel();
        let on_event = move |event| drop(sender.send(event));
        let queue = Arc::clone(&self.queue) as _;
        let pools = vec![(KIND.to_owned(), executor, size)];
        let pool = PoolManager::start(queue, session, pools, settings, on_event).expect("a thread");
        pool.ensure(KIND, size);
        (pool, events)
    }

    /// Waits until `n` jobs of a session are finished and returns them.
    #[must_use]
    pub fn collect(&self, session: SessionId, n: usize) -> Vec<FinishedJob> {
        collect(&*self.queue, session, n)
    }
}

/// Waits until `n` jobs of a session are finished and returns them; panics if nothing finishes for
/// the time of [`LIMIT`].
pub fn collect(queue: &dyn Queue, session: SessionId, n: usize) -> Vec<FinishedJob> {
    let mut all: Vec<FinishedJob> = Vec::new();
    while all.len() < n {
        let after = all.last().map_or(0, |job| job.seq);
        let more = queue.finished(session, after, 1000, LIMIT).expect("an open queue");
        assert!(!more.is_empty(), "only {} of {n} jobs are finished", all.len());
        all.extend(more);
    }
    all
}

/// Makes `n` jobs of a script, labelled `prefix-0` and on. They survive any number of lost workers.
#[must_use]
pub fn jobs(script: &str, prefix: &str, n: u32) -> Vec<NewJob> {
    let job = |index| NewJob {
        max_losses: u32::MAX,
        ..NewJob::new(KIND, &format!("{prefix}-{index}"), script.into())
    };
    (0..n).map(job).collect()
}

/// Says how to start a worker of `program`, which is the built `fire-worker`.
#[must_use]
pub fn worker_program(program: &Path, queue: &Path, worker: WorkerId, ledger: &Path) -> Spawn {
    let spawn = Spawn::new(program).arg("worker").arg(queue).arg(worker.to_string()).arg(ledger);
    spawn.stdin(Stdin::Lifeline)
}
