//! Rare events as rows, to be tailed by id. Principal type: [`Event`].

use clx_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{JobId, SessionId, WorkerId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// A session was opened.
    SessionOpened,
    /// A session was closed by its owner.
    SessionClosed,
    /// A session was closed because its owner died.
    SessionAbandoned,
    /// A worker was registered.
    WorkerCreated,
    /// A worker went live.
    WorkerLive,
    /// A worker ended as asked; the detail is the type of its jobs.
    WorkerStopped,
    /// A worker was lost; the detail is the type of its jobs, a colon, and how.
    WorkerLost,
    /// An attempt failed and will be retried.
    JobRetried,
    /// A job completed with a partial result.
    JobPartial,
    /// A job failed for good.
    JobFailed,
    /// A job lost too many workers.
    JobDead,
    /// A job was cancelled, or asked to be.
    JobCancelled,
}

impl EventType {
    /// All types.
    pub const ALL: [Self; 12] = [
        Self::SessionOpened,
        Self::SessionClosed,
        Self::SessionAbandoned,
        Self::WorkerCreated,
        Self::WorkerLive,
        Self::WorkerStopped,
        Self::WorkerLost,
        Self::JobRetried,
        Self::JobPartial,
        Self::JobFailed,
        Self::JobDead,
        Self::JobCancelled,
    ];

    /// Returns the stored word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionOpened => "session_opened",
            Self::SessionClosed => "session_closed",
            Self::SessionAbandoned => "session_abandoned",
            Self::WorkerCreated => "worker_created",
            Self::WorkerLive => "worker_live",
            Self::WorkerStopped => "worker_stopped",
            Self::WorkerLost => "worker_lost",
            Self::JobRetried => "job_retried",
            Self::JobPartial => "job_partial",
            Self::JobFailed => "job_failed",
            Self::JobDead => "job_dead",
            Self::JobCancelled => "job_cancelled",
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Rises with time; pass the last one to see what came after it.
    pub id: i64,
    /// The session it belongs to.
    pub session: SessionId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: EventType,
    /// The job it is about.
    pub job: Option<JobId>,
    /// The worker it is about.
    pub worker: Option<WorkerId>,
    /// One sentence for people, may be empty.
    pub detail: String,
}
