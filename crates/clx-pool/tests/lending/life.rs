//! A worker outlives the sessions that borrow it.

use std::sync::{Arc, Mutex, mpsc};

use clx_pool::{InProcess, Lending, LendingQueue, LendingWatch, PoolManager, PoolSettings, Terms};
use clx_queue::{
    JobId, JobState, NewJob, Queue, Seat, SessionId, SessionRecord, SessionRole, SqliteOptions,
    SqliteQueue, WorkerExit, WorkerId, WorkerMode,
};
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};

use crate::bench::{KIND, LIMIT, open};

/// A file with the session of a pool.
struct Bench {
    queue: Arc<SqliteQueue>,
    lending: Arc<LendingQueue>,
    home: SessionId,
    dead: Arc<Mutex<Vec<u32>>>,
    _watch: LendingWatch,
    runtime: tokio::runtime::Runtime,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let home = open(&*queue, SessionRole::Pool, 1, "");
        let lending = Arc::new(LendingQueue::new(queue.clone(), home, WorkerMode::InProcess));
        let dead = Arc::new(Mutex::new(Vec::new()));
        let terms = {
            let dead = Arc::clone(&dead);
            move |session: &SessionRecord| match dead.lock().unwrap().contains(&session.owner.pid) {
                true => Lending::Dead,
                false => Lending::Yes(Terms::default()),
            }
        };
        let watch = LendingWatch::start(Arc::clone(&lending), terms, |_| {}).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        Self { queue, lending, home, dead, _watch: watch, runtime, _dir: dir }
    }

    /// Starts one worker that tells which jobs it begins, and runs those labelled `endless` for ever.
    fn pool(&self) -> (PoolManager, mpsc::Receiver<(String, String)>) {
        let (begun, begins) = mpsc::channel();
        let make = move || Arc::new(Teller { begun: begun.clone() }) as _;
        let executor = InProcess::new(self.lending.clone(), self.runtime.handle().clone(), make);
        let pools = vec![(KIND.to_owned(), Arc::new(executor) as _, 1)];
        let pool = PoolManager::start(
            self.lending.clone(),
            self.home,
            pools,
            PoolSettings::default(),
            |_| {},
        )
        .unwrap();
        pool.ensure(KIND, 1);
        (pool, begins)
    }

    fn enqueue(&self, session: SessionId, label: &str) -> JobId {
        self.queue.enqueue(session, vec![NewJob::new(KIND, label, Vec::new())]).unwrap()[0]
    }

    fn finished(&self, session: SessionId) -> JobState {
        self.queue.finished(session, 0, 1, LIMIT).unwrap()[0].state
    }
}

struct Teller {
    begun: mpsc::Sender<(String, String)>,
}

impl JobHandler for Teller {
    fn handle<'a>(&'a self, job: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let thread = std::thread::current().name().unwrap_or_default().to_owned();
            let _over = self.begun.send((job.label.to_owned(), thread));
            if job.label == "endless" {
                std::future::pending::<()>().await;
            }
            Ok(Vec::new().into())
        })
    }
}

#[test]
fn one_worker_does_the_jobs_of_one_session_after_the_other() {
    let bench = Bench::new();
    let (pool, begins) = bench.pool();
    let mut workers = Vec::new();
    for (pid, label) in [(10, "first"), (11, "second"), (12, "third")] {
        let session = open(&*bench.queue, SessionRole::Borrower, pid, "");
        bench.enqueue(session, label);
        assert_eq!(bench.finished(session), JobState::Completed);
        let (begun, worker) = begins.recv_timeout(LIMIT).unwrap();
        assert_eq!(begun, label);
        workers.push(worker);
        bench.queue.close_session(session).unwrap();
    }
    workers.dedup();
    assert_eq!(workers.len(), 1, "{workers:?}");
    pool.stop(LIMIT);
    assert!(bench.queue.workers(None).unwrap().is_empty());
}

#[test]
fn sessions_at_the_same_time_share_a_worker() {
    let bench = Bench::new();
    let (pool, _begins) = bench.pool();
    let sessions = [10, 11].map(|pid| open(&*bench.queue, SessionRole::Borrower, pid, ""));
    for session in sessions {
        bench.enqueue(session, "a job");
        bench.enqueue(session, "another");
    }
    for session in sessions {
        while bench.queue.finished(session, 0, 10, LIMIT).unwrap().len() < 2 {}
    }
    pool.stop(LIMIT);
}

#[test]
fn session_with_workers_of_its_own_borrows_none() {
    let bench = Bench::new();
    let (pool, _begins) = bench.pool();
    let own = open(&*bench.queue, SessionRole::Own, 10, "");
    let job = bench.enqueue(own, "not for the pool");
    let borrower = open(&*bench.queue, SessionRole::Borrower, 11, "");
    bench.enqueue(borrower, "for the pool");
    assert_eq!(bench.finished(borrower), JobState::Completed);
    assert_eq!(bench.queue.job(job).unwrap().unwrap().state, JobState::Ready);
    pool.stop(LIMIT);
}

#[test]
fn worker_of_a_session_that_ends_stops_what_it_does_and_goes_on_elsewhere() {
    for owner_dies in [false, true] {
        let bench = Bench::new();
        let (pool, begins) = bench.pool();
        let first = open(&*bench.queue, SessionRole::Borrower, 10, "");
        bench.enqueue(first, "endless");
        assert_eq!(begins.recv_timeout(LIMIT).unwrap().0, "endless");
        if owner_dies {
            bench.dead.lock().unwrap().push(10);
        } else {
            bench.queue.close_session(first).unwrap();
        }
        let second = open(&*bench.queue, SessionRole::Borrower, 11, "");
        bench.enqueue(second, "next");
        assert_eq!(bench.finished(second), JobState::Completed);
        pool.stop(LIMIT);
    }
}

#[test]
fn job_of_a_lost_worker_goes_back_to_its_session() {
    let bench = Bench::new();
    let session = open(&*bench.queue, SessionRole::Borrower, 10, "");
    let job = bench.enqueue(session, "a job");
    let claim = |worker: WorkerId| {
        bench.lending.activate_worker(worker, None).unwrap();
        let mut seat = Seat::new(worker);
        seat.claim(&*bench.lending, Vec::new(), LIMIT).unwrap().jobs.remove(0)
    };
    let register = || {
        let new = clx_queue::NewWorker::new(bench.home, KIND, WorkerMode::InProcess);
        bench.lending.register_worker(&new).unwrap()
    };
    let lost = register();
    assert_eq!(claim(lost).id, job);
    let exit = WorkerExit::Lost { how: "killed by signal 9".to_owned() };
    bench.lending.remove_worker(lost, &exit).unwrap();
    let record = bench.queue.job(job).unwrap().unwrap();
    assert_eq!((record.state, record.losses), (JobState::Ready, 1));
    let again = claim(register());
    assert_eq!((again.id, again.attempt), (job, 2));
}
