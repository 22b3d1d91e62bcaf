//! How workers are run. Principal trait: [`Executor`].

use std::sync::mpsc;

use clx_queue::{WorkerId, WorkerMode};
use clx_worker::Stop;

use crate::exit::Exit;
use crate::message::Message;

/// Runs workers in one way: as threads, processes or containers.
pub trait Executor: Send + Sync {
    /// Returns the mode that workers are registered under.
    fn mode(&self) -> WorkerMode;

    /// Starts a registered worker; `exit` is used once, when it has ended for whatever reason.
    ///
    /// # Errors
    /// [`StartError`], with nothing left running.
    fn start(
        &self,
        worker: WorkerId,
        exit: ExitReporter,
    ) -> Result<Box<dyn RunningWorker>, StartError>;
}

/// A started worker.
pub trait RunningWorker: Send {
    /// Names the thread, process or container, for people.
    fn external_id(&self) -> String;

    /// Asks the worker to stop; returns at once. Asked to stop now, it is made to.
    fn request_stop(&self, stop: Stop);
}

/// Tells the pool manager that a worker has ended. A manager that is gone has no use for it.
#[derive(Debug)]
pub struct ExitReporter {
    pub(crate) worker: WorkerId,
    pub(crate) manager: mpsc::Sender<Message>,
}

impl ExitReporter {
    /// Tells what happened to the worker, which lives on.
    pub fn note(&self, note: String) {
        let _gone = self.manager.send(Message::Noted(self.worker, note));
    }

    /// Reports the end.
    pub fn report(self, exit: Exit) {
        let _gone = self.manager.send(Message::Exited(self.worker, exit));
    }
}

/// A worker could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start a {what}")]
pub struct StartError {
    /// What, such as `worker process`.
    pub what: &'static str,
    /// The reason.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}
