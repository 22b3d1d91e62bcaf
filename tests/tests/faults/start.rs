//! Opening and closing: how often a file is looked over, and what is given back.

use std::path::Path;
use std::time::{Duration, Instant};

use clx_queue::{
    NewJob, NewSession, NewWorker, Queue, Seat, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_store::{Store, StoreOptions};

use super::LIMIT;

fn open(dir: &Path) -> (SqliteQueue, Store) {
    let queue = SqliteQueue::open(&dir.join("jobs.db"), &SqliteOptions::default()).unwrap();
    (queue, Store::open(dir, &StoreOptions::default()).unwrap())
}

/// Does a job, and keeps its result.
fn work(queue: &SqliteQueue, store: &Store) {
    let session = queue.open_session(&NewSession::of_this_process(queue.path(), 0, "")).unwrap();
    let new = NewWorker::new(session, "test", WorkerMode::InProcess);
    let mut seat = Seat::new(queue.register_worker(&new).unwrap());
    queue.activate_worker(seat.worker(), None).unwrap();
    queue.enqueue(session, vec![NewJob::new("test", "a", vec![])]).unwrap();
    let job = seat.claim(queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    let blob = store.put(&job.id.0.to_le_bytes()).unwrap();
    seat.report(queue, vec![job.completed(blob.to_hex().into_bytes())]).unwrap();
    store.get(&blob).unwrap();
    queue.close_session(session).unwrap();
}

#[test]
fn schema_is_looked_over_once_when_a_file_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (queue, store) = open(dir.path());
    // Whoever looked again would find a version that it does not know.
    for name in ["jobs.db", "cache.db"] {
        let connection = rusqlite::Connection::open(dir.path().join(name)).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
    }
    for _ in 0..20 {
        work(&queue, &store);
    }
    // More readers than there were before.
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(queue.sessions().unwrap().len(), 20));
        }
    });
    assert!(SqliteQueue::open(queue.path(), &SqliteOptions::default()).is_err());
    assert!(Store::open(dir.path(), &StoreOptions::default()).is_err());
}

#[test]
fn hundred_queues_and_stores_leave_no_descriptor() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..100 {
        let (queue, store) = open(dir.path());
        work(&queue, &store);
    }
    let count = || {
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        let targets = links.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        targets.filter(|target| target.starts_with(dir.path())).count()
    };
    // Threads of the pools may still be dropping their last reader.
    let begin = Instant::now();
    while count() > 0 && begin.elapsed() < LIMIT {
        std::thread::yield_now();
    }
    assert_eq!(count(), 0);
}
