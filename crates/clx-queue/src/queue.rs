//! The contract of a job queue. Principal type: [`Queue`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::event::Event;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::job::{
    Attempt, CancelCounts, CancelTarget, FinishedJob, JobFilter, JobRecord, NewJob, Progress,
};
use crate::session::{NewSession, SessionRecord};
use crate::state::JobState;
use crate::worker::{
    Activation, Beat, Claim, ClaimRequest, NewWorker, ProcessId, Released, WorkerExit, WorkerRecord,
};

/// Jobs by state.
pub type Counts = BTreeMap<JobState, u64>;

/// How long what is final is kept, counted from when it became so. Only closed and abandoned sessions lose
/// anything: an open one keeps all its jobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retention {
    /// Completed jobs, default 7 days.
    pub completed: Duration,
    /// Failed and dead jobs, default 30 days.
    pub failed: Duration,
    /// Cancelled jobs, default 1 day.
    pub cancelled: Duration,
    /// Events, default 30 days.
    pub events: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |n: u64| Duration::from_secs(n * 24 * 60 * 60);
        Self { completed: days(7), failed: days(30), cancelled: days(1), events: days(30) }
    }
}

/// What pruning removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pruned {
    /// Jobs.
    pub jobs: u64,
    /// Events.
    pub events: u64,
    /// Sessions without any rows left.
    pub sessions: u64,
}

/// A job queue. Every call is one transaction: it happened entirely or not at all.
///
/// Implementations share one conformance suite (`clx_testkit::queue_conformance`). All calls block;
/// those with a `wait` return earlier as soon as there is something to return.
pub trait Queue: Send + Sync {
    /// Opens a session.
    ///
    /// # Errors
    /// [`QueueError::Database`] as for every call below.
    fn open_session(&self, new: &NewSession) -> Result<SessionId, QueueError>;

    /// Closes a session as its owner: waiting jobs are cancelled, its workers removed, running
    /// jobs cancelled with them. Closing twice does nothing.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn close_session(&self, session: SessionId) -> Result<(), QueueError>;

    /// Closes a session whose owner is dead, like [`Queue::close_session`]; the caller has made
    /// sure of the death. Returns false if it was not open.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn abandon_session(&self, session: SessionId) -> Result<bool, QueueError>;

    /// Lists sessions, the newest first.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn sessions(&self) -> Result<Vec<SessionRecord>, QueueError>;

    /// Enqueues a batch in one transaction; returns the ids in order (an existing one where a
    /// unique key joins).
    ///
    /// # Errors
    /// [`QueueError::BadNeed`] and [`QueueError::SessionClosed`] refuse the whole batch.
    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Result<Vec<JobId>, QueueError>;

    /// Cancels waiting jobs, and those that need them, at once; asks the workers of running jobs to
    /// stop. `by` says who, for people.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn cancel(
        &self,
        session: SessionId,
        target: &CancelTarget,
        by: &str,
    ) -> Result<CancelCounts, QueueError>;

    /// Collects at most `limit` finished jobs after position `after` (0 for all), waiting up to
    /// `wait` for the first.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn finished(
        &self,
        session: SessionId,
        after: i64,
        limit: u32,
        wait: Duration,
    ) -> Result<Vec<FinishedJob>, QueueError>;

    /// Registers a worker that is about to be started.
    ///
    /// # Errors
    /// [`QueueError::SessionClosed`].
    fn register_worker(&self, new: &NewWorker) -> Result<WorkerId, QueueError>;

    /// Says that a registered worker runs and will claim from this handle.
    ///
    /// # Errors
    /// [`QueueError::WorkerGone`] if its row was removed meanwhile.
    fn activate_worker(
        &self,
        worker: WorkerId,
        process: Option<ProcessId>,
    ) -> Result<Activation, QueueError>;

    /// Reports finished jobs and claims new ones in one transaction.
    ///
    /// # Errors
    /// [`QueueError::WorkerGone`]: exit, nothing was accepted. [`QueueError::ClaimOutOfOrder`].
    fn claim(&self, request: ClaimRequest) -> Result<Claim, QueueError>;

    /// Renews the lease, stores progress, and waits up to `wait` for jobs of this worker being
    /// cancelled. Called from a thread of its own, also while a job runs.
    ///
    /// # Errors
    /// [`QueueError::WorkerGone`]: stop working, nothing will be accepted.
    fn beat(
        &self,
        worker: WorkerId,
        progress: &[Progress],
        wait: Duration,
    ) -> Result<Beat, QueueError>;

    /// Makes calls of this worker that wait on this handle return at once.
    fn nudge(&self, worker: WorkerId);

    /// Ends a worker: its row goes and its jobs go back, in one transaction. Removing one that is
    /// gone does nothing.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn remove_worker(&self, worker: WorkerId, exit: &WorkerExit) -> Result<Released, QueueError>;

    /// Pauses or resumes a type of jobs: nothing of it is claimed while paused.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn set_paused(&self, job_type: &str, paused: bool) -> Result<(), QueueError>;

    /// Bounds how many jobs of a type run at once in all sessions; `None` is no bound.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Result<(), QueueError>;

    /// Enqueues a copy of a failed, cancelled or dead job, without its needs.
    ///
    /// # Errors
    /// [`QueueError::NoSuchJob`], [`QueueError::NotRetryable`], [`QueueError::SessionClosed`].
    fn retry(&self, job: JobId) -> Result<JobId, QueueError>;

    /// Counts jobs by state, of one session or of all.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn counts(&self, session: Option<SessionId>) -> Result<Counts, QueueError>;

    /// Returns one job, if it exists.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn job(&self, job: JobId) -> Result<Option<JobRecord>, QueueError>;

    /// Lists jobs.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, QueueError>;

    /// Lists the failed and lost attempts of a job, the first one first.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, QueueError>;

    /// Lists workers of one session or of all.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn workers(&self, session: Option<SessionId>) -> Result<Vec<WorkerRecord>, QueueError>;

    /// Lists at most `limit` events after the given id.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, QueueError>;

    /// Removes old rows of closed and abandoned sessions, and old events, in small transactions.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn prune(&self, retention: &Retention) -> Result<Pruned, QueueError>;

    /// Puts its storage in order after much was done, where nobody else does.
    ///
    /// # Errors
    /// As [`Queue::open_session`].
    fn tidy_up(&self) -> Result<(), QueueError> {
        Ok(())
    }
}
