//! Pools over one queue whose jobs end when a test says so. Principal types: [`Bench`], [`Pool`].

use std::sync::{Arc, mpsc};
use std::time::Duration;

use clx_pool::{InProcess, Lending, LendingQueue, LendingWatch, PoolManager, PoolSettings, Terms};
use clx_queue::{
    JobId, JobState, NewJob, NewSession, Owner, Queue, QueueView, SessionId, SessionRecord,
    SessionRole, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::PostgresServer;
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};
use tokio::sync::oneshot;

pub(crate) const KIND: &str = "test";
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The terms of a session that gets no worker.
pub(crate) const NOT_LENT_TO: &str = "none";

/// A queue, and what runs the handlers.
pub(crate) struct Bench {
    pub(crate) queue: Arc<dyn QueueView>,
    place: Place,
    runtime: tokio::runtime::Runtime,
    begun: mpsc::Sender<Begun>,
    begins: mpsc::Receiver<Begun>,
}

/// Where a queue is kept.
enum Place {
    File(tempfile::TempDir),
    Server(String),
}

/// A job that a worker has begun. It ends when `end` is used, and `end` is closed when it was cancelled.
pub(crate) struct Begun {
    pub(crate) label: String,
    /// Name of the worker's thread.
    pub(crate) worker: String,
    pub(crate) end: oneshot::Sender<()>,
}

/// A pool with a handle of its own on the queue, as another process has it.
pub(crate) struct Pool {
    pub(crate) lending: Arc<LendingQueue>,
    pub(crate) home: SessionId,
    manager: PoolManager,
    _watch: LendingWatch,
    n_borrowers: mpsc::Receiver<usize>,
}

impl Bench {
    pub(crate) fn in_a_file() -> Self {
        Self::new(Place::File(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn on_a_server() -> Self {
        let (url, schema) = (PostgresServer::shared().url(), PostgresServer::fresh_schema());
        Self::new(Place::Server(format!("{url}&schema={schema}")))
    }

    fn new(place: Place) -> Self {
        let queue = place.open();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        let (begun, begins) = mpsc::channel();
        Self { queue, place, runtime, begun, begins }
    }

    /// Starts a pool whose workers tell which jobs they begin.
    pub(crate) fn pool(&self, n_workers: u32) -> Pool {
        let queue = self.place.open();
        let home = open(&*queue, SessionRole::Pool, 1, "");
        let lending = Arc::new(LendingQueue::new(queue, home, WorkerMode::InProcess));
        let (sender, n_borrowers) = mpsc::channel();
        let on_change = move |n| {
            let _over = sender.send(n);
        };
        let watch = LendingWatch::start(Arc::clone(&lending), terms, on_change).unwrap();
        let begun = self.begun.clone();
        let make = move || Arc::new(Waiter { begun: begun.clone() }) as _;
        let executor = InProcess::new(lending.clone(), self.runtime.handle().clone(), make);
        let pools = vec![(KIND.to_owned(), Arc::new(executor) as _, n_workers)];
        let settings = PoolSettings::default();
        let manager = PoolManager::start(lending.clone(), home, pools, settings, |_| {}).unwrap();
        manager.ensure(KIND, n_workers);
        Pool { lending, home, manager, _watch: watch, n_borrowers }
    }

    /// Opens a session on terms such as `100` or `100 2`, with jobs of that label.
    pub(crate) fn borrower(&self, terms: &str, label: &str, n_jobs: usize) -> SessionId {
        let session = open(&*self.queue, SessionRole::Borrower, 10, terms);
        self.enqueue(session, label, n_jobs);
        session
    }

    pub(crate) fn enqueue(&self, session: SessionId, label: &str, n_jobs: usize) -> Vec<JobId> {
        let jobs = (0..n_jobs).map(|_| NewJob::new(KIND, label, Vec::new())).collect();
        self.queue.enqueue(session, jobs).unwrap()
    }

    /// Waits until workers have begun so many jobs.
    pub(crate) fn begun(&self, n: usize) -> Vec<Begun> {
        (0..n).map(|_| self.begins.recv_timeout(LIMIT).unwrap()).collect()
    }

    /// Waits until a job is cancelled.
    pub(crate) fn wait_for_cancel(&self, mut begun: Begun) {
        let closed = async { tokio::time::timeout(LIMIT, begun.end.closed()).await };
        self.runtime.block_on(closed).unwrap();
    }

    pub(crate) fn n_in(&self, session: SessionId, state: JobState) -> u64 {
        self.queue.counts(Some(session)).unwrap().get(&state).copied().unwrap_or(0)
    }
}

impl Begun {
    pub(crate) fn end(self) {
        self.end.send(()).unwrap();
    }
}

impl Pool {
    /// Waits until the pool knows of so many sessions that borrow.
    pub(crate) fn wait_for_borrowers(&self, n: usize) {
        while self.n_borrowers.recv_timeout(LIMIT).unwrap() != n {}
    }

    /// Stops the pool; jobs that nobody has ended go back.
    pub(crate) fn stop(self) {
        self.manager.stop(Duration::ZERO);
    }
}

/// Counts the jobs of a label.
pub(crate) fn count(begun: &[Begun], label: &str) -> usize {
    begun.iter().filter(|begun| begun.label == label).count()
}

impl Place {
    /// Opens a handle of its own.
    fn open(&self) -> Arc<dyn QueueView> {
        match self {
            Self::File(dir) => {
                let path = dir.path().join("jobs.db");
                Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap())
            }
            Self::Server(url) => {
                let options = PostgresOptions::from_url(url, &PasswordSources::default());
                Arc::new(PostgresQueue::open(options.unwrap()).unwrap())
            }
        }
    }
}

/// Makes a test of each function twice: with the queue in a file, and on a server.
macro_rules! on_each_queue {
    ($($name:ident),+ $(,)?) => {
        mod in_a_file {
            $(#[test] fn $name() { super::$name(&crate::bench::Bench::in_a_file()); })+
        }
        mod on_a_server {
            $(#[test] fn $name() { super::$name(&crate::bench::Bench::on_a_server()); })+
        }
    };
}
pub(crate) use on_each_queue;

pub(crate) fn open(queue: &dyn Queue, role: SessionRole, pid: u32, note: &str) -> SessionId {
    let owner = Owner { pid, start: 0, boot_id: "boot".to_owned() };
    let new = NewSession::new(owner, std::path::Path::new("/course"));
    queue.open_session(&NewSession { role, note: note.to_owned(), ..new }).unwrap()
}

fn terms(session: &SessionRecord) -> Lending {
    if session.note == NOT_LENT_TO {
        return Lending::No;
    }
    let mut numbers = session.note.split(' ').map(|number| number.parse().unwrap());
    Lending::Yes(Terms { weight: numbers.next().unwrap(), most: numbers.next() })
}

struct Waiter {
    begun: mpsc::Sender<Begun>,
}

impl JobHandler for Waiter {
    fn handle<'a>(&'a self, job: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let worker = std::thread::current().name().unwrap_or_default().to_owned();
            let (end, ended) = oneshot::channel();
            let _over = self.begun.send(Begun { label: job.label.to_owned(), worker, end });
            let _over = ended.await;
            Ok(Vec::new().into())
        })
    }
}
