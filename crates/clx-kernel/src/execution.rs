//! What is executed and what comes out. Principal types: [`CodeCell`], [`Execution`], [`RunError`].

use std::time::Duration;

use clx_process::{Exit, ProcessError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{FaultClass, KernelError};
use crate::wire::WireError;

/// A cell of code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeCell {
    /// The code. A cell of white space only is skipped.
    pub source: String,
    /// Not executed (tag `skip-execution`).
    pub skip: bool,
    /// An error is one of its outputs and the run goes on (tag `raises-exception`).
    pub allow_errors: bool,
}

impl CodeCell {
    /// Makes a cell that is executed and must not fail.
    #[must_use]
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), ..Self::default() }
    }
}

/// What one cell put out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CellExecution {
    /// The kernel's count; `None` if the cell was skipped or the kernel did not tell.
    pub execution_count: Option<u64>,
    /// Outputs as in a notebook of format 4, texts of several lines as one string.
    pub outputs: Vec<Value>,
    /// How long the cell took, in microseconds.
    pub duration_us: u64,
}

/// What a run put out. Written as JSON.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Execution {
    /// As many as cells were given, in their order; fewer after an error.
    pub cells: Vec<CellExecution>,
    /// The content of the kernel's `kernel_info_reply`, without the banner.
    pub kernel_info: Value,
    /// How long the start of the kernel took.
    pub started_in: Duration,
}

/// A run that did not end well. Cells are counted from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The code of a cell failed.
    #[error("cell {cell} failed: {ename}: {evalue}")]
    CellFailed {
        /// The cell.
        cell: usize,
        /// The class of the error, such as `NameError`.
        ename: String,
        /// The message of the error.
        evalue: String,
        /// The traceback as the kernel sent it, with ANSI escapes; may be empty.
        traceback: Vec<String>,
        /// All outputs up to and with those of the cell.
        partial: Box<Execution>,
    },
    /// A cell did not end in time. It was interrupted, and the kernel killed if that did not help.
    #[error("cell {cell} did not end within the limit of {} s for {scope}", limit.as_secs_f64())]
    Timeout {
        /// The cell.
        cell: usize,
        /// The limit that passed.
        limit: Duration,
        /// What the limit was for.
        scope: LimitScope,
        /// All outputs up to and with those of the cell, among them where it was interrupted.
        partial: Box<Execution>,
    },
    /// The kernel ended while a cell ran.
    #[error("the kernel ended while cell {cell} ran: {exit}")]
    KernelDied {
        /// The cell.
        cell: usize,
        /// How the kernel ended. Killed by signal 9 that clx did not send, it mostly ran out of
        /// memory.
        exit: Exit,
        /// The last lines that the kernel itself printed; may be empty.
        last_output: String,
        /// All outputs up to and with those of the cell.
        partial: Box<Execution>,
    },
    /// The kernel runs but its connection broke, or it broke the protocol.
    #[error("the connection to the kernel failed while cell {cell} ran")]
    Wire {
        /// The cell.
        cell: usize,
        /// The reason.
        source: WireError,
        /// All outputs up to and with those of the cell.
        partial: Box<Execution>,
    },
    /// The kernel could not be interrupted.
    #[error("the kernel could not be interrupted while cell {cell} ran")]
    Interrupt {
        /// The cell.
        cell: usize,
        /// The reason.
        source: ProcessError,
        /// All outputs up to and with those of the cell.
        partial: Box<Execution>,
    },
    /// The kernel could not be started; for callers that start and run in one go.
    #[error(transparent)]
    Start(#[from] KernelError),
}

/// What a limit of time is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitScope {
    /// One cell.
    Cell,
    /// All cells of a notebook.
    Notebook,
}

impl std::fmt::Display for LimitScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cell => "a cell",
            Self::Notebook => "a notebook",
        })
    }
}

impl RunError {
    /// Tells what the failure means for trying again.
    #[must_use]
    pub const fn class(&self) -> FaultClass {
        match self {
            Self::CellFailed { .. } => FaultClass::Cell,
            Self::Timeout { .. } => FaultClass::Timeout,
            Self::KernelDied { .. } | Self::Wire { .. } | Self::Interrupt { .. } => {
                FaultClass::Kernel
            }
            Self::Start(error) => error.class(),
        }
    }

    /// Tells whether a fresh kernel may succeed.
    #[must_use]
    pub fn is_kernel_fault(&self) -> bool {
        self.class() == FaultClass::Kernel
    }

    /// Returns the cell that ran, `None` if none did.
    #[must_use]
    pub const fn cell(&self) -> Option<usize> {
        match self {
            Self::CellFailed { cell, .. }
            | Self::Timeout { cell, .. }
            | Self::KernelDied { cell, .. }
            | Self::Wire { cell, .. }
            | Self::Interrupt { cell, .. } => Some(*cell),
            Self::Start(_) => None,
        }
    }

    /// Returns the outputs so far, `None` if no cell ran.
    #[must_use]
    pub fn partial(&self) -> Option<&Execution> {
        match self {
            Self::CellFailed { partial, .. }
            | Self::Timeout { partial, .. }
            | Self::KernelDied { partial, .. }
            | Self::Wire { partial, .. }
            | Self::Interrupt { partial, .. } => Some(partial),
            Self::Start(_) => None,
        }
    }
}
