//! Target `gateway`: any bytes at the socket of a gateway. Principal function: [`run`].
//!
//! A first line says who sends them: `owner`, else a worker; `@VERSION@` stands for the version of clx.
//! Whatever was sent, no answer blames the server (5xx), a worker is given nothing that is the owner's,
//! and the next request is answered.

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use clx_gateway::protocol::VERSION;
use clx_gateway::{Admission, Gateway};
use clx_queue::{NewJob, NewSession, NewWorker, Queue, SqliteOptions, SqliteQueue, WorkerMode};
use clx_store::{ArtifactStore, Store, StoreOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use self::hurried::Hurried;
use crate::source::headed;

mod hurried;

const JOB_TYPE: &str = "test";

/// How long an answer may take before the request is taken for one that lacks something.
const PATIENCE: Duration = Duration::from_millis(20);

/// How long any answer may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Drives all gateways of the process.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});

thread_local! {
    /// What the next input finds, if the last one has changed nothing of it.
    static BENCH: Cell<Option<Bench>> = const { Cell::new(None) };
}

/// Sends bytes.
pub fn run(data: &[u8]) {
    let bench = BENCH.take().unwrap_or_else(Bench::new);
    check(&bench, data);
    let is_refusal = |((call, status), _): ((&str, u16), u64)| call == "health" || status >= 400;
    if bench.gateway.traffic().answers().into_iter().all(is_refusal) {
        BENCH.set(Some(bench));
    }
}

fn check(bench: &Bench, data: &[u8]) {
    let (socket, request) = match headed(data) {
        (b"owner", request) => (bench.owner.as_path(), request),
        (b"worker", request) => (bench.worker.socket().unwrap(), request),
        _ => (bench.worker.socket().unwrap(), data),
    };
    let request = with_version(request);
    let answer = exchange(socket, &request);
    if !answer.is_empty() {
        assert!(answer.starts_with(b"HTTP/1."), "{}", answer.escape_ascii());
    }
    let is_owner = socket == bench.owner;
    for ((call, status), _) in bench.gateway.traffic().answers() {
        let shown = || format!("{status} for `{call}`:\n{}", answer.escape_ascii());
        assert!(status < 500, "{}", shown());
        assert!(is_owner || call != "queue" || status >= 400, "{}", shown());
    }
    let health = b"GET /v1/health HTTP/1.1\r\nhost: clx\r\nconnection: close\r\nclx-version: @VERSION@\r\n\r\n";
    let alive = exchange(&bench.owner, &with_version(health));
    assert!(alive.starts_with(b"HTTP/1.1 200 "), "{}", alive.escape_ascii());
}

/// A queue with a worker and a job, a store with a blob, and ways in.
struct Bench {
    gateway: Gateway,
    worker: Admission,
    owner: PathBuf,
    _owner: Admission,
    _directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let options = SqliteOptions::default();
        let queue = Hurried(SqliteQueue::open(&path.join("jobs.db"), &options).unwrap());
        let store = Store::open(path, &StoreOptions::default()).unwrap();
        let session = queue.open_session(&NewSession::of_this_process(path, 0, "")).unwrap();
        let new = NewWorker::new(session, JOB_TYPE, WorkerMode::Container);
        let worker = queue.register_worker(&new).unwrap();
        queue.activate_worker(worker, None).unwrap();
        let source = ArtifactStore::put(&store, b"source").unwrap();
        let payload = format!(r#"{{"source":"{source}"}}"#).into_bytes();
        queue.enqueue(session, vec![NewJob::new(JOB_TYPE, "a.py", payload)]).unwrap();
        let gateway = Gateway::new(Arc::new(queue), Arc::new(store), RUNTIME.handle().clone());
        let owner = path.join("owner.sock");
        let admitted = gateway.admit_owner_by_socket(&owner).unwrap();
        let worker = gateway.admit_by_socket(worker, &path.join("worker")).unwrap();
        Self { gateway, worker, owner, _owner: admitted, _directory: directory }
    }
}

fn with_version(request: &[u8]) -> Vec<u8> {
    const PLACE: &[u8] = b"@VERSION@";
    let mut rest = request;
    let mut bytes = Vec::with_capacity(request.len());
    while let Some(at) = rest.windows(PLACE.len()).position(|window| window == PLACE) {
        bytes.extend(&rest[..at]);
        bytes.extend(VERSION.as_bytes());
        rest = &rest[at + PLACE.len()..];
    }
    bytes.extend(rest);
    bytes
}

/// Returns all that is answered until the connection ends. A request that is not whole is not answered:
/// after a while it is ended.
fn exchange(socket: &Path, request: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // Whoever refuses a request need not read all of it.
    let _broken_off = stream.write_all(request);
    let deadline = Instant::now() + LIMIT;
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return answer,
            Ok(n_bytes) => answer.extend(&piece[..n_bytes]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                assert!(Instant::now() < deadline, "no end of the answer after {LIMIT:?}");
                let _gone = stream.shutdown(std::net::Shutdown::Write);
            }
            Err(_reset) => return answer,
        }
    }
}
