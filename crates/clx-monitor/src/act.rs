//! Cancels and retries, and says in a sentence what came of it. Everything else only looks.

use clx_core::Timestamp;
use clx_queue::{CancelTarget, JobId, QueueError, QueueView, SessionId};
use clx_status::{Build, BuildState, IsDead};

use crate::model::Cancel;
use clx_status::words::counted;

/// Who cancelled, for those who look at the job later.
const BY: &str = "clx monitor";

/// Cancels a job or all jobs of a build.
pub(crate) fn cancel(queue: &dyn QueueView, cancel: Cancel) -> Result<String, QueueError> {
    match cancel {
        Cancel::Job(job) => cancel_job(queue, job),
        Cancel::Build(build) => cancel_build(queue, build),
    }
}

fn cancel_job(queue: &dyn QueueView, id: JobId) -> Result<String, QueueError> {
    let Some(job) = queue.job(id)? else { return Ok(format!("job {id} is gone")) };
    let counts = queue.cancel(job.session, &CancelTarget::Job(id), BY)?;
    Ok(match (counts.cancelled, counts.requested) {
        (0, 0) => format!("job {id} has ended already"),
        (0, _) => format!("the worker of job {id} was asked to stop"),
        (1, _) => format!("job {id} is cancelled"),
        (n, _) => format!("job {id} is cancelled, and {} that needed it", counted(n - 1, "job")),
    })
}

fn cancel_build(queue: &dyn QueueView, id: SessionId) -> Result<String, QueueError> {
    let counts = queue.cancel(id, &CancelTarget::All, BY)?;
    Ok(match (counts.cancelled, counts.requested) {
        (0, 0) => format!("build {id} has no job left to cancel"),
        (cancelled, 0) => format!("build {id}: {} cancelled", counted(cancelled, "job")),
        (0, asked) => format!("build {id}: {} asked to stop", counted(asked, "running job")),
        (cancelled, asked) => format!(
            "build {id}: {} cancelled, {asked} running asked to stop",
            counted(cancelled, "job")
        ),
    })
}

/// Runs a job again, if its build still works.
pub(crate) fn retry(
    queue: &dyn QueueView,
    id: JobId,
    now: Timestamp,
    is_dead: IsDead<'_>,
) -> Result<String, QueueError> {
    let Some(job) = queue.job(id)? else { return Ok(format!("job {id} is gone")) };
    let build = Build::find(queue, job.session, now, is_dead)?;
    if !build.is_some_and(|build| build.state == BuildState::Running) {
        return Ok(has_ended(job.session));
    }
    match queue.retry(id) {
        Ok(new) => {
            Ok(format!("job {id} runs again as job {new}, if its build does not end before"))
        }
        Err(QueueError::SessionClosed { session }) => Ok(has_ended(session)),
        Err(QueueError::NotRetryable { state, .. }) => Ok(format!(
            "job {id} is {state}; only a job that failed or was cancelled can run again"
        )),
        Err(error) => Err(error),
    }
}

fn has_ended(build: SessionId) -> String {
    format!("build {build} has ended; run `clx build` again")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clx_queue::{
        ErrorClass, NewJob, NewSession, NewWorker, Queue, Seat, SqliteOptions, SqliteQueue,
        WorkerMode,
    };

    use super::*;

    struct Stage {
        queue: SqliteQueue,
        build: SessionId,
        jobs: Vec<JobId>,
        seat: Seat,
        _dir: tempfile::TempDir,
    }

    /// An open build with three jobs, the first of which a worker has.
    fn stage() -> (Stage, clx_queue::ClaimedJob) {
        let dir = tempfile::tempdir().unwrap();
        let queue =
            SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default()).unwrap();
        let build = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let new = ["a", "b", "c"].map(|label| NewJob::new("notebook", label, vec![]));
        let jobs = queue.enqueue(build, new.into()).unwrap();
        let new = NewWorker::new(build, "notebook", WorkerMode::InProcess);
        let worker = queue.register_worker(&new).unwrap();
        queue.activate_worker(worker, None).unwrap();
        let mut seat = Seat::new(worker);
        let claimed = seat.claim(&queue, vec![], Duration::ZERO).unwrap().jobs.pop().unwrap();
        (Stage { queue, build, jobs, seat, _dir: dir }, claimed)
    }

    fn retried(stage: &Stage, job: JobId, is_dead: bool) -> String {
        retry(&stage.queue, job, Timestamp::from_us(0), &|_| is_dead).unwrap()
    }

    #[test]
    fn waiting_job_is_cancelled_and_running_one_is_asked() {
        let (stage, claimed) = stage();
        assert_eq!(claimed.id, stage.jobs[0]);
        let say = |job: JobId| cancel(&stage.queue, Cancel::Job(job)).unwrap();
        assert_eq!(say(stage.jobs[0]), "the worker of job 1 was asked to stop");
        assert_eq!(say(stage.jobs[1]), "job 2 is cancelled");
        assert_eq!(say(stage.jobs[1]), "job 2 has ended already");
        assert_eq!(say(JobId(99)), "job 99 is gone");
        let all = |build| cancel(&stage.queue, Cancel::Build(build)).unwrap();
        assert_eq!(all(stage.build), "build 1: 1 job cancelled, 1 running asked to stop");
    }

    #[test]
    fn failed_job_of_an_open_build_runs_again() {
        let (mut stage, claimed) = stage();
        let failed = claimed.failed(ErrorClass::User, "it is wrong".to_owned());
        stage.seat.report(&stage.queue, vec![failed]).unwrap();
        assert_eq!(
            retried(&stage, stage.jobs[0], false),
            "job 1 runs again as job 4, if its build does not end before"
        );
        assert_eq!(
            retried(&stage, stage.jobs[1], false),
            "job 2 is ready; only a job that failed or was cancelled can run again"
        );
        assert_eq!(
            retried(&stage, stage.jobs[0], true),
            "build 1 has ended; run `clx build` again"
        );
        stage.queue.close_session(stage.build).unwrap();
        assert_eq!(
            retried(&stage, stage.jobs[0], false),
            "build 1 has ended; run `clx build` again"
        );
    }
}
