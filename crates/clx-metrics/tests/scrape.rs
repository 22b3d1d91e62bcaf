//! What a scrape reads of a real queue, over HTTP, before and after jobs were done.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{Diagnostic, JobKind, SystemClock};
use clx_gateway::Gateway;
use clx_metrics::{METRICS, MetricsServer, OfProcess};
use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Queue, SessionId, SessionRole, SqliteOptions,
    SqliteQueue, WorkerMode,
};
use clx_store::{Store, StoreOptions};
use clx_worker::{
    Answer, HandlerFuture, Job, JobContext, JobFailure, JobHandler, Stop, StopSignal, Worker,
};
use tokio::runtime::Runtime;

/// Does what the label says.
struct Scripted;

impl JobHandler for Scripted {
    fn handle<'a>(&'a self, job: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            match job.label {
                "wrong" => Err(JobFailure::new(
                    ErrorClass::User,
                    Diagnostic::error("CLX0299", "test", "it is wrong"),
                )),
                "panic" => panic!("handler gives up"),
                "hang" => std::future::pending().await,
                "half" => Ok(Answer { result: vec![], partial: Some(ErrorClass::User) }),
                _ => Ok(vec![].into()),
            }
        })
    }
}

struct Bench {
    queue: Arc<SqliteQueue>,
    own: OfProcess,
    gateway: Gateway,
    server: MetricsServer,
    runtime: Runtime,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        let store = Arc::new(Store::open(dir.path(), &StoreOptions::default()).unwrap());
        let gateway = Gateway::new(Arc::clone(&queue) as _, store, runtime.handle().clone());
        let own = OfProcess { gateway: Some(gateway.traffic()), ..OfProcess::default() };
        let server = MetricsServer::start(
            runtime.handle(),
            ([127, 0, 0, 1], 0).into(),
            Arc::clone(&queue) as _,
            Arc::new(SystemClock),
            &own,
        );
        Self { queue, own, gateway, server: server.unwrap(), runtime, _dir: dir }
    }

    fn session(&self, role: SessionRole) -> SessionId {
        let new = NewSession::of_this_process(Path::new("/course"), 0, "");
        self.queue.open_session(&NewSession { role, ..new }).unwrap()
    }

    fn enqueue(&self, session: SessionId, labels: &[&str]) {
        let job = |label: &&str| NewJob {
            timeout: Some(Duration::from_millis(100)),
            ..NewJob::new("notebook", label, vec![])
        };
        self.queue.enqueue(session, labels.iter().map(job).collect()).unwrap();
    }

    /// Asks for a path; returns head and body.
    fn get(&self, path: &str) -> String {
        let url = self.server.url();
        get(url.strip_prefix("http://").unwrap().split('/').next().unwrap(), path)
    }

    /// Knocks at the gateway without a token.
    fn knock(&self) {
        let way = self.gateway.open_port(([127, 0, 0, 1], 0).into()).unwrap();
        let answer = get(&way.port().unwrap().to_string(), "/v1/health");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }

    /// Works until so many jobs are final.
    fn work(&self, session: SessionId, jobs: usize) {
        let new = NewWorker::new(session, "notebook", WorkerMode::InProcess);
        let stop = StopSignal::default();
        let worker = Worker {
            queue: Arc::clone(&self.queue) as _,
            id: self.queue.register_worker(&new).unwrap(),
            process: None,
            handler: self.own.jobs.count(JobKind::Notebook, Arc::new(Scripted)),
            runtime: self.runtime.handle().clone(),
            stop: stop.clone(),
        };
        let thread = std::thread::spawn(move || worker.run().unwrap());
        let (mut after, mut ended) = (0, 0);
        while ended < jobs {
            let wait = Duration::from_secs(20);
            let finished = self.queue.finished(session, after, 100, wait).unwrap();
            after = finished.last().expect("the worker goes on").seq;
            ended += finished.len();
        }
        stop.request(Stop::Gracefully);
        thread.join().unwrap();
    }
}

/// Asks an address for a path; returns head and body.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[track_caller]
fn assert_has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|other| other == *line), "no line {line} in\n{text}");
    }
}

#[test]
fn sums_of_the_queue_are_read() {
    let bench = Bench::new();
    let (build, pool) = (bench.session(SessionRole::Borrower), bench.session(SessionRole::Pool));
    bench.enqueue(build, &["a", "b", "c"]);
    // A worker of the pool, and its second row in the build that borrows it, where it has a job.
    for session in [pool, build] {
        let new = NewWorker::new(session, "notebook", WorkerMode::InProcess);
        let worker = bench.queue.register_worker(&new).unwrap();
        bench.queue.activate_worker(worker, None).unwrap();
        if session == build {
            let mut seat = clx_queue::Seat::new(worker);
            assert_eq!(seat.claim(&*bench.queue, vec![], Duration::ZERO).unwrap().jobs.len(), 1);
        }
    }
    let text = bench.get("/metrics");
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.contains("content-type: text/plain; version=0.0.4"), "{text}");
    assert_has(
        &text,
        &[
            "clx_queue_up 1.0",
            "clx_jobs_waiting{kind=\"notebook\"} 2.0",
            "clx_jobs_waiting{kind=\"drawio\"} 0.0",
            "clx_jobs{kind=\"notebook\",state=\"ready\"} 2.0",
            "clx_jobs{kind=\"notebook\",state=\"running\"} 1.0",
            "clx_workers{kind=\"notebook\",state=\"busy\"} 1.0",
            "clx_workers{kind=\"notebook\",state=\"idle\"} 0.0",
            "clx_sessions_open{role=\"borrower\"} 1.0",
            "clx_sessions_open{role=\"pool\"} 1.0",
            "clx_sessions_open{role=\"own\"} 0.0",
            &format!("clx_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")),
        ],
    );
    let oldest = text.lines().find_map(|line| line.strip_prefix("clx_oldest_ready_seconds "));
    assert!((0.0..60.0).contains(&oldest.unwrap().parse::<f64>().unwrap()), "{text}");
}

#[test]
fn what_jobs_came_to_is_counted() {
    let bench = Bench::new();
    let session = bench.session(SessionRole::Own);
    bench.enqueue(session, &["a", "b", "half", "wrong", "panic", "hang"]);
    bench.work(session, 6);
    let count =
        |outcome| format!("clx_jobs_finished_total{{kind=\"notebook\",outcome=\"{outcome}\"}}");
    let text = bench.get("/metrics");
    // A job that runs out of time is tried a second time.
    assert_has(
        &text,
        &[
            &format!("{} 2", count("completed")),
            &format!("{} 1", count("partial")),
            &format!("{} 2", count("failed")),
            &format!("{} 2", count("stopped")),
            "clx_job_seconds_count{kind=\"notebook\"} 7",
        ],
    );
}

#[test]
fn what_is_served_is_what_is_documented() {
    let bench = Bench::new();
    let session = bench.session(SessionRole::Own);
    bench.enqueue(session, &["a"]);
    bench.work(session, 1);
    bench.knock();
    let text = bench.get("/metrics");
    let served: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let documented: Vec<_> =
        METRICS.iter().map(|metric| format!("{} {}", metric.name, metric.kind)).collect();
    assert_eq!(served, documented);
    for metric in METRICS {
        assert!(text.contains(&format!("# HELP {} {}.\n", metric.name, metric.help)), "{text}");
        let names = metric.labels.iter().all(|label| {
            let of_metric = |line: &&str| line.starts_with(metric.name);
            text.lines().filter(of_metric).any(|line| line.contains(&format!("{label}=\"")))
        });
        assert!(names, "{} lacks a label", metric.name);
    }
}

#[test]
fn answers_of_the_gateway_are_counted() {
    let bench = Bench::new();
    bench.knock();
    bench.knock();
    let counted = "clx_gateway_answers_total{call=\"health\",status=\"401\"} 2";
    assert_has(&bench.get("/metrics"), &[counted]);
}

#[test]
fn health_is_told() {
    let bench = Bench::new();
    for path in ["/healthz", "/livez"] {
        assert!(bench.get(path).starts_with("HTTP/1.1 200"), "{path}");
    }
    assert!(bench.get("/metric").starts_with("HTTP/1.1 404"));
}

#[test]
fn guide_names_all_metrics() {
    let guide = include_str!("../../../docs/guide/metrics.md");
    let rows: Vec<_> = guide.lines().filter(|line| line.starts_with("| `clx_")).collect();
    let expected = METRICS.iter().map(|metric| {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, kind, help) = (metric.name, metric.kind, metric.help);
        format!("| `{name}` | {kind} | {} | {help} |", labels.join(", "))
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
}
