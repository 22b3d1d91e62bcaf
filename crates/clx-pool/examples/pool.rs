//! A pool that starts workers when there is work. Run it with `cargo run -p clx-pool --example pool`.
#![expect(clippy::print_stdout, reason = "examples show what they do")]

use std::sync::Arc;
use std::time::Duration;

use clx_pool::{Executor, InProcess, PoolManager, PoolSettings};
use clx_queue::{NewJob, NewSession, Queue, SqliteOptions, SqliteQueue};
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};

/// Squares the number in the payload.
struct Squares;

impl JobHandler for Squares {
    fn handle<'a>(&'a self, job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
        let number = u64::from(job.payload[0]);
        Box::pin(async move { Ok((number * number).to_string().into_bytes().into()) })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let queue: Arc<dyn Queue> =
        Arc::new(SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?);
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;

    // Threads here; `Process` and `Docker` start child processes and containers in the same way.
    let runtime = tokio::runtime::Runtime::new()?;
    let threads =
        InProcess::new(Arc::clone(&queue), runtime.handle().clone(), || Arc::new(Squares));
    let kinds: Vec<(String, Arc<dyn Executor>, u32)> =
        vec![("square".to_owned(), Arc::new(threads), 4)];
    let on_event = |event| println!("{event:?}");
    let pool =
        PoolManager::start(Arc::clone(&queue), session, kinds, PoolSettings::default(), on_event)?;

    let jobs = (1..=10_u8).map(|n| NewJob::new("square", &n.to_string(), vec![n]));
    queue.enqueue(session, jobs.collect())?;
    // As many workers as there are jobs, but no more than four. Who dies is replaced.
    pool.ensure("square", 10);
    let (mut n_finished, mut last) = (0, 0);
    while n_finished < 10 {
        for job in queue.finished(session, last, 10, Duration::from_secs(30))? {
            println!("{}: {}", job.id, String::from_utf8(job.result.unwrap_or_default())?);
            n_finished += 1;
            last = job.seq;
        }
    }
    pool.stop(Duration::from_secs(5));
    Ok(queue.close_session(session)?)
}
