//! Why something could not be set up. Principal type: [`SetupError`].

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::Diagnostic;
use clx_process::{Exit, ProcessError};

use crate::code;
use crate::requirement::Requirement;
use crate::status::Flaw;
use crate::unit::Unit;

/// Lines of a command's output that are shown.
const SHOWN_LINES: usize = 12;

/// Why something could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// No variable of the environment says where tools are kept.
    #[error("there is no place for tools: neither CLX_TOOLS_DIR nor HOME is set")]
    NoToolFolder,
    /// A file of the tool folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The system lacks something that clx cannot, or may not, install.
    #[error("{requirement} is missing")]
    Missing {
        /// What lacks.
        requirement: Requirement,
    },
    /// A command ran and failed.
    #[error("`{command}` {fault}")]
    Command {
        /// The command, shortened.
        command: String,
        /// Why.
        fault: CommandFault,
        /// The last 64 KiB of what it printed.
        tail: String,
    },
    /// A command was stopped because it took too long.
    #[error("`{command}` did not end within {} s", limit.as_secs())]
    TimeLimit {
        /// The command, shortened.
        command: String,
        /// How long it might have taken.
        limit: Duration,
        /// The last 64 KiB of what it printed.
        tail: String,
    },
    /// A process could not be started or watched.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A kernelspec is no JSON object as kernels have it.
    #[error("cannot read the kernelspec {}", path.display())]
    Kernelspec {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: serde_json::Error,
    },
    /// All was installed, and yet it does not work.
    #[error("`{}` was installed and does not work: {flaw}", unit.name())]
    Unusable {
        /// The unit.
        unit: Unit,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

/// Why a command failed, as far as its output tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandFault {
    /// The network or the package index did not answer.
    #[error("cannot reach the package index")]
    Network,
    /// A package has another hash than the lock says.
    #[error("refuses a package whose hash is not the expected one")]
    HashMismatch,
    /// The index has no file that fits.
    #[error("finds no package for this Python and this machine")]
    NotOffered,
    /// The disk, or the quota on it, is full.
    #[error("needs more space than the disk has")]
    DiskFull,
    /// Something else.
    #[error("failed with {0}")]
    Other(Exit),
}

impl SetupError {
    /// Returns the code, as documented in [`code`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoToolFolder => code::NO_TOOL_FOLDER,
            Self::Io { source, .. } if is_full(source) => code::DISK_FULL,
            Self::Io { .. } => code::TOOL_FOLDER_FAILED,
            Self::Missing { .. } => code::REQUIREMENT_MISSING,
            Self::Command { fault, .. } => match fault {
                CommandFault::Network => code::NETWORK_FAILED,
                CommandFault::HashMismatch => code::HASH_MISMATCH,
                CommandFault::NotOffered => code::PACKAGE_NOT_OFFERED,
                CommandFault::DiskFull => code::DISK_FULL,
                CommandFault::Other(_) => code::COMMAND_FAILED,
            },
            Self::Process(_) => code::COMMAND_FAILED,
            Self::TimeLimit { .. } => code::TIME_LIMIT,
            Self::Kernelspec { .. } | Self::Unusable { .. } => code::KERNELSPEC_INVALID,
        }
    }

    /// Returns what helps, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoToolFolder => "set CLX_TOOLS_DIR to a directory that you may write",
            Self::Missing { requirement } => return Some(requirement.hint()),
            Self::Io { .. } if self.code() == code::TOOL_FOLDER_FAILED => {
                "name another tool folder by CLX_TOOLS_DIR"
            }
            Self::Io { .. } | Self::Command { fault: CommandFault::DiskFull, .. } => {
                "make room, or name a tool folder on another disk by CLX_TOOLS_DIR"
            }
            Self::Command { fault: CommandFault::Network, .. } => {
                "look at your network; behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL"
            }
            Self::Command { fault: CommandFault::HashMismatch, .. } => {
                "nothing was installed; try again with PIP_NO_CACHE_DIR=1 and without mirror"
            }
            Self::Command { fault: CommandFault::NotOffered, .. } => {
                "use a Python from 3.10 to 3.14 on Linux with x86-64 or ARM64"
            }
            Self::TimeLimit { .. } => "try again: what is already fetched is kept",
            Self::Command { fault: CommandFault::Other(_), .. }
            | Self::Process(_)
            | Self::Kernelspec { .. }
            | Self::Unusable { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// Returns the problem as it is reported: with its reasons, a hint and the last lines of the
    /// command that failed.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            message = format!("{message}: {source}");
            cause = source.source();
        }
        let mut problem = Diagnostic::error(self.code(), "setup", message);
        problem.hint = self.hint();
        problem.frame = match self {
            Self::Command { tail, .. } | Self::TimeLimit { tail, .. } => last_lines(tail),
            _ => None,
        };
        problem
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn last_lines(tail: &str) -> Option<String> {
    let lines: Vec<_> = tail.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
    (!shown.is_empty()).then(|| shown.join("\n"))
}

/// Adds the path to an error of the file system.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, SetupError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, SetupError> {
        self.map_err(|source| SetupError::Io { action, path: path.to_owned(), source })
    }
}
