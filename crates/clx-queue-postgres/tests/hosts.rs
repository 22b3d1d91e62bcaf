//! What many hosts need beyond jobs: leases that any host watches, and shared results.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use std::path::Path;
use std::time::{Duration, Instant};

use clx_core::{ActionResult, Artifact, ContentHash};
use clx_queue::{
    JobState, NewJob, NewSession, NewWorker, Owner, Queue, QueueError, Seat, SessionId,
    SessionState, WorkerId, WorkerMode,
};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_store::ResultIndex;
use clx_testkit::postgres::PostgresServer;

const LIMIT: Duration = Duration::from_secs(20);

/// Opens the queue as one more host.
fn host(schema: &str) -> PostgresQueue {
    let url = format!("{}&schema={schema}", PostgresServer::shared().url());
    let mut options = PostgresOptions::from_url(&url, &PasswordSources::default()).unwrap();
    options.session_lease = Duration::from_millis(1500);
    options.lease_look = Duration::from_millis(100);
    PostgresQueue::open(options).unwrap()
}

fn open_session(queue: &PostgresQueue) -> SessionId {
    let owner = Owner { pid: 1, start: 0, boot_id: String::new() };
    queue.open_session(&NewSession::new(owner, Path::new("/course"))).unwrap()
}

fn worker(queue: &PostgresQueue, session: SessionId) -> WorkerId {
    let lease = Duration::from_millis(500);
    let new = NewWorker { lease, ..NewWorker::new(session, "test", WorkerMode::InProcess) };
    let id = queue.register_worker(&new).unwrap();
    queue.activate_worker(id, None).unwrap();
    id
}

/// Looks until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn state(queue: &PostgresQueue, session: SessionId) -> SessionState {
    queue.sessions().unwrap().into_iter().find(|one| one.id == session).unwrap().state
}

#[test]
fn job_of_a_host_that_is_silent_goes_to_another_and_its_late_result_is_refused() {
    let schema = PostgresServer::fresh_schema();
    let (owner, silent, other) = (host(&schema), host(&schema), host(&schema));
    let session = open_session(&owner);
    let job = owner.enqueue(session, vec![NewJob::new("test", "job", vec![1])]).unwrap()[0];
    let mut first = Seat::new(worker(&silent, session));
    let lost = first.claim(&silent, vec![], LIMIT).unwrap().jobs.remove(0);
    // It never beats again. The other one does.
    let second = worker(&other, session);
    let mut seat = Seat::new(second);
    let claimed = std::thread::scope(|scope| {
        let claimed = scope.spawn(|| seat.claim(&other, vec![], LIMIT));
        while !claimed.is_finished() {
            other.beat(second, &[], Duration::from_millis(100)).unwrap();
        }
        claimed.join().unwrap().unwrap().jobs.remove(0)
    });
    assert_eq!((claimed.id, claimed.attempt), (job, 2));
    let late = first.claim(&silent, vec![lost.completed(b"late".into())], Duration::ZERO);
    assert!(matches!(late, Err(QueueError::WorkerGone { .. })), "{late:?}");
    seat.claim(&other, vec![claimed.completed(b"right".into())], Duration::ZERO).unwrap();
    let finished = owner.finished(session, 0, 10, LIMIT).unwrap();
    assert_eq!(finished[0].result.as_deref(), Some(&b"right"[..]));
    let attempts = owner.attempts(job).unwrap();
    assert!(attempts[0].detail.starts_with("nothing was heard of it for"), "{attempts:?}");
}

#[test]
fn session_ends_with_its_host_and_no_sooner() {
    let schema = PostgresServer::fresh_schema();
    let (gone, stays) = (host(&schema), host(&schema));
    let (lost, kept) = (open_session(&gone), open_session(&stays));
    let job = gone.enqueue(lost, vec![NewJob::new("test", "job", vec![1])]).unwrap()[0];
    drop(gone);
    until("the session is abandoned", || state(&stays, lost) == SessionState::Abandoned);
    assert_eq!(stays.job(job).unwrap().unwrap().state, JobState::Cancelled);
    assert_eq!(state(&stays, kept), SessionState::Open);
    let late = stays.enqueue(lost, vec![NewJob::new("test", "job", vec![1])]);
    assert!(matches!(late, Err(QueueError::SessionClosed { .. })), "{late:?}");
}

#[test]
fn queue_may_be_let_go_by_an_async_task() {
    let queue = host(&PostgresServer::fresh_schema());
    open_session(&queue);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async move { drop(queue) });
}

#[test]
fn results_are_shared() {
    let schema = PostgresServer::fresh_schema();
    let (one, other) = (host(&schema).results(), host(&schema).results());
    let keys: Vec<_> = (0..3).map(|n| ContentHash::of(n.to_string())).collect();
    let result = |name: &str| ActionResult {
        artifacts: vec![Artifact { name: name.to_owned(), hash: keys[0], size: 1 }],
        ..ActionResult::default()
    };
    assert_eq!(other.lookup(&[]).unwrap(), []);
    assert_eq!(other.lookup(&keys).unwrap(), [None, None, None]);
    let (a, b, c) = (result("a"), result("b"), result("c"));
    one.record(&[(keys[0], &a), (keys[2], &b), (keys[0], &c)]).unwrap();
    // Of two results of one key the last one counts.
    assert_eq!(other.lookup(&keys).unwrap(), [Some(c), None, Some(b.clone())]);
    one.record(&[(keys[0], &a)]).unwrap();
    let repeated = [keys[2], keys[0], keys[2]];
    assert_eq!(other.lookup(&repeated).unwrap(), [Some(b.clone()), Some(a), Some(b)]);
}
