//! Workers as child processes. Principal type: [`Process`].

use std::time::Duration;

use clx_process::{Child, Exit as ProcessExit, Remote, Spawn, Stdin, Waited};
use clx_queue::{WorkerId, WorkerMode};
use clx_worker::Stop;

use crate::executor::{Executor, ExitReporter, RunningWorker, StartError};
use crate::exit::Exit;

/// How long one wait for a child's end lasts before it is repeated.
const WAIT: Duration = Duration::from_secs(3600);

/// Says how to start the process of a worker.
type Command = dyn Fn(WorkerId) -> Spawn + Send + Sync;

/// Runs each worker as a child process in a group of its own. The process is expected to watch its
/// standard input as a lifeline, to stop on `SIGTERM`, and to end with status 0 when it has done
/// so.
pub struct Process {
    command: Box<Command>,
}

impl Process {
    /// Makes an executor that starts what `command` says.
    pub fn new(command: impl Fn(WorkerId) -> Spawn + Send + Sync + 'static) -> Self {
        Self { command: Box::new(command) }
    }
}

struct Running {
    name: String,
    remote: Remote,
}

impl RunningWorker for Running {
    fn external_id(&self) -> String {
        self.name.clone()
    }

    fn request_stop(&self, stop: Stop) {
        match stop {
            Stop::No => {}
            Stop::Gracefully => self.remote.terminate(),
            Stop::Now => self.remote.kill(),
        }
    }
}

impl Executor for Process {
    fn mode(&self) -> WorkerMode {
        WorkerMode::Process
    }

    fn start(
        &self,
        worker: WorkerId,
        exit: ExitReporter,
    ) -> Result<Box<dyn RunningWorker>, StartError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| StartError {
            what: "worker process",
            source,
        };
        let child = (self.command)(worker)
            .stdin(Stdin::Lifeline)
            .start()
            .map_err(|error| failed(error.into()))?;
        let name = format!("process {}", child.pid());
        let remote = child.remote().map_err(|error| failed(error.into()))?;
        std::thread::Builder::new()
            .name(format!("clx-wait-{worker}"))
            .spawn(move || exit.report(wait(child)))
            .map_err(|error| failed(error.into()))?;
        Ok(Box::new(Running { name, remote }))
    }
}

fn wait(mut child: Child) -> Exit {
    loop {
        match child.wait(WAIT) {
            Ok(Waited::TimedOut) => {}
            Ok(Waited::Exited(ProcessExit::Status(0))) => return Exit::Orderly,
            Ok(Waited::Exited(exit)) => return Exit::broken(&exit, &child.tail()),
            Err(error) => return Exit::Broken(error.to_string()),
        }
    }
}
