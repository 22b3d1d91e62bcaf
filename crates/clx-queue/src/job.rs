//! Jobs as they are enqueued, seen and collected. Principal types: [`NewJob`], [`JobRecord`],
//! [`FinishedJob`].

use std::time::Duration;

use clx_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{JobId, SessionId, WorkerId};
use crate::state::{ErrorClass, JobState, WorkerMode};

/// A job to be enqueued.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewJob {
    /// Type of the job; workers claim by it.
    pub job_type: String,
    /// What people see, such as the source file.
    pub label: String,
    /// Input for the worker. Keep it below about 1 KB and refer to more by hash: every claim copies
    /// it.
    #[serde(with = "crate::bytes")]
    pub payload: Vec<u8>,
    /// Higher is claimed first, default 0; then the longest expected, then the oldest.
    pub priority: i32,
    /// Expected duration, default unknown (treated as zero), stored in milliseconds.
    pub expected: Option<Duration>,
    /// Not before this moment.
    pub not_before: Option<Timestamp>,
    /// Failed attempts of class transient after which the job fails, default 3, at least 1.
    pub max_failures: u32,
    /// Lost workers after which the job is dead, default 3, at least 1.
    pub max_losses: u32,
    /// Deadline of one attempt, default none.
    pub timeout: Option<Duration>,
    /// Only workers of this mode may claim the job.
    pub requires: Option<WorkerMode>,
    /// At most one live job of the session has this key.
    pub unique: Option<UniqueKey>,
    /// Jobs that must be final before.
    pub needs: Vec<(Need, OnFailure)>,
    /// Joins log lines of several programs.
    pub correlation_id: Option<String>,
}

impl NewJob {
    /// Makes a job with the defaults that the fields name.
    #[must_use]
    pub fn new(job_type: &str, label: &str, payload: Vec<u8>) -> Self {
        Self {
            job_type: job_type.to_owned(),
            label: label.to_owned(),
            payload,
            priority: 0,
            expected: None,
            not_before: None,
            max_failures: 3,
            max_losses: 3,
            timeout: None,
            requires: None,
            unique: None,
            needs: Vec::new(),
            correlation_id: None,
        }
    }
}

/// A job that another one needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Need {
    /// A job of the same session that is enqueued already.
    Job(JobId),
    /// An earlier job of the same batch, by its position from 0. Only earlier ones can be named, so
    /// a batch has no cycles.
    InBatch(usize),
}

/// What becomes of a job if one that it needs does not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnFailure {
    /// It is cancelled, with error class dependency.
    Cancel,
    /// It runs all the same.
    Run,
}

/// A key that one live job of a session can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UniqueKey {
    /// The key.
    pub key: String,
    /// What happens if a live job has it.
    pub on_conflict: OnConflict,
}

/// What happens to a job whose unique key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnConflict {
    /// The existing job stands for both; its id is returned.
    Join,
    /// A waiting job gets the new payload and label; a running one is superseded.
    Replace,
    /// The existing job is cancelled, waiting or running, and the new one takes its place.
    Supersede,
}

/// Progress of a running job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The job.
    pub job: JobId,
    /// The attempt that reports.
    pub attempt: u32,
    /// Steps done.
    pub step: u32,
    /// Steps in all, 0 if unknown.
    pub total: u32,
    /// What is being done.
    pub note: String,
}

/// Which jobs to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelTarget {
    /// All of the session.
    All,
    /// All of one type.
    Type(String),
    /// One job.
    Job(JobId),
    /// The live job with this unique key.
    Key(String),
}

/// What a cancellation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CancelCounts {
    /// Waiting jobs, now cancelled, with those that needed them.
    pub cancelled: u64,
    /// Running jobs, whose workers were asked to stop.
    pub requested: u64,
}

/// A job in a final state, as its session's owner collects it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedJob {
    /// Position in the list of what finished; pass the last one seen to get what came after it. It only
    /// rises, and says nothing of how many there are: sessions of one queue may share the numbers.
    pub seq: i64,
    /// The job.
    pub id: JobId,
    /// Its final state.
    pub state: JobState,
    /// What the worker returned, if it completed.
    #[serde(with = "crate::bytes::optional")]
    pub result: Option<Vec<u8>>,
    /// Why it did not complete; of a completed job, why its result is partial.
    pub error_class: Option<ErrorClass>,
    /// Detail of the last failed attempt, as the worker wrote it.
    pub error: Option<String>,
    /// Attempts begun.
    pub attempts: u32,
    /// From the start of the last attempt to the end.
    pub duration: Option<Duration>,
}

/// A job as stored, without payload and result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// Its session.
    pub session: SessionId,
    /// Its type.
    pub job_type: String,
    /// Its state.
    pub state: JobState,
    /// Its label.
    pub label: String,
    /// Its priority.
    pub priority: i32,
    /// Attempts begun.
    pub attempt: u32,
    /// Failed attempts.
    pub failures: u32,
    /// Lost workers.
    pub losses: u32,
    /// Needed jobs that are not final yet.
    pub blocked_by: u32,
    /// Whether a running job was asked to stop.
    pub cancel_requested: bool,
    /// The worker that has or had it last.
    pub worker: Option<WorkerId>,
    /// When it was enqueued.
    pub created: Timestamp,
    /// When the last attempt began.
    pub started: Option<Timestamp>,
    /// When it became final.
    pub finished: Option<Timestamp>,
    /// Why it did not complete; of a completed job, why its result is partial.
    pub error_class: Option<ErrorClass>,
    /// Latest progress of the running attempt.
    pub progress: Option<Progress>,
}

/// A failed or lost attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// The worker that had it.
    pub worker: Option<WorkerId>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Timestamp,
    /// Why it failed.
    pub error_class: ErrorClass,
    /// Detail, as the worker wrote it.
    pub detail: String,
}

/// Which jobs to list. The newest session comes first, and in it the newest job.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Only this session's.
    pub session: Option<SessionId>,
    /// Only those in one of these states; empty means all.
    pub states: Vec<JobState>,
    /// Only those with which something went wrong: failed, dead, or completed with a partial result.
    /// Jobs that were cancelled are none of them.
    pub troubled: bool,
    /// Only this type's.
    pub job_type: Option<String>,
    /// Only those whose label contains this text, ASCII letters in upper or lower case.
    pub label: Option<String>,
    /// Only those enqueued at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those enqueued before this moment.
    pub until: Option<Timestamp>,
    /// Only those that come after this job in the list: the next page.
    pub after: Option<JobId>,
    /// At most this many, 0 means 100.
    pub limit: u32,
}
