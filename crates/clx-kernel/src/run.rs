//! Executes cells one after the other. Principal type: [`Run`].

use std::time::Duration;

use clx_process::{Exit, ProcessError};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::cell::{CellError, CellState, Deadline};
use crate::channels::Received;
use crate::execution::{CodeCell, Execution, LimitScope, RunError};
use crate::kernel::Kernel;
use crate::limits::Limits;
use crate::observer::RunObserver;
use crate::outputs::Outputs;
use crate::spec::InterruptMode;
use crate::start::ends_with;
use crate::wire::WireError;

/// How long the last output of a dead kernel is waited for: it is in the socket already.
const LAST_OUTPUT_LIMIT: Duration = Duration::from_millis(200);

/// A run of one notebook.
pub(crate) struct Run<'a> {
    kernel: &'a mut Kernel,
    limits: &'a Limits,
    observer: &'a mut dyn RunObserver,
    outputs: Outputs,
    notebook_deadline: Option<Deadline>,
}

/// Why a cell did not end well.
enum Stop {
    Failed(CellError),
    Timeout(Deadline),
    Died,
    Wire(WireError),
    Interrupt(ProcessError),
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        kernel: &'a mut Kernel,
        limits: &'a Limits,
        observer: &'a mut dyn RunObserver,
    ) -> Self {
        let notebook_deadline =
            limits.notebook.and_then(|limit| Deadline::after(limit, LimitScope::Notebook));
        Self { kernel, limits, observer, outputs: Outputs::new(limits), notebook_deadline }
    }

    pub(crate) async fn run(mut self, cells: &[CodeCell]) -> Result<Execution, RunError> {
        for (index, cell) in cells.iter().enumerate() {
            self.outputs.begin_cell();
            if cell.skip || cell.source.trim().is_empty() {
                continue;
            }
            self.observer.cell_started(index, cells.len());
            let begin = Instant::now();
            let ended = self.execute(index, cell).await;
            self.observer.cell_finished(index, self.outputs.end_cell(begin.elapsed()));
            if let Err(stop) = ended {
                return Err(self.into_error(index, stop));
            }
        }
        Ok(self.into_execution())
    }

    async fn execute(&mut self, index: usize, cell: &CodeCell) -> Result<(), Stop> {
        let request = json!({
            "code": cell.source,
            "silent": false,
            "store_history": true,
            "user_expressions": {},
            "allow_stdin": false,
            "stop_on_error": !cell.allow_errors,
        });
        let sent = self.kernel.channels.request("execute_request", &request).await;
        let parent = sent.as_ref().cloned().unwrap_or_default();
        let mut state = CellState::new(index, parent, self.kernel.quirks.drain, self.deadline());
        if let Err(error) = sent {
            return Err(self.broken(error, &mut state).await);
        }
        while !state.is_complete() {
            tokio::select! {
                received = self.kernel.channels.receive() => match received {
                    Ok(received) => self.take(received, &mut state),
                    Err(error) => return Err(self.broken(error, &mut state).await),
                },
                () = self.kernel.process.ended() => return Err(self.died(&mut state).await),
                () = wait_until(state.wake_at()) => self.check_deadline(&mut state).await?,
            }
        }
        result_of(state, cell)
    }

    fn take(&mut self, received: Received, state: &mut CellState) {
        state.take(received, &mut self.outputs, self.observer);
    }

    /// Returns the limit that passes first.
    fn deadline(&self) -> Option<Deadline> {
        let of_cell = self.limits.cell.and_then(|limit| Deadline::after(limit, LimitScope::Cell));
        of_cell.into_iter().chain(self.notebook_deadline).min_by_key(|deadline| deadline.at)
    }

    /// Interrupts the cell when its time is over, and gives it up when its grace is, too.
    async fn check_deadline(&mut self, state: &mut CellState) -> Result<(), Stop> {
        let now = Instant::now();
        let Some(deadline) = state.deadline.filter(|deadline| deadline.at <= now) else {
            return Ok(());
        };
        if state.is_interrupted {
            return Err(Stop::Timeout(deadline));
        }
        state.is_interrupted = true;
        state.deadline = Some(Deadline { at: now + self.limits.interrupt_grace, ..deadline });
        match self.kernel.interrupt_mode {
            InterruptMode::Signal => self.kernel.process.interrupt().map_err(Stop::Interrupt),
            InterruptMode::Message => {
                let sent = self.kernel.channels.control("interrupt_request", &json!({})).await;
                sent.map_err(Stop::Wire)
            }
        }
    }

    /// A connection broke.
    async fn broken(&mut self, error: WireError, state: &mut CellState) -> Stop {
        if ends_with(&self.kernel.process, &error).await {
            return self.died(state).await;
        }
        Stop::Wire(error)
    }

    /// Takes what the kernel put out before it ended.
    async fn died(&mut self, state: &mut CellState) -> Stop {
        let end = Instant::now() + LAST_OUTPUT_LIMIT;
        while let Ok(Ok(received)) =
            tokio::time::timeout_at(end, self.kernel.channels.receive_output()).await
        {
            self.take(received, state);
        }
        match state.deadline.filter(|_| state.is_interrupted) {
            Some(deadline) => Stop::Timeout(deadline),
            None => Stop::Died,
        }
    }

    fn into_execution(self) -> Execution {
        Execution {
            cells: self.outputs.into_cells(),
            kernel_info: self.kernel.info.clone(),
            started_in: self.kernel.started_in,
        }
    }

    fn into_error(self, cell: usize, stop: Stop) -> RunError {
        let ended = matches!(stop, Stop::Died).then(|| self.kernel.process.end());
        let partial = Box::new(self.into_execution());
        match stop {
            Stop::Failed(CellError { ename, evalue, traceback }) => {
                RunError::CellFailed { cell, ename, evalue, traceback, partial }
            }
            Stop::Timeout(Deadline { limit, scope, .. }) => {
                RunError::Timeout { cell, limit, scope, partial }
            }
            Stop::Died => {
                let (exit, last_output) = ended.unwrap_or_default();
                let exit = exit.unwrap_or(Exit::Status(0));
                RunError::KernelDied { cell, exit, last_output, partial }
            }
            Stop::Wire(source) => RunError::Wire { cell, source, partial },
            Stop::Interrupt(source) => RunError::Interrupt { cell, source, partial },
        }
    }
}

fn result_of(state: CellState, cell: &CodeCell) -> Result<(), Stop> {
    if let Some(deadline) = state.deadline.filter(|_| state.is_interrupted) {
        return Err(Stop::Timeout(deadline));
    }
    match state.error {
        Some(error) if !cell.allow_errors || state.wants_input => Err(Stop::Failed(error)),
        Some(_) | None => Ok(()),
    }
}

async fn wait_until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
