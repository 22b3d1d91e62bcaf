//! A producer and a worker on one queue. Run it with `cargo run -p clx-queue --example shout`.
#![expect(clippy::print_stdout, reason = "examples show what they do")]

use std::thread;
use std::time::Duration;

use clx_queue::{
    NewJob, NewSession, NewWorker, Queue, QueueError, Seat, SqliteOptions, SqliteQueue, WorkerId,
    WorkerMode,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?;

    // The producer owns a session; its jobs, workers and results belong to it.
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;
    let words = ["one", "two", "three"];
    let jobs = words.map(|word| NewJob::new("shout", word, word.into()));
    queue.enqueue(session, jobs.into())?;

    // Whoever starts a worker registers it first. It could as well be another process.
    let worker = queue.register_worker(&NewWorker::new(session, "shout", WorkerMode::InProcess))?;
    thread::scope(|scope| {
        let working = scope.spawn(|| work(&queue, worker));
        let (mut n_finished, mut last) = (0, 0);
        while n_finished < words.len() {
            for job in queue.finished(session, last, 10, Duration::from_secs(30))? {
                println!("{}: {}", job.id, String::from_utf8(job.result.unwrap_or_default())?);
                n_finished += 1;
                last = job.seq;
            }
        }
        queue.close_session(session)?;
        working.join().expect("the worker does not panic")?;
        Ok(())
    })
}

fn work(queue: &dyn Queue, worker: WorkerId) -> Result<(), QueueError> {
    queue.activate_worker(worker, None)?;
    let mut seat = Seat::new(worker);
    let mut done = Vec::new();
    loop {
        // One transaction reports what is done and claims the next job.
        match seat.claim(queue, std::mem::take(&mut done), Duration::from_secs(30)) {
            Ok(claim) => done.extend(claim.jobs.into_iter().map(|job| {
                let result = job.payload.to_ascii_uppercase();
                job.completed(result)
            })),
            // The session was closed: there is nothing left to do.
            Err(QueueError::WorkerGone { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
