//! From enqueue to the start of the handler, with a worker that waits.

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use clx_queue::{SqliteOptions, SqliteQueue, WorkerId, WorkerMode};
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler, StopSignal, Worker};
use serde_json::json;

use crate::Figures;
use crate::place::{Crew, Place};
use crate::timing::{now_ns, quantile_ms};

const N_JOBS: i64 = 500;
const N_WARM_UP: i64 = 20;

/// Long enough for the worker to report and to wait again.
const PAUSE: Duration = Duration::from_millis(2);

pub fn in_process(below: &Path) -> Figures {
    let place = Place::new(below)?;
    let _crew = Crew::new(&place, 1, Arc::new(Stamp))?;
    let mut sample = sample(&place)?;
    Ok(json!({ "p50_ms": quantile_ms(&mut sample, 0.5), "p99_ms": quantile_ms(&mut sample, 0.99) }))
}

pub fn across_processes(below: &Path) -> Figures {
    let place = Place::new(below)?;
    let worker = place.register(WorkerMode::Process)?;
    let child = Command::new(std::env::current_exe()?)
        .arg("worker")
        .arg(&place.file)
        .arg(worker.to_string())
        .spawn()?;
    let _other_end = OtherEnd(child);
    let mut sample = sample(&place)?;
    Ok(json!({ "p50_ms": quantile_ms(&mut sample, 0.5), "p99_ms": quantile_ms(&mut sample, 0.99) }))
}

/// Works as a process of its own until the session ends.
pub fn work(file: &Path, id: i64) -> Result<(), Box<dyn Error>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
    let worker = Worker {
        queue: Arc::new(SqliteQueue::open(file, &SqliteOptions::default())?),
        id: WorkerId(id),
        process: None,
        handler: Arc::new(Stamp),
        runtime: runtime.handle().clone(),
        stop: StopSignal::default(),
    };
    Ok(worker.run()?)
}

/// Returns the times, in nanoseconds, from before the enqueue to the first line of the handler.
fn sample(place: &Place) -> Result<Vec<i64>, Box<dyn Error>> {
    let mut sample = Vec::new();
    for position in 0..N_WARM_UP + N_JOBS {
        let begin = now_ns();
        place.enqueue(1)?;
        let job = place.finished(position)?;
        let stamp = job.result.ok_or("a job failed")?;
        let start = i64::from_le_bytes(stamp.as_slice().try_into()?);
        if position >= N_WARM_UP {
            sample.push(start - begin);
        }
        std::thread::park_timeout(PAUSE);
    }
    Ok(sample)
}

/// Tells when it was called.
struct Stamp;

impl JobHandler for Stamp {
    fn handle<'a>(&'a self, _job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
        let stamp = now_ns().to_le_bytes().to_vec();
        Box::pin(async move { Ok(stamp.into()) })
    }
}

/// The worker process; ended with the measurement, whatever comes of it.
struct OtherEnd(Child);

impl Drop for OtherEnd {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _waited = self.0.wait();
    }
}
