//! A queue whose calls never wait. Principal type: [`Hurried`].

use std::time::Duration;

use clx_queue::{
    Activation, Attempt, Beat, CancelCounts, CancelTarget, Claim, ClaimRequest, Counts, Event,
    FinishedJob, JobFilter, JobId, JobRecord, NewJob, NewSession, NewWorker, ProcessId, Progress,
    Pruned, Queue, QueueError, Released, Retention, SessionId, SessionRecord, SqliteQueue,
    WorkerExit, WorkerId, WorkerRecord,
};

type Done<T> = Result<T, QueueError>;

/// Passes calls on; those that may wait return at once, whatever a request says.
pub(super) struct Hurried(pub(super) SqliteQueue);

impl Queue for Hurried {
    fn open_session(&self, new: &NewSession) -> Done<SessionId> {
        self.0.open_session(new)
    }

    fn close_session(&self, session: SessionId) -> Done<()> {
        self.0.close_session(session)
    }

    fn abandon_session(&self, session: SessionId) -> Done<bool> {
        self.0.abandon_session(session)
    }

    fn sessions(&self) -> Done<Vec<SessionRecord>> {
        self.0.sessions()
    }

    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Done<Vec<JobId>> {
        self.0.enqueue(session, jobs)
    }

    fn cancel(&self, session: SessionId, target: &CancelTarget, by: &str) -> Done<CancelCounts> {
        self.0.cancel(session, target, by)
    }

    fn finished(
        &self,
        session: SessionId,
        after: i64,
        limit: u32,
        _wait: Duration,
    ) -> Done<Vec<FinishedJob>> {
        self.0.finished(session, after, limit, Duration::ZERO)
    }

    fn register_worker(&self, new: &NewWorker) -> Done<WorkerId> {
        self.0.register_worker(new)
    }

    fn activate_worker(&self, worker: WorkerId, process: Option<ProcessId>) -> Done<Activation> {
        self.0.activate_worker(worker, process)
    }

    fn claim(&self, request: ClaimRequest) -> Done<Claim> {
        self.0.claim(ClaimRequest { wait: Duration::ZERO, ..request })
    }

    fn beat(&self, worker: WorkerId, progress: &[Progress], _wait: Duration) -> Done<Beat> {
        self.0.beat(worker, progress, Duration::ZERO)
    }

    fn nudge(&self, worker: WorkerId) {
        self.0.nudge(worker);
    }

    fn remove_worker(&self, worker: WorkerId, exit: &WorkerExit) -> Done<Released> {
        self.0.remove_worker(worker, exit)
    }

    fn set_paused(&self, job_type: &str, paused: bool) -> Done<()> {
        self.0.set_paused(job_type, paused)
    }

    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Done<()> {
        self.0.set_max_running(job_type, limit)
    }

    fn retry(&self, job: JobId) -> Done<JobId> {
        self.0.retry(job)
    }

    fn counts(&self, session: Option<SessionId>) -> Done<Counts> {
        self.0.counts(session)
    }

    fn job(&self, job: JobId) -> Done<Option<JobRecord>> {
        self.0.job(job)
    }

    fn jobs(&self, filter: &JobFilter) -> Done<Vec<JobRecord>> {
        self.0.jobs(filter)
    }

    fn attempts(&self, job: JobId) -> Done<Vec<Attempt>> {
        self.0.attempts(job)
    }

    fn workers(&self, session: Option<SessionId>) -> Done<Vec<WorkerRecord>> {
        self.0.workers(session)
    }

    fn events(&self, after: i64, limit: u32) -> Done<Vec<Event>> {
        self.0.events(after, limit)
    }

    fn prune(&self, retention: &Retention) -> Done<Pruned> {
        self.0.prune(retention)
    }
}
