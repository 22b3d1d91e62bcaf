//! What people look at; nothing of it is needed to do jobs. Principal type: [`QueueView`].

use std::fmt;
use std::path::PathBuf;

use clx_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::event::Event;
use crate::ids::{JobId, SessionId};
use crate::job::{JobFilter, JobRecord};
use crate::queue::Queue;
use crate::session::SessionRecord;
use crate::state::JobState;

/// How many jobs of a type are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// The type.
    pub job_type: String,
    /// The state.
    pub state: JobState,
    /// How many, at least 1.
    pub n: u64,
}

/// How many jobs became final in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute {
    /// When the minute began.
    pub start: Timestamp,
    /// The state that people would name: a job that completed in part counts as failed.
    pub state: JobState,
    /// How many, at least 1.
    pub n: u64,
}

/// Which sessions to list, the newest first.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    /// Only those that are open.
    pub open: bool,
    /// Only this one.
    pub session: Option<SessionId>,
    /// Only those that are older than this one: the next page.
    pub after: Option<SessionId>,
    /// At most this many, 0 means 100.
    pub limit: u32,
}

/// Where a queue is kept. Written as people are told it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// On a server, told without secrets.
    Server(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(address) => address.fmt(f),
        }
    }
}

/// A queue that can be looked at. No call changes anything, none takes longer because of how much the
/// queue has done before (sums are kept, lists are read by the page).
pub trait QueueView: Queue {
    /// Returns where the queue is kept.
    fn place(&self) -> Place;

    /// Returns a number that differs from the last one if anybody, this handle or another process, has
    /// changed the queue since; numbers of different handles mean nothing to each other. Costs no look
    /// at a table, so displays call it often.
    ///
    /// # Errors
    /// [`QueueError::Database`], also if the file is gone or another one lies at its path;
    /// [`QueueError::Server`].
    fn change_counter(&self) -> Result<u64, QueueError>;

    /// Lists sessions, a page at a time.
    ///
    /// # Errors
    /// [`QueueError::Database`] as for every call below.
    fn list_sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRecord>, QueueError>;

    /// Counts jobs by type and state, of one session or of all.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn totals(&self, session: Option<SessionId>) -> Result<Vec<Total>, QueueError>;

    /// Tells what became final in each minute since the one that holds `since`, of one session or of
    /// all; minutes without any are left out.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn minutes(
        &self,
        session: Option<SessionId>,
        since: Timestamp,
    ) -> Result<Vec<Minute>, QueueError>;

    /// Tells since when the ready job waits that was enqueued first.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn oldest_ready(&self) -> Result<Option<Timestamp>, QueueError>;

    /// Lists the jobs that became final last, the latest first.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn lately_finished(&self, limit: u32) -> Result<Vec<JobRecord>, QueueError>;

    /// Lists the latest events, the latest first.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn latest_events(&self, limit: u32) -> Result<Vec<Event>, QueueError>;

    /// Counts the jobs that a filter finds on all its pages; its `after` and `limit` do not count. Sums are
    /// kept for sessions, states and types; a text, a time or trouble has to be looked for in all jobs
    /// that the rest of the filter leaves.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn count_jobs(&self, filter: &JobFilter) -> Result<u64, QueueError>;

    /// Returns the input of a job, as whoever enqueued it wrote it.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn payload(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError>;

    /// Returns what the worker returned for a completed job.
    ///
    /// # Errors
    /// As [`QueueView::list_sessions`].
    fn result(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError>;
}
