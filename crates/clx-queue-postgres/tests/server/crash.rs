//! A server that is killed and started again while jobs run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clx_queue::{Completion, Queue as _, QueueError, SessionId, WorkerExit};
use clx_queue_postgres::PostgresQueue;
use clx_testkit::postgres::PostgresServer;

use super::{LIMIT, jobs, open, seat, session};

const N_JOBS: usize = 600;

#[test]
fn killed_server_loses_no_job_and_accepts_none_twice() {
    survive("");
}

#[test]
fn killed_server_that_keeps_everything_undoes_nothing() {
    survive("&durability=full");
}

fn survive(parameters: &str) {
    let mut server = PostgresServer::start();
    let url = server.url() + parameters;
    let queue = open(&url);
    let others = open(&url);
    let session = session(&queue);
    let is_over = AtomicBool::new(false);
    let mut collected = BTreeMap::new();
    let mut ids = Vec::new();
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        for n in 0..8 {
            let queue = if n % 2 == 0 { &queue } else { &others };
            scope.spawn(|| work(queue, session, &is_over));
        }
        let enqueuing = scope.spawn(|| {
            let mut ids = Vec::new();
            for _ in 0..N_JOBS / 20 {
                ids.extend(queue.enqueue(session, jobs(20)).unwrap());
            }
            ids
        });
        let (mut after, mut kills) = (0, 0);
        let end = Instant::now() + LIMIT;
        while collected.len() < N_JOBS && Instant::now() < end {
            // Killed twice, in the midst of it.
            if collected.len() > N_JOBS / 4 * (kills + 1) && kills < 2 {
                server.kill();
                server.restart();
                kills += 1;
            }
            for job in queue.finished(session, after, 50, Duration::from_secs(1)).unwrap() {
                assert_eq!(job.seq, after + 1);
                after = job.seq;
                let again = collected.insert(job.id, job.result);
                assert_eq!(again, None, "job {} was accepted twice", job.id);
            }
        }
        assert_eq!(kills, 2);
        ids = enqueuing.join().unwrap();
    });
    ids.sort_unstable();
    assert_eq!(collected.keys().copied().collect::<Vec<_>>(), ids);
    assert!(collected.values().all(|result| result.as_deref() == Some(&b"done"[..])));
}

/// Lets the workers end, also if the test fails.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Works like a pool's worker: one that the queue no longer knows, or knows otherwise, is replaced.
fn work(queue: &PostgresQueue, session: SessionId, is_over: &AtomicBool) {
    let mut place = seat(queue, session);
    let mut report: Vec<Completion> = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        match place.claim(queue, report.clone(), Duration::from_millis(200)) {
            Ok(claim) => {
                report =
                    claim.jobs.into_iter().map(|job| job.completed(b"done".to_vec())).collect();
            }
            Err(error) if error.is_transient() => {}
            Err(QueueError::ClaimOutOfOrder { .. } | QueueError::WorkerGone { .. }) => {
                let exit = WorkerExit::Lost { how: "the server forgot its claim".to_owned() };
                queue.remove_worker(place.worker(), &exit).unwrap();
                place = seat(queue, session);
                report.clear();
            }
            Err(error) => panic!("{error}"),
        }
    }
}
