//! The calls of the queue: those of workers go to their posts, all others straight on.

use std::time::Duration;

use clx_queue::{
    Activation, Attempt, Beat, CancelCounts, CancelTarget, Claim, ClaimRequest, Counts, Event,
    FinishedJob, JobFilter, JobId, JobRecord, NewJob, NewSession, NewWorker, ProcessId, Progress,
    Pruned, Queue, QueueError, Released, Retention, SessionId, SessionRecord, WorkerExit, WorkerId,
    WorkerRecord,
};

use super::LendingQueue;

impl Queue for LendingQueue {
    fn activate_worker(
        &self,
        worker: WorkerId,
        process: Option<ProcessId>,
    ) -> Result<Activation, QueueError> {
        let activation = self.inner.activate_worker(worker, process)?;
        if activation.session == self.home {
            self.take_seat(worker, &activation.job_type);
        }
        Ok(activation)
    }

    fn claim(&self, request: ClaimRequest) -> Result<Claim, QueueError> {
        self.claim_at_post(&request)
    }

    fn beat(
        &self,
        worker: WorkerId,
        progress: &[Progress],
        wait: Duration,
    ) -> Result<Beat, QueueError> {
        self.beat_at_post(worker, progress, wait)
    }

    fn nudge(&self, worker: WorkerId) {
        let row = self.seat(worker, |seat| {
            seat.is_nudged = true;
            seat.post.as_ref().map(|post| post.row)
        });
        self.changed.notify_all();
        self.inner.nudge(worker);
        if let Some(row) = row.flatten() {
            self.inner.nudge(row);
        }
    }

    fn remove_worker(&self, worker: WorkerId, exit: &WorkerExit) -> Result<Released, QueueError> {
        let left = self.leave_seat(worker, exit);
        let released = self.inner.remove_worker(worker, exit)?;
        left.map(|()| released)
    }

    fn open_session(&self, new: &NewSession) -> Result<SessionId, QueueError> {
        self.inner.open_session(new)
    }

    fn close_session(&self, session: SessionId) -> Result<(), QueueError> {
        self.inner.close_session(session)
    }

    fn abandon_session(&self, session: SessionId) -> Result<bool, QueueError> {
        self.inner.abandon_session(session)
    }

    fn sessions(&self) -> Result<Vec<SessionRecord>, QueueError> {
        self.inner.sessions()
    }

    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Result<Vec<JobId>, QueueError> {
        self.inner.enqueue(session, jobs)
    }

    fn cancel(
        &self,
        session: SessionId,
        target: &CancelTarget,
        by: &str,
    ) -> Result<CancelCounts, QueueError> {
        self.inner.cancel(session, target, by)
    }

    fn finished(
        &self,
        session: SessionId,
        after: i64,
        limit: u32,
        wait: Duration,
    ) -> Result<Vec<FinishedJob>, QueueError> {
        self.inner.finished(session, after, limit, wait)
    }

    fn register_worker(&self, new: &NewWorker) -> Result<WorkerId, QueueError> {
        self.inner.register_worker(new)
    }

    fn set_paused(&self, job_type: &str, paused: bool) -> Result<(), QueueError> {
        self.inner.set_paused(job_type, paused)
    }

    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Result<(), QueueError> {
        self.inner.set_max_running(job_type, limit)
    }

    fn retry(&self, job: JobId) -> Result<JobId, QueueError> {
        self.inner.retry(job)
    }

    fn counts(&self, session: Option<SessionId>) -> Result<Counts, QueueError> {
        self.inner.counts(session)
    }

    fn job(&self, job: JobId) -> Result<Option<JobRecord>, QueueError> {
        self.inner.job(job)
    }

    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, QueueError> {
        self.inner.jobs(filter)
    }

    fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, QueueError> {
        self.inner.attempts(job)
    }

    fn workers(&self, session: Option<SessionId>) -> Result<Vec<WorkerRecord>, QueueError> {
        self.inner.workers(session)
    }

    fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.inner.events(after, limit)
    }

    fn prune(&self, retention: &Retention) -> Result<Pruned, QueueError> {
        self.inner.prune(retention)
    }

    fn tidy_up(&self) -> Result<(), QueueError> {
        self.inner.tidy_up()
    }
}
