//! What can go wrong with processes. Principal type: [`ProcessError`].

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// A problem with a process; names the program or the pid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// The program could not be started.
    #[error("cannot start `{}`", program.display())]
    Start {
        /// The program.
        program: OsString,
        /// The reason.
        source: io::Error,
    },
    /// The log file of a child could not be opened or written.
    #[error("cannot write the log {}", path.display())]
    Log {
        /// The log file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A directory for a tool could not be made or read.
    #[error("cannot use the directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A child could not be waited for.
    #[error("cannot wait for process {pid}")]
    Wait {
        /// The child.
        pid: u32,
        /// The reason.
        source: io::Error,
    },
    /// A signal could not be sent.
    #[error("cannot send a signal to process {pid}")]
    Signal {
        /// The process, or the leader of the group.
        pid: u32,
        /// The reason.
        source: io::Error,
    },
    /// A child did not end although it was killed; it hangs in a system call.
    #[error("process {pid} did not end although it was killed")]
    Unkillable {
        /// The child.
        pid: u32,
    },
    /// The thread that watches the lifeline could not be started.
    #[error("cannot watch the lifeline of the parent process")]
    Lifeline {
        /// The reason.
        source: io::Error,
    },
}

impl ProcessError {
    /// Tells whether the program, or its directory, does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Start { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
