//! Workers and what they say to the queue. Principal types: [`Seat`], [`ClaimedJob`],
//! [`Completion`].

use std::time::Duration;

use clx_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::queue::Queue;
use crate::state::{ErrorClass, WorkerMode, WorkerState};

/// A worker to be registered, before it is started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewWorker {
    /// The session whose jobs it works on.
    pub session: SessionId,
    /// The type of jobs it claims.
    pub job_type: String,
    /// How it runs.
    pub mode: WorkerMode,
    /// Jobs at the same time, default 1.
    pub slots: u32,
    /// Time without a beat after which it counts as lost, default 20 s.
    pub lease: Duration,
    /// Name of the process or container, for people.
    pub external_id: Option<String>,
}

impl NewWorker {
    /// Makes a worker with the defaults that the fields name.
    #[must_use]
    pub fn new(session: SessionId, job_type: &str, mode: WorkerMode) -> Self {
        Self {
            session,
            job_type: job_type.to_owned(),
            mode,
            slots: 1,
            lease: Duration::from_secs(20),
            external_id: None,
        }
    }
}

/// A process, safe against reuse of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot.
    pub start: u64,
}

/// What a worker learns when it goes live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Its session.
    pub session: SessionId,
    /// The type of jobs it claims.
    pub job_type: String,
    /// Its lease; beat four times as often.
    pub lease: Duration,
}

/// A worker's next step: report what it finished, claim more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimRequest {
    /// The worker.
    pub worker: WorkerId,
    /// Number of the claim. A repeated number returns what was claimed under it, so that a lost
    /// answer loses no job; [`Seat`] keeps it.
    pub seq: i64,
    /// Jobs wanted at most; 0 only reports.
    pub free: u32,
    /// What was finished since the last claim.
    pub done: Vec<Completion>,
    /// How long to wait for a job.
    pub wait: Duration,
}

/// The answer to a claim.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Claim {
    /// Jobs that the worker has now.
    pub jobs: Vec<ClaimedJob>,
    /// Reported jobs that the worker had lost before; their results were discarded.
    pub lost: Vec<JobId>,
}

/// A job that a worker has. Only a claim makes one, and a [`Completion`] consumes it.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// Its label.
    pub label: String,
    /// Its payload.
    #[serde(with = "crate::bytes")]
    pub payload: Vec<u8>,
    /// Deadline of this attempt.
    pub timeout: Option<Duration>,
    /// Joins log lines of several programs.
    pub correlation_id: Option<String>,
}

/// Cloned only where a repeated claim returns the same jobs.
impl Clone for ClaimedJob {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            attempt: self.attempt,
            label: self.label.clone(),
            payload: self.payload.clone(),
            timeout: self.timeout,
            correlation_id: self.correlation_id.clone(),
        }
    }
}

impl ClaimedJob {
    /// Makes a job that a worker was just given; only implementations of [`Queue`] call this.
    #[must_use]
    pub const fn given(id: JobId, attempt: u32, label: String, payload: Vec<u8>) -> Self {
        Self { id, attempt, label, payload, timeout: None, correlation_id: None }
    }

    pub(crate) fn completion(self, outcome: Outcome) -> Completion {
        Completion { job: self.id, attempt: self.attempt, outcome }
    }

    /// Reports success.
    #[must_use]
    pub fn completed(self, result: Vec<u8>) -> Completion {
        self.completion(Outcome::Completed { result, partial: None })
    }

    /// Reports a result that lacks something, and why; the job counts as failed for people, and its
    /// owner gets the result.
    #[must_use]
    pub fn completed_in_part(self, result: Vec<u8>, why: ErrorClass) -> Completion {
        self.completion(Outcome::Completed { result, partial: Some(why) })
    }

    /// Reports a failed attempt; the class decides on the retry.
    #[must_use]
    pub fn failed(self, class: ErrorClass, detail: String) -> Completion {
        self.completion(Outcome::Failed { class, detail })
    }

    /// Reports that the work was stopped because the job was cancelled.
    #[must_use]
    pub fn cancelled(self) -> Completion {
        self.completion(Outcome::Cancelled)
    }

    /// Gives the job back unfinished; the attempt counts neither as failure nor as loss.
    #[must_use]
    pub fn returned(self) -> Completion {
        self.completion(Outcome::Returned)
    }
}

/// A report about one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Completion {
    /// The job.
    pub job: JobId,
    /// The attempt.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// With a result.
    Completed {
        /// The result.
        #[serde(with = "crate::bytes")]
        result: Vec<u8>,
        /// Why something lacks in it, if so.
        #[serde(default)]
        partial: Option<ErrorClass>,
    },
    /// With an error.
    Failed {
        /// Decides on the retry.
        class: ErrorClass,
        /// What happened, for people or for the session's owner to parse.
        detail: String,
    },
    /// Stopped because it was cancelled.
    Cancelled,
    /// Given back unfinished.
    Returned,
}

/// The answer to a beat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beat {
    /// Jobs of this worker that were asked to stop.
    pub cancel: Vec<JobId>,
}

/// Why a worker ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkerExit {
    /// It stopped as asked; jobs that it still has go back without a loss.
    Stopped,
    /// It vanished; the sentence says how. Jobs that it has count a loss.
    Lost {
        /// Such as `killed by signal 9` or `lease of 20 s expired`.
        how: String,
    },
}

/// What became of an ended worker's jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Released {
    /// Back in the queue.
    pub returned: Vec<JobId>,
    /// Dead: they lost too many workers.
    pub dead: Vec<JobId>,
    /// Cancelled: they had been asked to stop.
    pub cancelled: Vec<JobId>,
}

/// A worker as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerRecord {
    /// Its id.
    pub id: WorkerId,
    /// Its session.
    pub session: SessionId,
    /// The type of jobs it claims.
    pub job_type: String,
    /// How it runs.
    pub mode: WorkerMode,
    /// Where it is in its life.
    pub state: WorkerState,
    /// Its process, if it told one.
    pub process: Option<ProcessId>,
    /// Name of the process or container.
    pub external_id: Option<String>,
    /// Rises with every beat; the lease is watched by its change, not by any clock of the file.
    pub beat: i64,
    /// Last beat, for display only.
    pub seen: Timestamp,
    /// Its lease.
    pub lease: Duration,
    /// Jobs completed.
    pub done: u64,
    /// Attempts failed.
    pub failed: u64,
    /// The job it works on, if any (the first, with several slots).
    pub job: Option<JobId>,
}

/// A worker's place at the queue: its id and the number of its last claim.
#[derive(Debug)]
pub struct Seat {
    worker: WorkerId,
    seq: i64,
}

impl Seat {
    /// Takes the place of a worker that has not claimed yet.
    #[must_use]
    pub const fn new(worker: WorkerId) -> Self {
        Self { worker, seq: 0 }
    }

    /// Returns the worker.
    #[must_use]
    pub const fn worker(&self) -> WorkerId {
        self.worker
    }

    /// Reports what is done and claims one job, waiting up to `wait`.
    ///
    /// # Errors
    /// As [`Queue::claim`].
    pub fn claim(
        &mut self,
        queue: &dyn Queue,
        done: Vec<Completion>,
        wait: Duration,
    ) -> Result<Claim, QueueError> {
        self.exchange(queue, 1, done, wait)
    }

    /// Reports what is done and claims nothing.
    ///
    /// # Errors
    /// As [`Queue::claim`].
    pub fn report(
        &mut self,
        queue: &dyn Queue,
        done: Vec<Completion>,
    ) -> Result<Claim, QueueError> {
        self.exchange(queue, 0, done, Duration::ZERO)
    }

    fn exchange(
        &mut self,
        queue: &dyn Queue,
        free: u32,
        done: Vec<Completion>,
        wait: Duration,
    ) -> Result<Claim, QueueError> {
        let reports = !done.is_empty();
        let request = ClaimRequest { worker: self.worker, seq: self.seq + 1, free, done, wait };
        let claim = queue.claim(request)?;
        // An empty exchange leaves no trace in the queue, so its number is used again.
        if reports || !claim.jobs.is_empty() {
            self.seq += 1;
        }
        Ok(claim)
    }
}
