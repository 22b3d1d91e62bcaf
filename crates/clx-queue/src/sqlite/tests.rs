//! What the trait does not show: transactions, query plans, lost doorbells, a full file.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{Clock as _, ManualClock, Timestamp};
use clx_db::{Database, OpenOptions, Schema};
use rusqlite::{Connection, named_params};
use tempfile::TempDir;

use super::operation::claim;
use super::{SCHEMA, SqliteOptions, SqliteQueue, wal};
use crate::*;

const KIND: &str = "test";

struct Bench {
    queue: SqliteQueue,
    session: SessionId,
    dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let queue = open(dir.path());
        let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        Self { queue, session, dir }
    }

    fn enqueue(&self, n: usize) -> Result<Vec<JobId>, QueueError> {
        let jobs = (0..n).map(|index| NewJob::new(KIND, &index.to_string(), vec![b'x'; 1000]));
        self.queue.enqueue(self.session, jobs.collect())
    }

    fn seat(&self, queue: &SqliteQueue) -> Seat {
        let new = NewWorker::new(self.session, KIND, WorkerMode::Process);
        let worker = self.queue.register_worker(&new).unwrap();
        queue.activate_worker(worker, None).unwrap();
        Seat::new(worker)
    }

    /// Runs statements on the writing connection.
    fn sql(&self, statements: &str) {
        let writer = self.queue.committer.database().writer().unwrap();
        writer.execute_batch(statements).unwrap();
    }

    /// Claims and completes everything.
    fn drain(&self, seat: &mut Seat) {
        let mut done = Vec::new();
        loop {
            let claim = seat.claim(&self.queue, done, Duration::ZERO).unwrap();
            done = claim.jobs.into_iter().map(|job| job.completed(vec![])).collect();
            if done.is_empty() {
                return;
            }
        }
    }
}

fn open(dir: &Path) -> SqliteQueue {
    SqliteQueue::open(&dir.join("jobs.db"), &SqliteOptions::default()).unwrap()
}

#[track_caller]
fn assert_no_transaction(queue: &SqliteQueue) {
    let database = queue.committer.database();
    assert!(database.writer().unwrap().is_autocommit(), "the writer is in a transaction");
    assert!(database.reader().unwrap().is_autocommit(), "a reader is in a transaction");
}

#[test]
fn no_call_leaves_a_transaction_open() {
    let bench = Bench::new();
    let (queue, session) = (&bench.queue, bench.session);
    let check = || assert_no_transaction(queue);
    check();
    let ids = bench.enqueue(1440).unwrap();
    check();
    let bad = NewJob {
        needs: vec![(Need::InBatch(0), OnFailure::Cancel)],
        ..NewJob::new(KIND, "", vec![])
    };
    queue.enqueue(session, vec![bad]).unwrap_err();
    check();
    let mut seat = bench.seat(queue);
    check();
    let job = seat.claim(queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    check();
    let progress = Progress { job: job.id, attempt: 1, step: 1, total: 2, note: String::new() };
    queue.beat(seat.worker(), &[progress], Duration::ZERO).unwrap();
    check();
    let out_of_order = ClaimRequest {
        worker: seat.worker(),
        seq: 77,
        free: 1,
        done: vec![],
        wait: Duration::ZERO,
    };
    queue.claim(out_of_order).unwrap_err();
    check();
    seat.report(queue, vec![job.failed(ErrorClass::User, String::new())]).unwrap();
    check();
    queue.retry(ids[0]).unwrap();
    queue.retry(ids[1]).unwrap_err();
    check();
    queue.cancel(session, &CancelTarget::Job(ids[2]), "a test").unwrap();
    queue.set_paused(KIND, false).unwrap();
    queue.set_max_running(KIND, None).unwrap();
    check();
    queue.finished(session, 0, 10, Duration::ZERO).unwrap();
    queue.counts(None).unwrap();
    queue.job(ids[0]).unwrap();
    queue.jobs(&JobFilter::default()).unwrap();
    queue.attempts(ids[0]).unwrap();
    queue.workers(None).unwrap();
    queue.events(0, 10).unwrap();
    queue.sessions().unwrap();
    check();
    queue.remove_worker(seat.worker(), &WorkerExit::Stopped).unwrap();
    seat.claim(queue, vec![], Duration::ZERO).unwrap_err();
    check();
    queue.prune(&Retention::default()).unwrap();
    queue.tidy_up().unwrap();
    check();
    queue.abandon_session(session).unwrap();
    queue.close_session(session).unwrap();
    check();
}

#[test]
fn panicking_operation_leaves_no_transaction_and_a_queue_that_works() {
    let bench = Bench::new();
    let panicked = bench.queue.write::<(), _>(|_| panic!("a bug"));
    assert!(matches!(panicked, Err(QueueError::Panicked)));
    assert_no_transaction(&bench.queue);
    assert_eq!(bench.enqueue(1).unwrap().len(), 1);
}

/// Returns the steps of the claim's query, as SQLite explains them.
fn plan_of_claim(connection: &Connection) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", claim::READY)).unwrap();
    let mode = WorkerMode::Process;
    let values = named_params! { ":session": 1, ":type": 1, ":mode": mode, ":limit": 1 };
    let steps = explain.query_map(values, |row| row.get("detail")).unwrap();
    steps.collect::<Result<_, _>>().unwrap()
}

#[test]
fn claim_walks_its_index_without_a_sort() {
    let bench = Bench::new();
    bench.enqueue(100).unwrap();
    let check = || {
        let plan = plan_of_claim(&bench.queue.committer.database().reader().unwrap());
        let expected = "SEARCH jobs USING INDEX jobs_ready (session_id=? AND job_type=?)";
        assert_eq!(plan, [expected]);
    };
    check();
    // 100,000 finished jobs, with and without statistics.
    bench.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         INSERT INTO jobs(session_id, job_type, state, max_failures, max_losses, label, payload,
                          created_us)
         SELECT 1, 1, 4, 3, 3, 'done', x'00', 0 FROM n",
    );
    check();
    bench.sql("ANALYZE");
    // The readers' schema is read anew with the statistics.
    drop(open(bench.dir.path()));
    check();
}

#[test]
fn lost_doorbell_delays_a_job_by_a_safety_poll_at_most() {
    let bench = Bench::new();
    // Another handle stands for another process: it has a doorbell of its own.
    let poll = Duration::from_millis(200);
    let options = SqliteOptions { safety_poll: poll, ..SqliteOptions::default() };
    let other = SqliteQueue::open(&bench.dir.path().join("jobs.db"), &options).unwrap();
    let mut seat = bench.seat(&other);
    bench.sql("UPDATE workers SET doorbell = ''");
    let limit = Duration::from_secs(60);
    std::thread::scope(|scope| {
        let claim = scope.spawn(|| {
            let claim = seat.claim(&other, vec![], limit).unwrap();
            (claim.jobs.len(), Instant::now())
        });
        let enqueued = Instant::now();
        bench.enqueue(1).unwrap();
        let (n_jobs, claimed) = claim.join().unwrap();
        assert_eq!(n_jobs, 1);
        // Far below the limit of the claim, and above the poll for a busy machine.
        assert!(claimed.duration_since(enqueued) < poll + Duration::from_secs(2));
    });
}

#[test]
fn doorbell_wakes_a_worker_of_another_process_long_before_its_safety_poll() {
    let bench = Bench::new();
    let options =
        SqliteOptions { safety_poll: Duration::from_secs(3600), ..SqliteOptions::default() };
    let other = SqliteQueue::open(&bench.dir.path().join("jobs.db"), &options).unwrap();
    let mut seat = bench.seat(&other);
    std::thread::scope(|scope| {
        let claim = scope.spawn(|| seat.claim(&other, vec![], Duration::from_secs(60)).unwrap());
        bench.enqueue(1).unwrap();
        assert_eq!(claim.join().unwrap().jobs.len(), 1);
    });
}

#[test]
fn long_job_with_live_beats_runs_once() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let options = SqliteOptions { clock: Arc::clone(&clock) as _, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).unwrap();
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
    let bench = Bench { queue, session, dir };
    bench.enqueue(1).unwrap();
    let (mut busy, mut idle) = (bench.seat(&bench.queue), bench.seat(&bench.queue));
    let job = busy.claim(&bench.queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    let begin = clock.now();
    while clock.now().since(begin) < Duration::from_secs(20 * 60) {
        clock.advance(Duration::from_secs(5));
        bench.queue.beat(busy.worker(), &[], Duration::ZERO).unwrap();
        let claim = idle.claim(&bench.queue, vec![], Duration::ZERO).unwrap();
        assert!(claim.jobs.is_empty(), "the job is given to a second worker");
    }
    let claim = busy.report(&bench.queue, vec![job.completed(vec![])]).unwrap();
    assert_eq!(claim.lost, []);
    let finished = bench.queue.finished(session, 0, 10, Duration::ZERO).unwrap();
    assert_eq!((finished[0].state, finished[0].attempts), (JobState::Completed, 1));
}

#[test]
fn clock_that_goes_back_holds_up_no_job_that_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let options = SqliteOptions { clock: Arc::clone(&clock) as _, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).unwrap();
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
    let bench = Bench { queue, session, dir };
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    // Who names a moment waits for it, whatever the clock does.
    let later = NewJob { not_before: Some(clock.now()), ..NewJob::new(KIND, "later", vec![]) };
    clock.set(clock.now().minus(year));
    let later = bench.queue.enqueue(session, vec![later]).unwrap()[0];
    let job = bench.enqueue(1).unwrap()[0];
    let mut seat = bench.seat(&bench.queue);
    let mut claim = || seat.claim(&bench.queue, vec![], Duration::ZERO).unwrap().jobs.pop();
    let first = claim().unwrap();
    let failed = vec![first.failed(ErrorClass::Transient, "it broke".to_owned())];
    assert!(seat.report(&bench.queue, failed).unwrap().jobs.is_empty());
    let mut claim = || seat.claim(&bench.queue, vec![], Duration::ZERO).unwrap().jobs.pop();
    assert!(claim().is_none(), "the pause is kept");
    clock.set(clock.now().minus(year));
    let again = claim().unwrap();
    assert_eq!((again.id, again.attempt), (job, 2));
    assert_eq!(bench.queue.job(later).unwrap().unwrap().state, JobState::Scheduled);
}

#[test]
fn full_file_refuses_what_does_not_fit_and_keeps_the_rest() {
    let bench = Bench::new();
    let pages = |n: u32| bench.sql(&format!("PRAGMA max_page_count = {n}"));
    pages(200);
    let mut n_jobs: u64 = 0;
    let error = loop {
        match bench.enqueue(10) {
            Ok(ids) => n_jobs += ids.len() as u64,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().starts_with("the disk is full"), "{error}");
    assert_no_transaction(&bench.queue);
    let counts = bench.queue.counts(None).unwrap();
    assert!(n_jobs > 100, "{n_jobs}");
    assert_eq!(counts.get(&JobState::Ready), Some(&n_jobs));

    pages(100_000);
    n_jobs += bench.enqueue(10).unwrap().len() as u64;
    bench.drain(&mut bench.seat(&bench.queue));
    assert_eq!(bench.queue.counts(None).unwrap().get(&JobState::Completed), Some(&n_jobs));
    let writer = bench.queue.committer.database().writer().unwrap();
    let check: String = writer.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn long_wal_is_cut_once_its_readers_have_ended() {
    let bench = Bench::new();
    let path = bench.queue.path().to_owned();
    let grow = |n: usize| {
        for _ in 0..n {
            let job = NewJob::new(KIND, "big", vec![b'x'; 4 << 20]);
            bench.queue.enqueue(bench.session, vec![job]).unwrap();
        }
    };
    {
        let reader = bench.queue.committer.database().reader().unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM jobs").unwrap();
        grow(10);
        assert!(wal::is_long(&path), "a reader holds it");
        reader.execute_batch("COMMIT").unwrap();
    }
    grow(20);
    assert!(!wal::is_long(&path));
}

#[test]
fn file_of_version_1_is_brought_up_to_date_with_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let old = Schema { migrations: &SCHEMA.migrations[..1], ..SCHEMA };
    let path = dir.path().join("jobs.db");
    let database = Database::open(&path, &old, &OpenOptions::default()).unwrap();
    let insert =
        "INSERT INTO sessions(token, owner_pid, owner_start, boot_id, root, state, created_us)
                  VALUES ('t', 1, 2, 'boot', '/course', 1, 3)";
    database.writer().unwrap().execute(insert, ()).unwrap();
    drop(database);
    let queue = open(dir.path());
    let sessions = queue.sessions().unwrap();
    assert_eq!((sessions.len(), sessions[0].role, &*sessions[0].note), (1, SessionRole::Own, ""));
    let tables = |path: &Path| -> Vec<String> {
        let connection = Connection::open(path).unwrap();
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY 1")
            .unwrap();
        let rows = statement.query_map((), |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let fresh = Bench::new();
    assert_eq!(tables(&path), tables(&fresh.dir.path().join("jobs.db")));
}

#[test]
fn jobs_in_trouble_are_found_by_their_index() {
    let bench = Bench::new();
    let reader = bench.queue.committer.database().reader().unwrap();
    let plan: String = reader
        .query_row(
            "EXPLAIN QUERY PLAN
             SELECT id FROM jobs
             WHERE 1 AND jobs.error_class NOT IN (6, 7)
             ORDER BY jobs.session_id DESC, jobs.id DESC LIMIT 5",
            (),
            |row| row.get("detail"),
        )
        .unwrap();
    assert!(plan.contains("USING INDEX jobs_troubled"), "{plan}");
    let cancelled = [ErrorClass::Dependency as i64, ErrorClass::Cancelled as i64];
    assert_eq!(cancelled, [6, 7]);
}
