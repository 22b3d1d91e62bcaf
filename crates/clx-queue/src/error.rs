//! What the queue refuses. Principal type: [`QueueError`].

use clx_db::DbError;

use crate::ids::{JobId, SessionId, WorkerId};

/// A refused or failed call.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The worker's row is gone: it was removed as lost or stopped. It must exit.
    #[error("worker {worker} was removed from the queue")]
    WorkerGone {
        /// The worker.
        worker: WorkerId,
    },
    /// The session is closed or abandoned, or never existed.
    #[error("session {session} is not open")]
    SessionClosed {
        /// The session.
        session: SessionId,
    },
    /// No such job.
    #[error("no job {job}")]
    NoSuchJob {
        /// The job.
        job: JobId,
    },
    /// A job of a batch needs itself, a later one, or one that does not exist.
    #[error("job {index} of the batch needs {needs}, which is not an earlier job")]
    BadNeed {
        /// Position in the batch, from 0.
        index: usize,
        /// What it needs, in words.
        needs: String,
    },
    /// The job is not final, so it cannot be retried.
    #[error("job {job} is {state}; only a failed, cancelled or dead job can be retried")]
    NotRetryable {
        /// The job.
        job: JobId,
        /// Its state.
        state: crate::JobState,
    },
    /// A claim number that is neither the last one nor the next.
    #[error("worker {worker} claimed with number {found}, expected {expected}")]
    ClaimOutOfOrder {
        /// The worker.
        worker: WorkerId,
        /// The number used.
        found: i64,
        /// The number expected.
        expected: i64,
    },
    /// An operation panicked; its transaction was undone.
    #[error("an operation of the queue panicked, its transaction was undone")]
    Panicked,
    /// A queue that is reached over a gateway did not answer, or failed.
    #[error("the queue behind the gateway cannot be used: {message}")]
    Remote {
        /// What happened, or what the gateway said.
        message: String,
        /// Whether the same call may succeed later.
        is_transient: bool,
    },
    /// A database server could not be reached or reported an error; nothing of the call was saved, unless the
    /// connection was lost at its very end and never came back.
    #[error("{message}")]
    Server {
        /// Which server and database, what happened there, and what to do.
        message: String,
        /// Whether the same call may succeed later.
        is_transient: bool,
        /// What the client library reported, if it was asked.
        source: Option<std::sync::Arc<dyn std::error::Error + Send + Sync>>,
    },
    /// The database reported an error; nothing of the call was saved.
    #[error(transparent)]
    Database(#[from] std::sync::Arc<DbError>),
}

impl QueueError {
    /// Tells whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => error.fault() == Some(clx_db::Fault::Busy),
            Self::Remote { is_transient, .. } | Self::Server { is_transient, .. } => *is_transient,
            Self::WorkerGone { .. }
            | Self::SessionClosed { .. }
            | Self::NoSuchJob { .. }
            | Self::BadNeed { .. }
            | Self::NotRetryable { .. }
            | Self::ClaimOutOfOrder { .. }
            | Self::Panicked => false,
        }
    }
}

impl From<DbError> for QueueError {
    fn from(error: DbError) -> Self {
        Self::Database(std::sync::Arc::new(error))
    }
}
