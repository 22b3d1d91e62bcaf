//! A worker thread on a real queue: results, failures, panics, cancellation, deadlines, stops.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use clx_core::Diagnostic;
use clx_queue::{
    CancelTarget, ErrorClass, FinishedJob, JobState, NewJob, NewSession, NewWorker, Queue,
    SessionId, SqliteOptions, SqliteQueue, WorkerExit, WorkerId, WorkerMode,
};
use clx_worker::{
    HandlerFuture, Job, JobContext, JobFailure, JobHandler, Stop, StopSignal, Worker,
};

/// Does what the payload says, and tells when it begins.
struct Scripted {
    begun: Mutex<mpsc::Sender<String>>,
}

impl JobHandler for Scripted {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let text = String::from_utf8_lossy(job.payload).into_owned();
            self.begun.lock().unwrap().send(text.clone()).ok();
            match text.as_str() {
                "fail" => Err(JobFailure::new(
                    ErrorClass::User,
                    Diagnostic::error("CLX0299", "test", "it is wrong"),
                )),
                "panic" => panic!("handler gives up"),
                "hang" => std::future::pending().await,
                "compute" => {
                    while !context.is_cancelled() {
                        std::hint::spin_loop();
                    }
                    Ok(b"too late".to_vec().into())
                }
                other => Ok(other.to_uppercase().into_bytes().into()),
            }
        })
    }
}

struct Bench {
    queue: Arc<SqliteQueue>,
    session: SessionId,
    worker: WorkerId,
    stop: StopSignal,
    begun: mpsc::Receiver<String>,
    thread: Option<std::thread::JoinHandle<()>>,
    _runtime: tokio::runtime::Runtime,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let new = NewSession::of_this_process(dir.path(), 0, "");
        let session = queue.open_session(&new).unwrap();
        let new = NewWorker::new(session, "test", WorkerMode::InProcess);
        let worker = queue.register_worker(&new).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .unwrap();
        let (sender, begun) = mpsc::channel();
        let stop = StopSignal::default();
        let base = Worker {
            queue: Arc::clone(&queue) as _,
            id: worker,
            process: None,
            handler: Arc::new(Scripted { begun: Mutex::new(sender) }),
            runtime: runtime.handle().clone(),
            stop: stop.clone(),
        };
        let thread = Some(std::thread::spawn(move || base.run().unwrap()));
        Self { queue, session, worker, stop, begun, thread, _runtime: runtime, _dir: dir }
    }

    fn enqueue(&self, what: &str) -> clx_queue::JobId {
        self.enqueue_job(NewJob::new("test", what, what.as_bytes().to_vec()))
    }

    fn enqueue_job(&self, job: NewJob) -> clx_queue::JobId {
        self.queue.enqueue(self.session, vec![job]).unwrap()[0]
    }

    fn wait_finished(&self, n: usize) -> Vec<FinishedJob> {
        let mut all = Vec::new();
        while all.len() < n {
            let after = all.last().map_or(0, |job: &FinishedJob| job.seq);
            let wait = Duration::from_secs(30);
            let more = self.queue.finished(self.session, after, 100, wait).unwrap();
            assert!(!more.is_empty(), "only {} of {n} jobs finished", all.len());
            all.extend(more);
        }
        all
    }

    fn wait_begun(&self) {
        self.begun.recv_timeout(Duration::from_secs(30)).unwrap();
    }

    fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.request(Stop::Now);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[test]
fn result_failure_and_panic_are_told_apart() {
    let bench = Bench::new();
    for what in ["fine", "fail", "panic", "still fine"] {
        bench.enqueue(what);
    }
    let finished = bench.wait_finished(4);
    assert_eq!(finished[0].result.as_deref(), Some(&b"FINE"[..]));
    let failure = |job: &FinishedJob| {
        JobFailure::from_detail(job.error_class.unwrap(), job.error.as_deref().unwrap())
    };
    let wrong = failure(&finished[1]);
    assert_eq!(wrong.class, ErrorClass::User);
    assert_eq!(wrong.diagnostics[0].to_string(), "fail: error[CLX0299]: it is wrong");
    let panicked = failure(&finished[2]);
    assert_eq!(panicked.class, ErrorClass::Internal);
    assert!(panicked.diagnostics[0].message.contains("handler gives up"));
    assert_eq!(finished[3].result.as_deref(), Some(&b"STILL FINE"[..]));
}

#[test]
fn cancel_ends_a_waiting_and_a_computing_handler() {
    for what in ["hang", "compute"] {
        let bench = Bench::new();
        let id = bench.enqueue(what);
        bench.wait_begun();
        bench.queue.cancel(bench.session, &CancelTarget::Job(id), "a test").unwrap();
        assert_eq!(bench.wait_finished(1)[0].state, JobState::Cancelled);
    }
}

#[test]
fn deadline_ends_a_hanging_handler() {
    let bench = Bench::new();
    let timeout = Some(Duration::from_millis(20));
    let id = bench.enqueue_job(NewJob {
        timeout,
        max_failures: 1,
        ..NewJob::new("test", "hang", b"hang".to_vec())
    });
    let finished = bench.wait_finished(1);
    assert_eq!((finished[0].id, finished[0].error_class), (id, Some(ErrorClass::Timeout)));
    assert!(finished[0].error.as_deref().unwrap().contains("20ms"));
}

#[test]
fn graceful_stop_finishes_the_job_and_leaves_no_row() {
    let mut bench = Bench::new();
    bench.enqueue("one");
    bench.wait_finished(1);
    bench.stop.request(Stop::Gracefully);
    bench.join();
    assert_eq!(bench.queue.workers(None).unwrap(), []);
}

#[test]
fn urgent_stop_gives_the_job_back() {
    let mut bench = Bench::new();
    let id = bench.enqueue("hang");
    bench.wait_begun();
    bench.stop.request(Stop::Now);
    bench.join();
    let record = bench.queue.job(id).unwrap().unwrap();
    assert_eq!((record.state, record.losses), (JobState::Ready, 0));
}

#[test]
fn removed_worker_drops_its_job_and_ends() {
    let mut bench = Bench::new();
    let id = bench.enqueue("hang");
    bench.wait_begun();
    let exit = WorkerExit::Lost { how: "a test says so".to_owned() };
    bench.queue.remove_worker(bench.worker, &exit).unwrap();
    bench.join();
    let record = bench.queue.job(id).unwrap().unwrap();
    assert_eq!((record.state, record.losses), (JobState::Ready, 1));
}
