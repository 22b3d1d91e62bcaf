//! Sessions: who owns which rows. Principal types: [`NewSession`], [`SessionRecord`].

use std::path::{Path, PathBuf};

use clx_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::SessionId;

/// The process that owns a session. Process ids are reused, so the start time and the boot belong
/// to the identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Start time of the process in clock ticks since boot.
    pub start: u64,
    /// Identity of the boot, empty if unknown.
    pub boot_id: String,
}

/// Whose workers do a session's jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SessionRole {
    /// Its own, which its owner starts.
    #[default]
    Own,
    /// Those of a pool that somebody else keeps.
    Borrower,
    /// It is a pool: its workers are for the borrowers of the file.
    Pool,
}

impl SessionRole {
    /// Returns the number that is stored.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Own => 0,
            Self::Borrower => 1,
            Self::Pool => 2,
        }
    }

    /// Returns the role with this number; other numbers mean [`SessionRole::Own`].
    #[must_use]
    pub const fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Borrower,
            2 => Self::Pool,
            _ => Self::Own,
        }
    }
}

/// What a session is opened with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewSession {
    /// The process that owns the session.
    pub owner: Owner,
    /// What the session works on, such as the course root; for people.
    pub root: PathBuf,
    /// Whose workers do its jobs.
    pub role: SessionRole,
    /// What others should know of it, such as the tools of a pool; the queue does not read it.
    pub note: String,
}

impl NewSession {
    /// Makes a session with workers of its own.
    #[must_use]
    pub fn new(owner: Owner, root: &Path) -> Self {
        Self { owner, root: root.to_owned(), role: SessionRole::Own, note: String::new() }
    }

    /// Names this process as owner; start and boot id as the operating system tells them.
    #[must_use]
    pub fn of_this_process(root: &Path, start: u64, boot_id: &str) -> Self {
        let owner = Owner { pid: std::process::id(), start, boot_id: boot_id.to_owned() };
        Self::new(owner, root)
    }
}

/// Whether a session's rows are still worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionState {
    /// Its owner works.
    Open,
    /// Its owner closed it.
    Closed,
    /// Its owner died; somebody else closed it.
    Abandoned,
}

impl SessionState {
    /// Returns the state with this number, as stored; other numbers mean [`SessionState::Abandoned`].
    #[must_use]
    pub const fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Open,
            2 => Self::Closed,
            _ => Self::Abandoned,
        }
    }
}

/// A session as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Random name, 32 hexadecimal digits, unique across files and machines.
    pub token: String,
    /// Its owner.
    pub owner: Owner,
    /// What it works on.
    pub root: PathBuf,
    /// Whose workers do its jobs.
    pub role: SessionRole,
    /// What its owner noted.
    pub note: String,
    /// Whether it is open.
    pub state: SessionState,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was closed or abandoned.
    pub closed: Option<Timestamp>,
}
