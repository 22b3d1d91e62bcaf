//! A worker with a handler of its own. Run it with `cargo run -p clx-worker --example handler`.
#![expect(clippy::print_stdout, reason = "examples show what they do")]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clx_core::Diagnostic;
use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Queue, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_worker::{
    HandlerFuture, Job, JobContext, JobFailure, JobHandler, Stop, StopSignal, Worker,
};

/// Counts words. It never sees the queue.
struct CountWords;

impl JobHandler for CountWords {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let text = std::str::from_utf8(job.payload).map_err(|error| {
                // The input is at fault, so the job is not tried again.
                let problem = Diagnostic::error("APP0001", "input", error.to_string());
                JobFailure::new(ErrorClass::User, problem)
            })?;
            context.progress(1, 1, "counting");
            Ok(text.split_whitespace().count().to_string().into_bytes().into())
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let queue =
        Arc::new(SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?);
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;
    let new = NewWorker::new(session, "count", WorkerMode::InProcess);
    let id = queue.register_worker(&new)?;

    let runtime = tokio::runtime::Runtime::new()?;
    let stop = StopSignal::default();
    let worker = Worker {
        queue: Arc::clone(&queue) as Arc<dyn Queue>,
        id,
        process: None,
        handler: Arc::new(CountWords),
        runtime: runtime.handle().clone(),
        stop: stop.clone(),
    };
    let working = thread::spawn(move || worker.run());

    let texts: [&[u8]; 2] = [b"two words", b"\xff"];
    let jobs = texts.map(|text| NewJob::new("count", "a text", text.to_vec()));
    queue.enqueue(session, jobs.into())?;
    let (mut n_finished, mut last) = (0, 0);
    while n_finished < texts.len() {
        for job in queue.finished(session, last, 10, Duration::from_secs(30))? {
            let result = job.result.as_deref().map(String::from_utf8_lossy);
            println!("{} {}: {result:?} {:?}", job.id, job.state, job.error_class);
            n_finished += 1;
            last = job.seq;
        }
    }
    stop.request(Stop::Gracefully);
    working.join().expect("the worker does not panic")?;
    Ok(queue.close_session(session)?)
}
