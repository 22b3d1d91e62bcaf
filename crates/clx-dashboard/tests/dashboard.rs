//! A dashboard on real sockets: what it shows, to whom, and what it does for whom.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{ContentHash, SystemClock};
use clx_dashboard::{Dashboard, DashboardOptions};
use clx_queue::{
    ErrorClass, JobId, JobState, NewJob, NewSession, NewWorker, Queue, Seat, SessionId,
    SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_serve::Port;
use clx_store::{Store, StoreOptions};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(30);

/// A queue with a build, and a dashboard of it.
struct Bench {
    dashboard: Dashboard,
    queue: Arc<SqliteQueue>,
    session: SessionId,
    dir: TempDir,
    _runtime: Runtime,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Bench {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default());
        let queue = Arc::new(queue.unwrap());
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = DashboardOptions {
            queue: Arc::clone(&queue) as _,
            store_dir: dir.path().to_owned(),
            clock: Arc::new(SystemClock),
            is_dead: Box::new(|_| false),
            host: Ipv4Addr::LOCALHOST.into(),
            port: Port::Exactly(0),
        };
        let dashboard = Dashboard::start(runtime.handle(), options).unwrap();
        Self { dashboard, queue, session, dir, _runtime: runtime }
    }

    fn enqueue(&self, labels: &[&str]) -> Vec<JobId> {
        let jobs = labels.iter().map(|label| NewJob::new("notebook", label, vec![])).collect();
        self.queue.enqueue(self.session, jobs).unwrap()
    }

    /// Has the next job fail with a message.
    fn fail(&self, message: &str) {
        let new = NewWorker::new(self.session, "notebook", WorkerMode::InProcess);
        let worker = self.queue.register_worker(&new).unwrap();
        self.queue.activate_worker(worker, None).unwrap();
        let mut seat = Seat::new(worker);
        let job = seat.claim(&*self.queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
        let failed = job.failed(ErrorClass::User, message.to_owned());
        seat.report(&*self.queue, vec![failed]).unwrap();
    }

    fn host(&self) -> String {
        self.dashboard.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, request: &str) -> Answer {
        let mut answer = String::new();
        self.send(request).read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        let host = self.host();
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    #[track_caller]
    fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        let (host, n) = (self.host(), body.len());
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {n}\r\n\
             Connection: close\r\n\r\n{body}"
        ))
    }

    /// Takes the token of a form.
    fn token(&self, page: &str) -> String {
        let body = self.get(page).body;
        let rest = body.split("name=\"token\" value=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    fn state(&self, job: JobId) -> JobState {
        self.queue.job(job).unwrap().unwrap().state
    }
}

#[test]
fn every_page_shows_what_there_is_and_what_is_not_there_yet() {
    let bench = Bench::new();
    for page in ["/", "/builds", "/builds/1", "/jobs", "/cache", "/tree/"] {
        let answer = bench.get(page);
        assert_eq!(answer.status, 200, "{page}: {}", answer.body);
        assert!(page == "/builds" || answer.body.contains("class=\"empty\""), "{page}");
    }
    let jobs = bench.enqueue(&["slides/<a>.py", "slides/b.py"]);
    bench.fail("division by zero");
    for page in ["/", "/builds", "/builds/1", "/jobs", &format!("/jobs/{}", jobs[0])] {
        let answer = bench.get(page);
        assert_eq!(answer.status, 200, "{page}: {}", answer.body);
        assert!(!answer.body.contains("<a>.py"), "{page} escapes");
    }
    let page = bench.get(&format!("/jobs/{}", jobs[0])).body;
    assert!(page.contains("&lt;a&gt;.py") && page.contains("division by zero"), "{page}");
    let failed = bench.get("/jobs?failed=yes").body;
    assert!(failed.contains(">1 job<"), "failed ones alone: {failed}");
}

#[test]
fn what_is_not_there_is_told_by_the_status() {
    let bench = Bench::new();
    for (path, status) in [
        ("/nothing", 404),
        ("/jobs/77", 404),
        ("/builds/77", 404),
        ("/jobs?status=lost", 400),
        ("/depends", 400),
        ("/depends?source=x", 404),
        ("/api/nothing", 404),
    ] {
        assert_eq!(bench.get(path).status, status, "{path}");
    }
    let answer = bench.get("/api/jobs?page_size=1000");
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer.status, 400);
    assert!(problem["error"]["message"].is_string() && problem["error"]["hint"].is_string());
}

#[test]
fn json_has_exact_totals_and_pages() {
    let bench = Bench::new();
    bench.enqueue(&["a.py", "b.py", "c.py"]);
    bench.fail("wrong");
    let page = bench.json("/api/jobs?page_size=2");
    assert_eq!((&page["total"], page["jobs"].as_array().unwrap().len()), (&3.into(), 2));
    let rest = bench.json(&format!("/api/jobs?page_size=2&after={}", page["after"]));
    assert_eq!(rest["jobs"][0]["document"], "a.py");
    assert!(rest["after"].is_null());
    assert_eq!(bench.json("/api/jobs?status=failed&text=A.py")["total"], 1);
    assert_eq!(bench.json("/api/jobs/1")["problems"][0]["message"], "wrong");
    let status = bench.json("/api/status");
    assert_eq!(status["queue"]["pending"], 2);
    assert_eq!(status["database"]["exists"], true);
    assert_eq!(bench.json("/api/health")["status"], status["status"]);
    assert_eq!(bench.json("/api/builds")["builds"][0]["jobs"], 3);
    assert_eq!(bench.json("/api/workers")["workers"][0]["kind"], "notebook");
    assert_eq!(bench.json("/api/version")["name"], "clx");
}

#[test]
fn file_that_is_gone_is_an_error_and_no_empty_list() {
    let bench = Bench::new();
    std::fs::remove_file(bench.queue.path()).unwrap();
    for path in ["/jobs", "/api/jobs", "/api/health", "/api/builds"] {
        let answer = bench.get(path);
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.body.contains("\"error\""), path.starts_with("/api"), "{path}");
    }
}

#[test]
fn form_with_the_token_cancels_and_retries() {
    let bench = Bench::new();
    let jobs = bench.enqueue(&["a.py", "b.py"]);
    let body = format!("token={}", bench.token("/jobs/1"));
    let origin = format!("Origin: http://{}\r\n", bench.host());
    let answer = bench.post("/jobs/1/cancel", &origin, &body);
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.head.contains("location: /jobs/1"), "{}", answer.head);
    assert_eq!(bench.state(jobs[0]), JobState::Cancelled);

    let answer = bench.post("/jobs/1/retry", &origin, &body);
    assert!(answer.head.contains("location: /jobs/3"), "{}", answer.head);
    assert_eq!(bench.post("/jobs/2/retry", "", &body).status, 409, "it waits still");
    assert_eq!(bench.post("/builds/1/cancel", "", &body).status, 303);
    assert_eq!([bench.state(jobs[1]), bench.state(JobId(3))], [JobState::Cancelled; 2]);
    assert_eq!(bench.post("/builds/9/cancel", "", &body).status, 404);

    bench.queue.close_session(bench.session).unwrap();
    let answer = bench.post("/jobs/1/retry", "", &body);
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("build the course again"), "{}", answer.body);
}

#[test]
fn nobody_else_changes_anything() {
    let bench = Bench::new();
    let job = bench.enqueue(&["a.py"])[0];
    let right = format!("token={}", bench.token("/jobs/1"));
    let own = format!("Origin: http://{}\r\n", bench.host());
    for (origin, body) in [
        (own.as_str(), ""),
        (&own, "token="),
        (&own, "token=00000000000000000000000000000000"),
        ("Origin: http://evil.example\r\n", &right),
        ("Origin: null\r\n", &right),
        ("Origin: http://localhost:1\r\n", &right),
    ] {
        let answer = bench.post("/jobs/1/cancel", origin, body);
        assert_eq!(answer.status, 403, "{origin}{body}");
    }
    let answer = bench.get(&format!("/jobs/1/cancel?{right}"));
    assert_eq!(answer.status, 405, "reading changes nothing");
    assert_eq!(bench.post("/jobs/1", "", &right).status, 405);
    assert_eq!(bench.state(job), JobState::Ready);
}

#[test]
fn other_names_are_not_answered() {
    let bench = Bench::new();
    let host = bench.host();
    let port = host.rsplit(':').next().unwrap();
    let status = |host: &str| {
        bench.ask(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).status
    };
    assert_eq!(status(&format!("localhost:{port}")), 200);
    for host in ["evil.example", &format!("evil.example:{port}"), "localhost", "127.0.0.1:1"] {
        assert_eq!(status(host), 421, "{host}");
    }
}

#[test]
fn headers_keep_pages_to_themselves() {
    let bench = Bench::new();
    let Answer { head, body, .. } = bench.get("/");
    for header in [
        "content-security-policy: default-src 'none'; script-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: same-origin",
        "x-frame-options: deny",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert!(!head.contains("access-control"), "{head}");
    assert!(!body.contains("<script>") && !body.contains(" style="), "{body}");
}

#[test]
fn built_files_are_served_without_scripts_and_nothing_beside_them() {
    let bench = Bench::new();
    let root = bench.dir.path().join("output/public");
    std::fs::create_dir_all(root.join("En")).unwrap();
    std::fs::create_dir_all(root.join(".git")).unwrap();
    let page = "<body><script>1</script></body>";
    std::fs::write(root.join("En/01 a.html"), page).unwrap();
    std::fs::write(root.join(".git/config"), "secret").unwrap();
    std::fs::write(bench.dir.path().join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(bench.dir.path().join("secret"), root.join("link")).unwrap();
    let store = Store::open(bench.dir.path(), &StoreOptions::default()).unwrap();
    let claim = [(Path::new("En/01 a.html"), ContentHash::of("page"))];
    store.note_outputs(&root, &[], &claim).unwrap();

    let answer = bench.get("/tree/public/En/01%20a.html");
    assert_eq!((answer.status, answer.body.as_str()), (200, page));
    assert!(answer.head.contains("content-security-policy: sandbox"), "{}", answer.head);
    assert!(!answer.head.contains("allow-scripts"), "{}", answer.head);
    assert!(bench.get("/tree/public/").body.contains("./En/"));
    assert!(bench.get("/tree/").body.contains(">public</a>"));
    for path in [
        "/tree/public/link",
        "/tree/public/../../secret",
        "/tree/public/%2e%2e/%2e%2e/secret",
        "/tree/public/.git/config",
        "/tree/public/%2Egit/config",
        "/tree/other/x",
        "/tree//etc/passwd",
    ] {
        let answer = bench.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
}

#[test]
fn changes_of_another_process_are_pushed() {
    let bench = Bench::new();
    let host = bench.host();
    let stream = bench.send(&format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    // Skips to an event whose data have the word.
    let mut next = |event: &str, word: &str| {
        let mut name = String::new();
        let found = lines.any(|line| {
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            }
            name == event && line.starts_with("data: ") && line.contains(word)
        });
        assert!(found, "the stream ended without {event} {word}");
    };
    next("status", "\"pending\":0");
    let other = SqliteQueue::open(bench.queue.path(), &SqliteOptions::default()).unwrap();
    other.enqueue(bench.session, vec![NewJob::new("notebook", "a.py", vec![])]).unwrap();
    next("status", "\"pending\":1");
    next("jobs", "\"pending\":1");
    next("builds", "\"jobs\":1");
}
