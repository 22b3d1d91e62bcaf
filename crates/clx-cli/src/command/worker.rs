//! `clx worker run`: a worker process. Ends when it is told to, when its row is gone, or when its
//! parent dies.

use std::sync::Arc;

use clx_process::{Lifeline, ProcessIdentity};
use clx_queue::{ProcessId, SqliteOptions, SqliteQueue, WorkerId};
use clx_store::{Store, StoreOptions};
use clx_worker::{Stop, StopSignal, Worker};

use super::tools::Tools;
use super::wiring;
use crate::args::worker::WorkerRunArgs;
use crate::display::stderr_line;
use crate::exit::Exit;
use crate::signals;

pub(super) fn run(args: &WorkerRunArgs) -> Exit {
    match work(args) {
        Ok(exit) => exit,
        Err(error) => {
            stderr_line(&format!("worker {}: {error}", args.worker));
            Exit::Environment
        }
    }
}

fn work(args: &WorkerRunArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    // First of all, so that no moment of its life outlasts the parent.
    let _lifeline = Lifeline::die_with_parent()?;
    let runtime = wiring::runtime()?;
    let stop = StopSignal::default();
    let mut asked = 0;
    signals::on_interrupt(&runtime, {
        let stop = stop.clone();
        move || {
            asked += 1;
            stop.request(if asked == 1 { Stop::Gracefully } else { Stop::Now });
        }
    })?;
    let store = Arc::new(Store::open(&args.store, &StoreOptions::default())?);
    let queue = Arc::new(SqliteQueue::open(&args.queue, &SqliteOptions::default())?);
    let tools = Tools::new(&args.store, 0);
    let Some(handler) = tools.handler(args.kind, store) else {
        stderr_line(&format!("worker {}: the tool for {} jobs is missing", args.worker, args.kind));
        return Ok(Exit::Environment);
    };
    let process =
        ProcessIdentity::of_this_process().map(|own| ProcessId { pid: own.pid, start: own.start });
    let worker = Worker {
        queue,
        id: WorkerId(args.worker),
        process,
        handler,
        runtime: runtime.handle().clone(),
        stop,
    };
    worker.run()?;
    runtime.block_on(tools.kernels_ended());
    Ok(Exit::Built)
}
