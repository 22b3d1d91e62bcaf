//! A queue in a directory of its own, with workers on it. Principal type: [`Place`].

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use clx_queue::{
    FinishedJob, JobId, NewJob, NewSession, NewWorker, Queue, SessionId, SqliteOptions,
    SqliteQueue, WorkerId, WorkerMode,
};
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler, Stop, StopSignal, Worker};
use tokio::runtime::Runtime;

/// What a job carries: as much as a notebook's payload.
pub const PAYLOAD: [u8; 400] = [b'x'; 400];

/// The type of all jobs.
pub const TYPE: &str = "noop";

/// A queue with one session.
pub struct Place {
    pub queue: Arc<SqliteQueue>,
    pub session: SessionId,
    pub file: PathBuf,
    // Removed when the measurement ends.
    _directory: tempfile::TempDir,
}

impl Place {
    pub fn new(below: &Path) -> Result<Self, Box<dyn Error>> {
        let directory = tempfile::tempdir_in(below)?;
        let file = directory.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&file, &SqliteOptions::default())?);
        let session = queue.open_session(&NewSession::of_this_process(directory.path(), 0, ""))?;
        Ok(Self { queue, session, file, _directory: directory })
    }

    pub fn job() -> NewJob {
        NewJob::new(TYPE, "no operation", PAYLOAD.to_vec())
    }

    pub fn enqueue(&self, n_jobs: usize) -> Result<Vec<JobId>, Box<dyn Error>> {
        Ok(self.queue.enqueue(self.session, vec![Self::job(); n_jobs])?)
    }

    /// Enqueues many jobs in batches that leave room for others.
    pub fn fill(&self, n_jobs: usize) -> Result<(), Box<dyn Error>> {
        for _ in 0..n_jobs / 1000 {
            self.enqueue(1000)?;
        }
        Ok(())
    }

    pub fn register(&self, mode: WorkerMode) -> Result<WorkerId, Box<dyn Error>> {
        Ok(self.queue.register_worker(&NewWorker::new(self.session, TYPE, mode))?)
    }

    /// Returns the first job that finished after a position.
    pub fn finished(&self, after: i64) -> Result<FinishedJob, Box<dyn Error>> {
        let wait = Duration::from_secs(120);
        let mut jobs = self.queue.finished(self.session, after, 1, wait)?;
        jobs.pop().ok_or_else(|| "no job finished in 120 s".into())
    }
}

/// Workers with the worker base, on threads of this process; stopped when dropped.
pub struct Crew {
    stop: StopSignal,
    threads: Vec<JoinHandle<()>>,
    // Dropped last: the workers run on it.
    _runtime: Runtime,
}

impl Crew {
    pub fn new(
        place: &Place,
        n_workers: usize,
        handler: Arc<dyn JobHandler>,
    ) -> Result<Self, Box<dyn Error>> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
        let stop = StopSignal::default();
        let mut threads = Vec::new();
        for _ in 0..n_workers {
            let worker = Worker {
                queue: Arc::clone(&place.queue) as _,
                id: place.register(WorkerMode::InProcess)?,
                process: None,
                handler: Arc::clone(&handler),
                runtime: runtime.handle().clone(),
                stop: stop.clone(),
            };
            threads.push(std::thread::spawn(move || worker.run().expect("the queue answers")));
        }
        Ok(Self { stop, threads, _runtime: runtime })
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop.request(Stop::Gracefully);
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}

/// Does nothing.
pub struct Nothing;

impl JobHandler for Nothing {
    fn handle<'a>(&'a self, _job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async { Ok(Vec::new().into()) })
    }
}
