//! What client and server agree on. Both are of the same version, or they refuse each other.
//!
//! | call | body, answer | who |
//! |---|---|---|
//! | `GET /v1/health` | → `{"version"}` | all |
//! | `POST /v1/workers/{id}/live` | process → [`Activation`](clx_queue::Activation) | that worker |
//! | `POST /v1/workers/{id}/claim` | [`ClaimRequest`](clx_queue::ClaimRequest) → [`Claim`](clx_queue::Claim); waits | that worker |
//! | `POST /v1/workers/{id}/beat` | [`BeatRequest`] → [`Beat`](clx_queue::Beat); waits | that worker |
//! | `POST /v1/workers/{id}/nudge` | nothing → nothing: its waiting calls return | that worker |
//! | `DELETE /v1/workers/{id}` | [`WorkerExit`](clx_queue::WorkerExit) → [`Released`](clx_queue::Released) | that worker, if it stopped |
//! | `POST /v1/blobs` | [`BLOB_SIZES`] in the head, the bytes one after the other → hashes | all |
//! | `GET /v1/blobs/{sha256}` | → the bytes | all; a worker those that its jobs named |
//! | `POST /v1/cache/lookup` | keys → results | all |
//! | `POST /v1/cache/record` | [`Record`] → nothing | all |
//! | `POST /v1/queue/{method}` | [`OwnerCall`] → the answer of the method | the owner |
//!
//! Bodies are JSON but for blobs. A refused call has a status of 400 or above and a [`Problem`].
//! A repeated claim number returns what was claimed under it, so that a lost answer loses no job.

use std::time::Duration;

use clx_core::{ActionResult, ContentHash};
use clx_queue::{
    CancelTarget, JobFilter, JobId, NewJob, NewSession, NewWorker, Progress, QueueError, Retention,
    SessionId,
};
use serde::{Deserialize, Serialize};

/// The version of clx, in requests and answers.
pub const VERSION_HEADER: &str = "clx-version";

/// This version; the other side must have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The sizes of the blobs of a body in bytes, separated by commas.
pub const BLOB_SIZES: &str = "clx-blob-sizes";

/// Most bytes of a JSON body.
pub const JSON_LIMIT: usize = 16 << 20;

/// Most bytes of the blobs of one request; a page with many pictures has some tens of megabytes.
pub const BLOB_LIMIT: usize = 128 << 20;

/// Blobs of more bytes than this together are sent in several requests.
pub const BLOB_BATCH: usize = 16 << 20;

/// Longest wait of a call; the client asks again.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long the head of a request may take.
pub const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// How long a body may take.
pub const BODY_LIMIT: Duration = Duration::from_secs(120);

/// Name of the socket in the directory of a worker.
pub const SOCKET_NAME: &str = "gateway.sock";

/// A beat.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeatRequest {
    /// What its jobs have done.
    pub progress: Vec<Progress>,
    /// How long to wait for a cancelled job.
    pub wait: Duration,
}

/// The result of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Its key.
    pub key: ContentHash,
    /// Its result.
    pub result: ActionResult,
}

/// The answer to `GET /v1/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The server's version.
    pub version: String,
}

/// The calls of the owner, one for each method of [`Queue`](clx_queue::Queue) that is no worker's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the parameters of the methods")]
#[serde(rename_all = "snake_case")]
pub enum OwnerCall {
    OpenSession { new: NewSession },
    CloseSession { session: SessionId },
    AbandonSession { session: SessionId },
    Sessions,
    Enqueue { session: SessionId, jobs: Vec<NewJob> },
    Cancel { session: SessionId, target: CancelTarget, by: String },
    Finished { session: SessionId, after: i64, limit: u32, wait: Duration },
    RegisterWorker { new: NewWorker },
    SetPaused { job_type: String, paused: bool },
    SetMaxRunning { job_type: String, limit: Option<u32> },
    Retry { job: JobId },
    Counts { session: Option<SessionId> },
    Job { job: JobId },
    Jobs { filter: JobFilter },
    Attempts { job: JobId },
    Workers { session: Option<SessionId> },
    Events { after: i64, limit: u32 },
    Prune { retention: Retention },
}

/// Why a call was refused or failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// The queue refused.
    Queue {
        /// Its words.
        error: QueueProblem,
    },
    /// The store has no such blob, or may not show it to this worker.
    NoBlob {
        /// The hash.
        hash: ContentHash,
    },
    /// The blob was damaged and dropped.
    DamagedBlob {
        /// The hash.
        hash: ContentHash,
    },
    /// Anything else, such as a full disk.
    Failed {
        /// What happened.
        message: String,
        /// Whether the same call may succeed later.
        is_transient: bool,
    },
}

/// [`QueueError`] without what cannot travel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants and fields are those of the error")]
#[serde(rename_all = "snake_case")]
pub enum QueueProblem {
    WorkerGone { worker: clx_queue::WorkerId },
    SessionClosed { session: SessionId },
    NoSuchJob { job: JobId },
    BadNeed { index: usize, needs: String },
    NotRetryable { job: JobId, state: clx_queue::JobState },
    ClaimOutOfOrder { worker: clx_queue::WorkerId, found: i64, expected: i64 },
    Panicked,
    Failed { message: String, is_transient: bool },
}

impl From<&QueueError> for QueueProblem {
    fn from(error: &QueueError) -> Self {
        match error.clone() {
            QueueError::WorkerGone { worker } => Self::WorkerGone { worker },
            QueueError::SessionClosed { session } => Self::SessionClosed { session },
            QueueError::NoSuchJob { job } => Self::NoSuchJob { job },
            QueueError::BadNeed { index, needs } => Self::BadNeed { index, needs },
            QueueError::NotRetryable { job, state } => Self::NotRetryable { job, state },
            QueueError::ClaimOutOfOrder { worker, found, expected } => {
                Self::ClaimOutOfOrder { worker, found, expected }
            }
            QueueError::Panicked => Self::Panicked,
            other => {
                Self::Failed { message: other.to_string(), is_transient: other.is_transient() }
            }
        }
    }
}

impl From<QueueProblem> for QueueError {
    fn from(problem: QueueProblem) -> Self {
        match problem {
            QueueProblem::WorkerGone { worker } => Self::WorkerGone { worker },
            QueueProblem::SessionClosed { session } => Self::SessionClosed { session },
            QueueProblem::NoSuchJob { job } => Self::NoSuchJob { job },
            QueueProblem::BadNeed { index, needs } => Self::BadNeed { index, needs },
            QueueProblem::NotRetryable { job, state } => Self::NotRetryable { job, state },
            QueueProblem::ClaimOutOfOrder { worker, found, expected } => {
                Self::ClaimOutOfOrder { worker, found, expected }
            }
            QueueProblem::Panicked => Self::Panicked,
            QueueProblem::Failed { message, is_transient } => {
                Self::Remote { message, is_transient }
            }
        }
    }
}
