//! How waiters hear of what other handles did.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use clx_queue::{CancelTarget, JobState, NewJob, Queue as _};
use clx_queue_postgres::PostgresQueue;
use clx_testkit::postgres::PostgresServer;
use postgres::{Client, NoTls};

use super::{KIND, LIMIT, jobs, open, options, seat, session};

/// Far longer than any test: whoever wakes with this one was told.
const NEVER: Duration = Duration::from_secs(600);

fn without_look(url: &str) -> PostgresQueue {
    let mut options = options(url);
    options.safety_poll = NEVER;
    PostgresQueue::open(options).unwrap()
}

/// Waits until a handle listens, as the server sees it.
fn until_listening(url: &str, n: i64) {
    let mut client = Client::connect(url, NoTls).unwrap();
    let end = Instant::now() + LIMIT;
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE query LIKE 'LISTEN%' AND wait_event = 'ClientRead'";
    while client.query_one(sql, &[]).unwrap().get::<_, i64>(0) < n {
        assert!(Instant::now() < end, "nobody listens");
        std::thread::yield_now();
    }
}

#[test]
fn other_handles_are_told() {
    let server = PostgresServer::start();
    let (here, there) = (without_look(&server.url()), without_look(&server.url()));
    until_listening(&server.url(), 2);
    let session = session(&here);
    let mut seat = seat(&there, session);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let claimed = seat.claim(&there, vec![], LIMIT).unwrap().jobs.remove(0);
            let beat = there.beat(seat.worker(), &[], LIMIT).unwrap();
            assert_eq!(beat.cancel, [claimed.id]);
            seat.report(&there, vec![claimed.cancelled()]).unwrap();
        });
        let id = here.enqueue(session, jobs(1)).unwrap()[0];
        while here.job(id).unwrap().unwrap().state != JobState::Running {
            assert!(begin.elapsed() < LIMIT, "nobody claims the job");
            std::thread::yield_now();
        }
        here.cancel(session, &CancelTarget::Job(id), "a test").unwrap();
        assert_eq!(here.finished(session, 0, 10, LIMIT).unwrap()[0].id, id);
        working.join().unwrap();
    });
    assert!(begin.elapsed() < LIMIT / 2, "{:?}", begin.elapsed());
}

#[test]
fn lost_messages_are_made_up_for_by_the_look() {
    let server = PostgresServer::start();
    let url = server.url();
    // One handle never listens, the other one's connection is ended as soon as it does.
    let (deaf, cut) = (open(&(url.clone() + "&listen=no")), open(&url));
    until_listening(&url, 1);
    let mut client = Client::connect(&url, NoTls).unwrap();
    let session = session(&cut);
    for queue in [&deaf, &cut] {
        let mut seat = seat(queue, session);
        let enqueuer = if std::ptr::eq(queue, &deaf) { &cut } else { &deaf };
        let begin = Instant::now();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| seat.claim(queue, vec![], LIMIT).unwrap());
            client
                .execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'",
                    &[],
                )
                .unwrap();
            enqueuer.enqueue(session, jobs(1)).unwrap();
            assert_eq!(waiting.join().unwrap().jobs.len(), 1);
        });
        assert!(begin.elapsed() < LIMIT / 2, "{:?}", begin.elapsed());
    }
}

#[test]
fn delayed_job_starts_when_it_is_due_by_the_server_s_clock() {
    let server = PostgresServer::shared();
    let queue = without_look(&(server.url() + "&schema=delayed"));
    let session = session(&queue);
    let mut seat = seat(&queue, session);
    let mut client = Client::connect(&server.url(), NoTls).unwrap();
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let mut now = || clx_core::Timestamp::from_us(client.query_one(sql, &[]).unwrap().get(0));
    let due = now().plus(Duration::from_millis(300));
    let job = NewJob { not_before: Some(due), ..NewJob::new(KIND, "later", vec![]) };
    queue.enqueue(session, vec![job]).unwrap();
    let claim = seat.claim(&queue, vec![], LIMIT).unwrap();
    assert_eq!(claim.jobs.len(), 1);
    assert!(now() >= due);
    assert!(now().since(due) < LIMIT / 2);
}

#[test]
fn each_ready_job_wakes_one_worker() {
    let server = PostgresServer::shared();
    let queue = without_look(&(server.url() + "&schema=herd"));
    let session = session(&queue);
    let start = Barrier::new(13);
    std::thread::scope(|scope| {
        let waiters: Vec<_> = (0..12)
            .map(|_| {
                scope.spawn(|| {
                    let mut seat = seat(&queue, session);
                    start.wait();
                    let claim = seat.claim(&queue, vec![], Duration::from_secs(4)).unwrap();
                    claim.jobs.len()
                })
            })
            .collect();
        start.wait();
        queue.enqueue(session, jobs(5)).unwrap();
        let claimed: Vec<_> = waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect();
        assert_eq!(claimed.iter().sum::<usize>(), 5, "{claimed:?}");
    });
}
