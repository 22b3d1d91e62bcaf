//! What can go wrong before a kernel is ready. Principal type: [`KernelError`].

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clx_process::{Exit, ProcessError};

use crate::wire::WireError;

/// What a failure means for whoever decides about trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultClass {
    /// The kernel failed, not the notebook: a fresh one may succeed.
    Kernel,
    /// Something is missing or set wrongly; trying again changes nothing.
    Configuration,
    /// A limit of time passed.
    Timeout,
    /// The code of a cell failed; trying again changes nothing.
    Cell,
}

/// A kernel that cannot be found or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// No kernelspec has this name.
    #[error("there is no kernel `{name}`")]
    NotFound {
        /// The name that was looked for.
        name: String,
        /// The names that are there.
        found: Vec<String>,
        /// The directories that were searched.
        searched: Vec<PathBuf>,
    },
    /// A kernelspec cannot be read.
    #[error("cannot read {}", path.display())]
    UnreadableSpec {
        /// The `kernel.json`.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A kernelspec is no valid JSON or lacks `argv`.
    #[error("{} is no valid kernelspec", path.display())]
    InvalidSpec {
        /// The `kernel.json`.
        path: PathBuf,
        /// The reason.
        source: serde_json::Error,
    },
    /// The `argv` of a kernelspec is empty.
    #[error("{} names no program", path.display())]
    EmptyCommand {
        /// The `kernel.json`.
        path: PathBuf,
    },
    /// The program of a kernelspec does not exist.
    #[error("the program `{program}` of the kernel `{kernel}` was not found")]
    ProgramNotFound {
        /// The kernel.
        kernel: String,
        /// The program as its kernelspec names it.
        program: String,
    },
    /// A directory or file for a kernel cannot be made.
    #[error("cannot write {}", path.display())]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The operating system has no port or no random bytes for a connection.
    #[error("cannot prepare the connection to a kernel")]
    Connection {
        /// The reason.
        source: io::Error,
    },
    /// The kernel's process cannot be started or watched.
    #[error("cannot run the kernel `{kernel}`")]
    Process {
        /// The kernel.
        kernel: String,
        /// The reason.
        source: ProcessError,
    },
    /// The kernel ended before it was ready.
    #[error("the kernel `{kernel}` ended before it was ready: {exit}")]
    EndedEarly {
        /// The kernel.
        kernel: String,
        /// How it ended.
        exit: Exit,
        /// The last lines that it printed; may be empty.
        last_output: String,
    },
    /// The kernel did not answer in time.
    #[error("the kernel `{kernel}` was not ready after {} s", limit.as_secs_f64())]
    NotReady {
        /// The kernel.
        kernel: String,
        /// The limit that passed.
        limit: Duration,
        /// The last lines that it printed; may be empty.
        last_output: String,
    },
    /// The kernel broke the protocol before it was ready.
    #[error("the kernel `{kernel}` could not be connected")]
    Wire {
        /// The kernel.
        kernel: String,
        /// The reason.
        source: WireError,
        /// The last lines that it printed; may be empty.
        last_output: String,
    },
}

impl KernelError {
    /// Tells what the failure means: [`FaultClass::Kernel`] or [`FaultClass::Configuration`].
    #[must_use]
    pub const fn class(&self) -> FaultClass {
        match self {
            Self::NotFound { .. }
            | Self::UnreadableSpec { .. }
            | Self::InvalidSpec { .. }
            | Self::EmptyCommand { .. }
            | Self::ProgramNotFound { .. }
            | Self::Directory { .. } => FaultClass::Configuration,
            Self::Connection { .. }
            | Self::Process { .. }
            | Self::EndedEarly { .. }
            | Self::NotReady { .. }
            | Self::Wire { .. } => FaultClass::Kernel,
        }
    }

    /// Tells whether a fresh kernel may succeed.
    #[must_use]
    pub fn is_kernel_fault(&self) -> bool {
        self.class() == FaultClass::Kernel
    }

    /// Returns the last lines that the kernel printed, where it came to run.
    #[must_use]
    pub fn last_output(&self) -> Option<&str> {
        match self {
            Self::EndedEarly { last_output, .. }
            | Self::NotReady { last_output, .. }
            | Self::Wire { last_output, .. } => Some(last_output),
            _ => None,
        }
    }
}
