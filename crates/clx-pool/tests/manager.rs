//! The pool manager with threads, with processes that break, and with a fake executor.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use clx_core::Diagnostic;
use clx_pool::{
    Executor, Exit, ExitReporter, InProcess, PoolEvent, PoolManager, PoolSettings, Process,
    RunningWorker, StartError,
};
use clx_process::Spawn;
use clx_queue::{
    ErrorClass, FinishedJob, JobState, NewJob, NewSession, Queue, SessionId, SqliteOptions,
    SqliteQueue, WorkerId, WorkerMode,
};
use clx_worker::{HandlerFuture, Job, JobContext, JobFailure, JobHandler, Stop};

const KIND: &str = "test";
const LIMIT: Duration = Duration::from_secs(60);

/// A queue with an open session, and what its pool tells.
struct Bench {
    queue: Arc<SqliteQueue>,
    session: SessionId,
    runtime: tokio::runtime::Runtime,
    _dir: tempfile::TempDir,
}

type Events = mpsc::Receiver<PoolEvent>;

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        Self { queue, session, runtime, _dir: dir }
    }

    fn start(
        &self,
        executor: impl Executor + 'static,
        size: u32,
        settings: PoolSettings,
    ) -> (PoolManager, Events) {
        let (sender, events) = mpsc::channel();
        let pools = vec![(KIND.to_owned(), Arc::new(executor) as _, size)];
        let on_event = move |event| drop(sender.send(event));
        let queue = Arc::clone(&self.queue) as _;
        let pool = PoolManager::start(queue, self.session, pools, settings, on_event).unwrap();
        (pool, events)
    }

    fn threads(&self) -> InProcess {
        let queue = Arc::clone(&self.queue) as _;
        InProcess::new(queue, self.runtime.handle().clone(), || Arc::new(Scripted))
    }

    fn enqueue(&self, payloads: &[&str]) {
        let jobs = payloads.iter().map(|what| NewJob::new(KIND, what, what.as_bytes().to_vec()));
        self.queue.enqueue(self.session, jobs.collect()).unwrap();
    }

    fn wait_finished(&self, n: usize) -> Vec<FinishedJob> {
        let mut all: Vec<FinishedJob> = Vec::new();
        while all.len() < n {
            let after = all.last().map_or(0, |job| job.seq);
            let more = self.queue.finished(self.session, after, 100, LIMIT).unwrap();
            assert!(!more.is_empty(), "only {} of {n} jobs finished", all.len());
            all.extend(more);
        }
        all
    }

    /// Waits until a worker has a job.
    fn wait_begun(&self) {
        let deadline = Instant::now() + LIMIT;
        while !self.queue.workers(None).unwrap().iter().any(|worker| worker.job.is_some()) {
            assert!(Instant::now() < deadline, "no job is begun");
            std::thread::yield_now();
        }
    }
}

/// Does what the payload says.
struct Scripted;

impl JobHandler for Scripted {
    fn handle<'a>(&'a self, job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            match job.payload {
                b"hang" => std::future::pending().await,
                b"slow" => tokio::time::sleep(Duration::from_millis(200)).await,
                b"fail" => {
                    let problem = Diagnostic::error("CLX0299", "test", "it is wrong");
                    return Err(JobFailure::new(ErrorClass::User, problem));
                }
                _ => {}
            }
            Ok(job.payload.to_vec().into())
        })
    }
}

/// What the fake executor's workers do.
#[derive(Clone, Copy)]
enum Fake {
    /// They run until they are asked to stop, and then end at once.
    Obedient,
    /// They run until they are asked to stop now.
    Stubborn,
    /// They cannot be started.
    Missing,
    /// They end at once, and say that others would, too.
    Hopeless,
    /// As the obedient ones; something happens to them first.
    Eventful,
}

/// What was asked of the fake workers, in order.
type Asked = Arc<Mutex<Vec<(WorkerId, Stop)>>>;

/// Starts nothing; remembers what was asked of it.
struct FakeExecutor {
    fake: Fake,
    asked: Asked,
}

struct FakeWorker {
    fake: Fake,
    worker: WorkerId,
    exit: Mutex<Option<ExitReporter>>,
    asked: Asked,
}

impl RunningWorker for FakeWorker {
    fn external_id(&self) -> String {
        format!("fake {}", self.worker)
    }

    fn request_stop(&self, stop: Stop) {
        self.asked.lock().unwrap().push((self.worker, stop));
        let ends = match self.fake {
            Fake::Obedient | Fake::Hopeless | Fake::Eventful => true,
            Fake::Stubborn => stop == Stop::Now,
            Fake::Missing => unreachable!("it is never started"),
        };
        if let Some(exit) = self.exit.lock().unwrap().take_if(|_| ends) {
            exit.report(Exit::Orderly);
        }
    }
}

impl Executor for FakeExecutor {
    fn mode(&self) -> WorkerMode {
        WorkerMode::Process
    }

    fn start(
        &self,
        worker: WorkerId,
        exit: ExitReporter,
    ) -> Result<Box<dyn RunningWorker>, StartError> {
        if let Fake::Missing = self.fake {
            let source = "no such program".into();
            return Err(StartError { what: "fake worker", source });
        }
        let (fake, asked) = (self.fake, Arc::clone(&self.asked));
        let exit = match fake {
            Fake::Hopeless => {
                exit.report(Exit::Hopeless("no image".to_owned()));
                None
            }
            Fake::Eventful => {
                exit.note("its kernel died".to_owned());
                Some(exit)
            }
            Fake::Obedient | Fake::Stubborn | Fake::Missing => Some(exit),
        };
        Ok(Box::new(FakeWorker { fake, worker, exit: Mutex::new(exit), asked }))
    }
}

fn fake(fake: Fake) -> (FakeExecutor, Asked) {
    let asked = Asked::default();
    (FakeExecutor { fake, asked: Arc::clone(&asked) }, asked)
}

/// Restarts without a pause, twice.
fn hasty() -> PoolSettings {
    PoolSettings { max_restarts: 2, restart_pause: Duration::ZERO, ..PoolSettings::default() }
}

/// Says what happened, without numbers that differ from run to run.
fn words(event: &PoolEvent) -> String {
    match event {
        PoolEvent::Started { .. } => "started".to_owned(),
        PoolEvent::Lost { how, .. } => format!("lost: {how}"),
        PoolEvent::Noted { note, .. } => format!("noted: {note}"),
        PoolEvent::StartFailed { why, .. } => format!("start failed: {why}"),
        PoolEvent::Exhausted { why, .. } => format!("exhausted: {why}"),
    }
}

#[track_caller]
fn next_words(events: &Events, n: usize) -> Vec<String> {
    (0..n).map(|_| words(&events.recv_timeout(LIMIT).unwrap())).collect()
}

#[test]
fn workers_are_started_only_when_they_are_ensured() {
    let bench = Bench::new();
    let (pool, events) = bench.start(bench.threads(), 2, PoolSettings::default());
    assert_eq!(bench.queue.workers(None).unwrap(), []);
    pool.ensure(KIND, 1);
    bench.enqueue(&["a", "fail"]);
    let finished = bench.wait_finished(2);
    assert_eq!(finished[0].state, JobState::Completed);
    assert_eq!(finished[1].state, JobState::Failed);
    assert_eq!(bench.queue.workers(None).unwrap().len(), 1);
    // The size is the limit, whatever is asked for.
    pool.ensure(KIND, 100);
    assert_eq!(next_words(&events, 2), ["started", "started"]);
    pool.stop(LIMIT);
    assert_eq!(events.iter().count(), 0, "no third worker");
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn kind_without_workers_is_exhausted_at_once() {
    let bench = Bench::new();
    let (pool, events) = bench.start(bench.threads(), 0, PoolSettings::default());
    for kind in [KIND, "unheard-of"] {
        pool.ensure(kind, 1);
        let event = events.recv_timeout(LIMIT).unwrap();
        let why = format!("no worker for {kind} jobs is configured");
        assert_eq!(event, PoolEvent::Exhausted { kind: kind.to_owned(), why });
    }
}

#[test]
fn broken_process_is_restarted_up_to_the_limit() {
    let bench = Bench::new();
    let broken = |_| Spawn::new("/bin/sh").args(["-c", "echo no kernel >&2; exit 7"]);
    let (pool, events) = bench.start(Process::new(broken), 1, hasty());
    pool.ensure(KIND, 1);
    let how = "exit status 7; it said: no kernel";
    let lost = format!("lost: {how}");
    let expected = ["started", &lost, "started", &lost, "started", &lost];
    assert_eq!(next_words(&events, 6), expected);
    assert_eq!(next_words(&events, 1), [format!("exhausted: {how}")]);
    assert_eq!(bench.queue.workers(None).unwrap(), []);
    pool.ensure(KIND, 1);
    pool.stop(LIMIT);
    assert_eq!(events.iter().count(), 0, "it is exhausted for good");
}

#[test]
fn workers_that_were_steady_are_replaced_without_end() {
    let bench = Bench::new();
    let settings = PoolSettings { steady: Duration::ZERO, ..hasty() };
    let (pool, events) = bench.start(Process::new(|_| Spawn::new("/bin/true")), 1, settings);
    pool.ensure(KIND, 1);
    let words = next_words(&events, 20);
    assert_eq!(words.iter().filter(|words| *words == "started").count(), 10, "{words:?}");
}

#[test]
fn process_that_ends_in_order_but_unasked_is_a_loss() {
    let bench = Bench::new();
    let (pool, events) = bench.start(Process::new(|_| Spawn::new("/bin/true")), 1, hasty());
    pool.ensure(KIND, 1);
    assert_eq!(next_words(&events, 2), ["started", "lost: it ended without being asked"]);
}

#[test]
fn worker_that_cannot_be_started_leaves_no_row() {
    let bench = Bench::new();
    let (pool, events) = bench.start(fake(Fake::Missing).0, 1, hasty());
    pool.ensure(KIND, 1);
    let why = "cannot start a fake worker: no such program";
    let failed = format!("start failed: {why}");
    assert_eq!(next_words(&events, 4), [&*failed, &failed, &failed, &format!("exhausted: {why}")]);
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn program_that_is_not_there_is_named() {
    let bench = Bench::new();
    let process = Process::new(|_| Spawn::new("/nowhere/clx"));
    let (pool, events) = bench.start(process, 1, hasty());
    pool.ensure(KIND, 1);
    let said = next_words(&events, 4);
    let why = "start failed: cannot start a worker process: ";
    assert!(said[..3].iter().all(|words| words.starts_with(why)), "{said:?}");
    assert!(said[0].contains("/nowhere/clx") && said[3].starts_with("exhausted: "), "{said:?}");
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn hopeless_kind_is_exhausted_at_once_and_said_to_be_so_once() {
    let bench = Bench::new();
    let (pool, events) = bench.start(fake(Fake::Hopeless).0, 2, PoolSettings::default());
    pool.ensure(KIND, 2);
    assert_eq!(next_words(&events, 3), ["started", "started", "exhausted: no image"]);
    assert_eq!(bench.queue.workers(None).unwrap(), []);
    pool.ensure(KIND, 2);
    pool.stop(LIMIT);
    assert_eq!(events.iter().count(), 0, "nobody tries again");
}

#[test]
fn events_of_workers_that_live_on_are_told() {
    let bench = Bench::new();
    let (pool, events) = bench.start(fake(Fake::Eventful).0, 1, PoolSettings::default());
    pool.ensure(KIND, 1);
    assert_eq!(next_words(&events, 2), ["started", "noted: its kernel died"]);
    pool.stop(LIMIT);
}

#[test]
fn pause_before_a_restart_doubles() {
    let bench = Bench::new();
    let pause = Duration::from_millis(50);
    let settings =
        PoolSettings { max_restarts: 3, restart_pause: pause, ..PoolSettings::default() };
    let begin = Instant::now();
    let (pool, events) = bench.start(fake(Fake::Missing).0, 1, settings);
    pool.ensure(KIND, 1);
    next_words(&events, 5);
    assert!(begin.elapsed() >= pause * (1 + 2 + 4), "{:?}", begin.elapsed());
}

#[test]
fn stop_during_the_pause_before_a_restart_is_immediate() {
    let bench = Bench::new();
    let settings = PoolSettings { restart_pause: LIMIT, ..PoolSettings::default() };
    let (pool, events) = bench.start(fake(Fake::Missing).0, 1, settings);
    pool.ensure(KIND, 1);
    next_words(&events, 1);
    let begin = Instant::now();
    pool.stop(LIMIT);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn graceful_stop_lets_the_present_job_end() {
    let bench = Bench::new();
    let (pool, _events) = bench.start(bench.threads(), 1, PoolSettings::default());
    bench.enqueue(&["slow", "not begun"]);
    pool.ensure(KIND, 1);
    bench.wait_begun();
    pool.stop(LIMIT);
    let finished = bench.queue.finished(bench.session, 0, 10, Duration::ZERO).unwrap();
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0].result.as_deref(), Some(&b"slow"[..]));
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn forced_stop_gives_the_present_job_back() {
    let bench = Bench::new();
    let (pool, _events) = bench.start(bench.threads(), 1, PoolSettings::default());
    bench.enqueue(&["hang"]);
    pool.ensure(KIND, 1);
    bench.wait_begun();
    pool.stop(Duration::ZERO);
    let counts = bench.queue.counts(None).unwrap();
    assert_eq!(counts.get(&JobState::Ready), Some(&1));
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn stubborn_worker_is_asked_twice_and_an_obedient_one_once() {
    for (behaviour, expected) in [
        (Fake::Obedient, vec![Stop::Gracefully]),
        (Fake::Stubborn, vec![Stop::Gracefully, Stop::Now]),
    ] {
        let bench = Bench::new();
        let (executor, asked) = fake(behaviour);
        let (pool, events) = bench.start(executor, 1, PoolSettings::default());
        pool.ensure(KIND, 1);
        next_words(&events, 1);
        pool.stop(Duration::from_millis(50));
        let asked: Vec<Stop> = asked.lock().unwrap().iter().map(|(_, stop)| *stop).collect();
        assert_eq!(asked, expected);
        assert_eq!(bench.queue.workers(None).unwrap(), []);
    }
}

#[test]
fn dropped_manager_leaves_no_process() {
    let bench = Bench::new();
    let hanging = |_| Spawn::new("/bin/sleep").arg("1000");
    let (pool, events) = bench.start(Process::new(hanging), 2, PoolSettings::default());
    pool.ensure(KIND, 2);
    let mut processes = Vec::new();
    for _ in 0..2 {
        let PoolEvent::Started { external_id, .. } = events.recv_timeout(LIMIT).unwrap() else {
            panic!("no worker is started");
        };
        let pid = external_id.trim_start_matches("process ").parse().unwrap();
        processes.push(clx_process::ProcessIdentity::of(pid).unwrap());
    }
    drop(pool);
    assert!(processes.iter().all(|process| !process.is_alive()));
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}
