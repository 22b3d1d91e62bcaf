//! What can go wrong between a queue and its server, and many handles at once.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

mod access;
mod crash;
mod drain;
mod lost_answer;
mod migration;
mod plan;
mod proxy;
mod waking;

use std::path::Path;
use std::time::Duration;

use clx_queue::{NewJob, NewSession, NewWorker, Owner, Queue, Seat, SessionId, WorkerMode};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};

const KIND: &str = "test";

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(60);

fn options(url: &str) -> PostgresOptions {
    PostgresOptions::from_url(url, &PasswordSources::default()).unwrap()
}

fn open(url: &str) -> PostgresQueue {
    PostgresQueue::open(options(url)).unwrap()
}

fn session(queue: &PostgresQueue) -> SessionId {
    let owner = Owner { pid: 1, start: 2, boot_id: "boot".to_owned() };
    queue.open_session(&NewSession::new(owner, Path::new("/course"))).unwrap()
}

fn seat(queue: &PostgresQueue, session: SessionId) -> Seat {
    let new = NewWorker::new(session, KIND, WorkerMode::Process);
    let worker = queue.register_worker(&new).unwrap();
    queue.activate_worker(worker, None).unwrap();
    Seat::new(worker)
}

fn jobs(n: usize) -> Vec<NewJob> {
    (0..n).map(|n| NewJob::new(KIND, &n.to_string(), n.to_string().into_bytes())).collect()
}
