//! How many jobs pass through the queue in a second.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_queue::{Queue, Seat, WorkerMode};
use serde_json::json;

use crate::Figures;
use crate::place::{Crew, Nothing, Place};

const N_WORKERS: usize = 16;
const N_JOBS: usize = 20_000;
const N_SINGLE: usize = 2_000;

pub fn measure(below: &Path) -> Figures {
    Ok(json!({
        "enqueue_per_s": enqueue(&Place::new(below)?)?,
        "claim_per_s": claim(&Place::new(below)?)?,
        "drain_per_s": drain(&Place::new(below)?)?,
    }))
}

/// One job per call, one caller.
fn enqueue(place: &Place) -> Result<f64, Box<dyn std::error::Error>> {
    let begin = Instant::now();
    for _ in 0..N_SINGLE {
        place.enqueue(1)?;
    }
    Ok(N_SINGLE as f64 / begin.elapsed().as_secs_f64())
}

/// Claim and complete on the bare queue.
fn claim(place: &Place) -> Result<f64, Box<dyn std::error::Error>> {
    place.fill(N_JOBS)?;
    let mut workers = Vec::new();
    for _ in 0..N_WORKERS {
        let worker = place.register(WorkerMode::InProcess)?;
        place.queue.activate_worker(worker, None)?;
        workers.push(worker);
    }
    let begin = Instant::now();
    let total = std::thread::scope(|scope| {
        let queue = &*place.queue;
        let run = |worker| scope.spawn(move || work_until_empty(queue, Seat::new(worker)));
        let threads: Vec<_> = workers.into_iter().map(run).collect();
        threads.into_iter().map(|thread| thread.join().expect("no worker panics")).sum::<usize>()
    });
    let seconds = begin.elapsed().as_secs_f64();
    if total != N_JOBS {
        return Err(format!("{total} of {N_JOBS} jobs were claimed").into());
    }
    Ok(N_JOBS as f64 / seconds)
}

fn work_until_empty(queue: &dyn Queue, mut seat: Seat) -> usize {
    let mut n_jobs = 0;
    let mut done = Vec::new();
    loop {
        let claim = seat
            .claim(queue, std::mem::take(&mut done), Duration::ZERO)
            .expect("the queue answers");
        if claim.jobs.is_empty() {
            return n_jobs;
        }
        n_jobs += claim.jobs.len();
        done.extend(claim.jobs.into_iter().map(|job| job.completed(Vec::new())));
    }
}

/// The same through the worker base, with a handler that does nothing.
fn drain(place: &Place) -> Result<f64, Box<dyn std::error::Error>> {
    place.fill(N_JOBS)?;
    let begin = Instant::now();
    let crew = Crew::new(place, N_WORKERS, Arc::new(Nothing))?;
    // Positions count from 1 without gaps, so the last one tells that all are there.
    place.finished(N_JOBS as i64 - 1)?;
    let seconds = begin.elapsed().as_secs_f64();
    drop(crew);
    Ok(N_JOBS as f64 / seconds)
}
