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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use clx_queue::{
        JobState, Need, OnFailure, Owner, SessionState, SqliteOptions, SqliteQueue, WorkerMode,
    };

    use super::*;

    /// A queue in a file, with one session, and the same queue as it is lent.
    fn open(dir: &Path) -> (Arc<SqliteQueue>, LendingQueue, SessionId) {
        let queue = SqliteQueue::open(&dir.join("jobs.db"), &SqliteOptions::default());
        let queue = Arc::new(queue.unwrap());
        let home = queue.open_session(&session(1)).unwrap();
        (queue.clone(), LendingQueue::new(queue, home, WorkerMode::InProcess), home)
    }

    fn session(pid: u32) -> NewSession {
        let owner = Owner { pid, start: 0, boot_id: "boot".to_owned() };
        NewSession::new(owner, Path::new("/course"))
    }

    #[test]
    fn sessions_and_jobs_are_those_of_the_queue() {
        let dir = tempfile::tempdir().unwrap();
        let (queue, lent, _) = open(dir.path());
        let other = lent.open_session(&session(2)).unwrap();
        let ids = |queue: &dyn Queue| -> Vec<SessionId> {
            queue.sessions().unwrap().iter().map(|session| session.id).collect()
        };
        assert_eq!(ids(&lent), ids(&*queue));
        assert!(ids(&lent).contains(&other));

        let first = NewJob::new("test", "first", Vec::new());
        let needs = vec![(Need::InBatch(0), OnFailure::Cancel)];
        let second = NewJob { needs, ..NewJob::new("test", "second", Vec::new()) };
        let ids = lent.enqueue(other, vec![first, second]).unwrap();
        assert_eq!(lent.jobs(&JobFilter::default()).unwrap().len(), 2);
        assert_eq!(lent.job(ids[1]).unwrap(), queue.job(ids[1]).unwrap());
        assert_eq!(lent.counts(Some(other)).unwrap()[&JobState::Blocked], 1);

        let cancelled = lent.cancel(other, &CancelTarget::Job(ids[0]), "a test").unwrap();
        assert_eq!(cancelled, CancelCounts { cancelled: 2, requested: 0 });
        let finished = lent.finished(other, 0, 10, Duration::ZERO).unwrap();
        assert_eq!(finished.iter().map(|job| job.id).collect::<Vec<_>>(), ids);
        assert_eq!(lent.attempts(ids[0]).unwrap(), []);
        let again = lent.retry(ids[0]).unwrap();
        assert_eq!(queue.job(again).unwrap().unwrap().state, JobState::Ready);

        lent.close_session(other).unwrap();
        let closed = queue.sessions().unwrap().into_iter().find(|found| found.id == other);
        assert_eq!(closed.unwrap().state, SessionState::Closed);
        assert!(!lent.abandon_session(other).unwrap(), "it is closed");
        assert_eq!(lent.events(0, 100).unwrap(), queue.events(0, 100).unwrap());
    }

    #[test]
    fn limits_and_upkeep_are_those_of_the_queue() {
        let dir = tempfile::tempdir().unwrap();
        let (queue, lent, home) = open(dir.path());
        lent.enqueue(home, vec![NewJob::new("test", "waits", Vec::new())]).unwrap();
        let claims = || {
            let worker =
                queue.register_worker(&NewWorker::new(home, "test", WorkerMode::InProcess));
            let worker = worker.unwrap();
            queue.activate_worker(worker, None).unwrap();
            let claim =
                clx_queue::Seat::new(worker).claim(&*queue, vec![], Duration::ZERO).unwrap();
            let n_jobs = claim.jobs.len();
            queue.remove_worker(worker, &WorkerExit::Stopped).unwrap();
            n_jobs
        };
        lent.set_paused("test", true).unwrap();
        assert_eq!(claims(), 0);
        lent.set_paused("test", false).unwrap();
        lent.set_max_running("test", Some(0)).unwrap();
        assert_eq!(claims(), 0);
        lent.set_max_running("test", None).unwrap();
        assert_eq!(claims(), 1);
        assert_eq!(
            lent.prune(&Retention::default()).unwrap(),
            queue.prune(&Retention::default()).unwrap()
        );
        lent.tidy_up().unwrap();
    }
}
