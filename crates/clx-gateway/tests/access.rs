//! Who may do what through a gateway, and what is refused.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{ActionResult, Artifact, ContentHash};
use clx_gateway::protocol::{JSON_LIMIT, VERSION};
use clx_gateway::{Address, Admission, ClientSettings, Gateway, GatewayClient, GatewayError};
use clx_queue::{
    JobState, NewJob, NewSession, NewWorker, Queue, QueueError, Seat, SessionId, SqliteOptions,
    SqliteQueue, WorkerExit, WorkerId, WorkerMode,
};
use clx_store::{ArtifactStore, Store, StoreError, StoreOptions};

const KIND: &str = "test";

/// Queue, store and gateway in a directory of their own.
struct Bench {
    gateway: Gateway,
    queue: Arc<SqliteQueue>,
    store: Arc<Store>,
    session: SessionId,
    _runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let jobs = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&jobs, &SqliteOptions::default()).unwrap());
        let store = Arc::new(Store::open(dir.path(), &StoreOptions::default()).unwrap());
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let gateway = Gateway::new(queue.clone(), store.clone(), runtime.handle().clone());
        Self { gateway, queue, store, session, _runtime: runtime, dir }
    }

    fn worker(&self) -> WorkerId {
        let new = NewWorker::new(self.session, KIND, WorkerMode::Container);
        self.queue.register_worker(&new).unwrap()
    }

    fn admit(&self, worker: WorkerId) -> (Admission, GatewayClient) {
        let directory = self.dir.path().join(worker.to_string());
        let admission = self.gateway.admit_by_socket(worker, &directory).unwrap();
        let client = connect(admission.socket().unwrap());
        (admission, client)
    }

    fn enqueue(&self, payload: &str) -> clx_queue::JobId {
        let job = NewJob::new(KIND, "a.py", payload.as_bytes().to_vec());
        self.queue.enqueue(self.session, vec![job]).unwrap()[0]
    }
}

fn connect(socket: &Path) -> GatewayClient {
    let settings = ClientSettings::new(Address::Socket(socket.to_owned()));
    GatewayClient::connect(settings).unwrap()
}

/// Sends a request as text and returns the status line of the answer.
fn raw(mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: clx\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

fn version() -> String {
    format!("clx-version: {VERSION}\r\n")
}

fn is_forbidden<T: std::fmt::Debug>(answer: Result<T, QueueError>) -> bool {
    matches!(answer, Err(QueueError::Remote { is_transient: false, .. }))
}

#[test]
fn worker_speaks_for_itself_only() {
    let bench = Bench::new();
    let (own, other) = (bench.worker(), bench.worker());
    let (_admission, client) = bench.admit(own);
    bench.queue.activate_worker(other, None).unwrap();
    let job = bench.enqueue("{}");
    assert!(is_forbidden(client.activate_worker(other, None)));
    assert!(is_forbidden(Seat::new(other).claim(&client, Vec::new(), Duration::ZERO)));
    assert!(is_forbidden(client.beat(other, &[], Duration::ZERO)));
    assert!(is_forbidden(client.remove_worker(other, &WorkerExit::Stopped)));
    let lost = WorkerExit::Lost { how: "said another".to_owned() };
    assert!(is_forbidden(client.remove_worker(own, &lost)));
    assert!(is_forbidden(client.sessions()));
    assert!(is_forbidden(client.close_session(bench.session)));
    assert!(is_forbidden(client.enqueue(bench.session, vec![NewJob::new(KIND, "b", vec![])])));
    assert_eq!(bench.queue.workers(Some(bench.session)).unwrap().len(), 2);
    assert_eq!(bench.queue.job(job).unwrap().unwrap().state, JobState::Ready);
}

#[test]
fn worker_reads_what_its_jobs_name_and_what_it_put_and_nothing_else() {
    let bench = Bench::new();
    let source = bench.store.put(b"source").unwrap();
    let secret = bench.store.put(b"of another job").unwrap();
    let worker = bench.worker();
    let (_admission, client) = bench.admit(worker);
    let missing = |hash| matches!(client.get(hash), Err(StoreError::MissingBlob { .. }));
    assert!(missing(&source) && missing(&secret));

    bench.enqueue(&format!(r#"{{"source":"{source}"}}"#));
    client.activate_worker(worker, None).unwrap();
    let mut seat = Seat::new(worker);
    let job = seat.claim(&client, Vec::new(), Duration::ZERO).unwrap().jobs.remove(0);
    assert_eq!(client.get(&source).unwrap(), b"source");
    assert!(missing(&secret));

    let large = vec![7; 1_000_000];
    let put = client.put_many(&[b"", b"small", &large]).unwrap();
    assert_eq!(client.get(&put[2]).unwrap(), large);
    assert_eq!(bench.store.get(&put[1]).unwrap(), b"small");
    let copy = bench.dir.path().join("copy");
    client.copy_to(&put[2], &copy).unwrap();
    assert_eq!(std::fs::read(&copy).unwrap(), large);

    let result = |hash| ActionResult {
        artifacts: vec![Artifact { name: "a".to_owned(), hash, size: 1 }],
        ..ActionResult::default()
    };
    let (key, other) = (ContentHash::of("key"), ContentHash::of("other"));
    assert!(client.record(&other, &result(secret)).is_err());
    client.record(&key, &result(put[1])).unwrap();
    assert_eq!(client.lookup(&[key, other]).unwrap(), [Some(result(put[1])), None]);
    seat.report(&client, vec![job.completed(b"done".to_vec())]).unwrap();
    assert_eq!(bench.queue.counts(None).unwrap()[&JobState::Completed], 1);
}

#[test]
fn lost_answer_of_a_claim_loses_no_job() {
    let bench = Bench::new();
    let worker = bench.worker();
    let (admission, client) = bench.admit(worker);
    client.activate_worker(worker, None).unwrap();
    let job = bench.enqueue("{}");
    let body = format!(
        r#"{{"worker":{worker},"seq":1,"free":1,"done":[],"wait":{{"secs":0,"nanos":0}}}}"#
    );
    let path = format!("/v1/workers/{worker}/claim");
    let mut stream = UnixStream::connect(admission.socket().unwrap()).unwrap();
    stream.write_all(request("POST", &path, &version(), &body).as_bytes()).unwrap();
    let state = || bench.queue.job(job).unwrap().unwrap().state;
    while state() != JobState::Running {
        std::thread::yield_now();
    }
    // Nobody has read the answer.
    drop(stream);
    let claim = Seat::new(worker).claim(&client, Vec::new(), Duration::ZERO).unwrap();
    assert_eq!((claim.jobs[0].id, claim.jobs[0].attempt), (job, 1));
}

#[test]
fn port_is_closed_without_the_right_token() {
    let bench = Bench::new();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let port = bench.gateway.open_port(any).unwrap();
    let address = port.port().unwrap();
    let worker = bench.worker();
    let admission = bench.gateway.admit_by_token(worker, address).unwrap();
    let token = admission.token().unwrap().secret().to_owned();
    let status = |token: &str| {
        let headers = format!("{}authorization: Bearer {token}\r\n", version());
        raw(TcpStream::connect(address).unwrap(), &request("GET", "/v1/health", &headers, ""))
    };
    let without = request("GET", "/v1/health", &version(), "");
    assert!(raw(TcpStream::connect(address).unwrap(), &without).contains(" 401 "));
    let wrong = "0".repeat(64);
    for token in [wrong.as_str(), "", &token[1..]] {
        assert!(status(token).contains(" 401 "), "{token}");
    }
    assert!(status(&token).contains(" 200 "));
    let settings = ClientSettings {
        token: Some(token.clone()),
        ..ClientSettings::new(Address::Port(address))
    };
    let client = GatewayClient::connect(settings).unwrap();
    client.activate_worker(worker, None).unwrap();
    assert!(is_forbidden(client.sessions()));
    drop(admission);
    assert!(status(&token).contains(" 401 "));
}

#[test]
fn closed_way_in_takes_its_connections_along() {
    let bench = Bench::new();
    let worker = bench.worker();
    let directory = bench.dir.path().join("way");
    let admission = bench.gateway.admit_by_socket(worker, &directory).unwrap();
    let socket = admission.socket().unwrap().to_owned();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&socket)), (0o700, 0o600));
    let address = Address::Socket(socket);
    let settings = ClientSettings { patience: Duration::ZERO, ..ClientSettings::new(address) };
    let client = GatewayClient::connect(settings.clone()).unwrap();
    client.activate_worker(worker, None).unwrap();
    drop(admission);
    assert!(!directory.exists());
    let error = client.beat(worker, &[], Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
    let error = GatewayClient::connect(settings).unwrap_err();
    assert!(matches!(error, GatewayError::Unreachable { .. }), "{error}");
}

#[test]
fn another_version_is_told_both_versions() {
    let bench = Bench::new();
    let worker = bench.worker();
    let (admission, _client) = bench.admit(worker);
    let stream = UnixStream::connect(admission.socket().unwrap()).unwrap();
    let status = raw(stream, &request("GET", "/v1/health", "clx-version: 0.0.1\r\n", ""));
    assert!(status.contains(" 426 "), "{status}");
}

#[test]
fn connections_beyond_the_limit_wait_and_do_no_harm() {
    let bench = Bench::new();
    let worker = bench.worker();
    let (admission, client) = bench.admit(worker);
    client.activate_worker(worker, None).unwrap();
    let connect = || UnixStream::connect(admission.socket().unwrap()).unwrap();
    let idle: Vec<UnixStream> = (0..50).map(|_| connect()).collect();
    // The client's own connection was there before.
    client.beat(worker, &[], Duration::ZERO).unwrap();
    drop(idle);
    let status = raw(connect(), &request("GET", "/v1/health", &version(), ""));
    assert!(status.contains(" 200 "), "{status}");
}

#[test]
fn bodies_have_limits() {
    let bench = Bench::new();
    let worker = bench.worker();
    let (admission, client) = bench.admit(worker);
    let send = |path: &str, headers: &str, body: &str| {
        let stream = UnixStream::connect(admission.socket().unwrap()).unwrap();
        raw(stream, &request("POST", path, &format!("{}{headers}", version()), body))
    };
    let lookup = "/v1/cache/lookup";
    assert!(send(lookup, "", "not json").contains(" 400 "));
    assert!(send("/v1/blobs", "", "abc").contains(" 400 "));
    assert!(send("/v1/blobs", "clx-blob-sizes: 1,1\r\n", "abc").contains(" 400 "));
    assert!(
        send("/v1/blobs", "clx-blob-sizes: 18446744073709551615,4\r\n", "abc").contains(" 400 ")
    );
    assert!(send("/v1/nothing", "", "").contains(" 404 "));
    // It may stop reading before all is sent.
    let mut stream = UnixStream::connect(admission.socket().unwrap()).unwrap();
    let length = JSON_LIMIT + 1;
    let head = format!(
        "POST {lookup} HTTP/1.1\r\nhost: clx\r\nconnection: close\r\n{}content-length: {length}\r\n\r\n",
        version()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let _broken_off = stream.write_all(&vec![b' '; length]);
    let mut answer = String::new();
    let _broken_off = stream.read_to_string(&mut answer);
    assert!(answer.contains(" 413 "), "{answer}");
    // Whatever was sent, it goes on.
    assert_eq!(client.lookup(&[ContentHash::of("x")]).unwrap(), [None]);
}
