//! A worker process, as a pool starts it. Principal function: [`run`].

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_process::ProcessIdentity;
use clx_queue::{ProcessId, SqliteOptions, SqliteQueue, WorkerId};
use clx_tests::fire::{FLOOD_BYTES, SAFETY_POLL_MS, SLOW_START_MS};
use clx_worker::{Stop, StopSignal, Worker};
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::handler::Scripted;

/// Works until `SIGTERM` or until the worker's row is gone.
pub(crate) fn run(queue: &Path, id: i64, ledger: &Path) -> Result<(), Failure> {
    if let Some(n_bytes) = number(FLOOD_BYTES)? {
        flood(n_bytes)?;
    }
    let mut options = SqliteOptions::default();
    if let Some(ms) = number(SAFETY_POLL_MS)? {
        options.safety_poll = Duration::from_millis(ms);
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    if let Some(ms) = number(SLOW_START_MS)? {
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(ms)).await });
    }
    let stop = StopSignal::default();
    {
        let _entered = runtime.enter();
        let (mut terminate, stop) = (signal(SignalKind::terminate())?, stop.clone());
        runtime.spawn(async move {
            terminate.recv().await;
            stop.request(Stop::Gracefully);
        });
    }
    let worker = Worker {
        queue: Arc::new(SqliteQueue::open(queue, &options)?),
        id: WorkerId(id),
        process: ProcessIdentity::of_this_process()
            .map(|own| ProcessId { pid: own.pid, start: own.start }),
        handler: Arc::new(Scripted::open(WorkerId(id), ledger)?),
        runtime: runtime.handle().clone(),
        stop,
    };
    Ok(worker.run()?)
}

fn number(variable: &str) -> Result<Option<u64>, Failure> {
    Ok(std::env::var(variable).ok().map(|text| text.parse()).transpose()?)
}

/// Prints so many bytes before anything else; a parent that does not read would stop us here.
fn flood(n_bytes: u64) -> std::io::Result<()> {
    let line = [b'x'; 1000];
    let mut stdout = std::io::stdout().lock();
    for _ in 0..n_bytes.div_ceil(1000) {
        stdout.write_all(&line)?;
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}
