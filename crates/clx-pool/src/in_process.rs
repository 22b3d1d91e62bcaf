//! Workers as threads of this process. Principal type: [`InProcess`].

use std::sync::Arc;

use clx_queue::{Queue, WorkerId, WorkerMode};
use clx_worker::{JobHandler, Stop, StopSignal, Worker};
use tokio::runtime::Handle;

use crate::executor::{Executor, ExitReporter, RunningWorker, StartError};
use crate::exit::Exit;

/// Makes the handler of one worker; workers share nothing but what it shares.
type MakeHandler = dyn Fn() -> Arc<dyn JobHandler> + Send + Sync;

/// Runs each worker as a thread.
pub struct InProcess {
    queue: Arc<dyn Queue>,
    runtime: Handle,
    make_handler: Box<MakeHandler>,
}

impl InProcess {
    /// Makes an executor whose workers use this handle of the queue and a handler each.
    pub fn new(
        queue: Arc<dyn Queue>,
        runtime: Handle,
        make_handler: impl Fn() -> Arc<dyn JobHandler> + Send + Sync + 'static,
    ) -> Self {
        Self { queue, runtime, make_handler: Box::new(make_handler) }
    }
}

struct Thread {
    name: String,
    stop: StopSignal,
}

impl RunningWorker for Thread {
    fn external_id(&self) -> String {
        self.name.clone()
    }

    fn request_stop(&self, stop: Stop) {
        self.stop.request(stop);
    }
}

impl Executor for InProcess {
    fn mode(&self) -> WorkerMode {
        WorkerMode::InProcess
    }

    fn start(
        &self,
        worker: WorkerId,
        exit: ExitReporter,
    ) -> Result<Box<dyn RunningWorker>, StartError> {
        let stop = StopSignal::default();
        let base = Worker {
            queue: Arc::clone(&self.queue),
            id: worker,
            process: None,
            handler: (self.make_handler)(),
            runtime: self.runtime.clone(),
            stop: stop.clone(),
        };
        let name = format!("clx-worker-{worker}");
        let run = move || {
            exit.report(match base.run() {
                Ok(()) => Exit::Orderly,
                Err(error) => Exit::Broken(describe(&error)),
            });
        };
        std::thread::Builder::new()
            .name(name.clone())
            .spawn(run)
            .map_err(|source| StartError { what: "worker thread", source: source.into() })?;
        Ok(Box::new(Thread { name, stop }))
    }
}

fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
