//! A queue that outlives its programs: one adds jobs and ends, another one does them later, also when one
//! like it was killed before. Run it with `cargo run -p clx-queue --example spool`.
#![expect(clippy::print_stdout, reason = "examples show what they do")]

use std::path::Path;
use std::time::Duration;

use clx_queue::{
    NewJob, NewSession, NewWorker, Queue, QueueError, Seat, SessionId, SessionState, SqliteOptions,
    SqliteQueue, WorkerExit, WorkerMode,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Each line stands for a program of its own.
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("spool.db");
    add(&file, &["one", "two"])?;
    work(&file, 1)?;
    add(&file, &["three"])?;
    work(&file, usize::MAX)?;
    Ok(())
}

/// Adds jobs in a session of their own, which stays open: closing it would cancel them.
fn add(file: &Path, words: &[&str]) -> Result<(), QueueError> {
    let queue = SqliteQueue::open(file, &SqliteOptions::default())?;
    let session = queue.open_session(&NewSession::of_this_process(file, 0, ""))?;
    let jobs = words.iter().map(|word| NewJob::new("print", word, (*word).into()));
    queue.enqueue(session, jobs.collect())?;
    Ok(())
}

/// Does what is left, session by session, and is killed at its job number `last`. It must be the only
/// one at a time; several share a file with `clx-pool`.
fn work(file: &Path, last: usize) -> Result<(), QueueError> {
    let queue = SqliteQueue::open(file, &SqliteOptions::default())?;
    let mut n_begun = 0;
    for session in queue.sessions()?.iter().rev().filter(|of| of.state == SessionState::Open) {
        let mut seat = sit_down(&queue, session.id)?;
        // What failed or lost its worker comes back after a pause, so an empty claim is not the end.
        while queue.counts(Some(session.id))?.iter().any(|(state, n)| !state.is_final() && *n > 0) {
            let claim = seat.claim(&queue, Vec::new(), Duration::from_secs(1))?;
            for job in claim.jobs {
                n_begun += 1;
                if n_begun == last {
                    println!("killed at {}, attempt {}", job.label, job.attempt);
                    return Ok(());
                }
                println!("{}, attempt {}", job.label, job.attempt);
                seat.report(&queue, vec![job.completed(Vec::new())])?;
            }
        }
        // Only what belongs to a closed session is removed by `Queue::prune` some day.
        queue.close_session(session.id)?;
    }
    Ok(())
}

/// Takes a worker's place. Who sits there already was killed, and what it had goes back into the queue.
fn sit_down(queue: &SqliteQueue, session: SessionId) -> Result<Seat, QueueError> {
    for left in queue.workers(Some(session))? {
        let how = "its program was killed".to_owned();
        queue.remove_worker(left.id, &WorkerExit::Lost { how })?;
    }
    let worker = queue.register_worker(&NewWorker::new(session, "print", WorkerMode::InProcess))?;
    queue.activate_worker(worker, None)?;
    Ok(Seat::new(worker))
}
