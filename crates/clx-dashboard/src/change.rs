//! Cancels and tries again. Principal function: [`change`].

use clx_queue::{CancelTarget, JobId, QueueView, SessionFilter, SessionId};

use crate::problem::Problem;
use crate::route::Change;

/// Who cancelled, for people.
const BY: &str = "the dashboard";

/// Does what a form asks for, and returns the address of the page that shows it.
pub(crate) fn change(queue: &dyn QueueView, wanted: Change) -> Result<String, Problem> {
    match wanted {
        Change::CancelJob(id) => {
            let job = queue.job(id)?.ok_or_else(|| no_job(id))?;
            queue.cancel(job.session, &CancelTarget::Job(id), BY)?;
            Ok(format!("/jobs/{id}"))
        }
        Change::RetryJob(id) => Ok(format!("/jobs/{}", queue.retry(id)?)),
        Change::CancelBuild(id) => {
            let filter = SessionFilter { session: Some(id), ..SessionFilter::default() };
            if queue.list_sessions(&filter)?.is_empty() {
                return Err(no_build(id));
            }
            queue.cancel(id, &CancelTarget::All, BY)?;
            Ok(format!("/builds/{id}"))
        }
    }
}

pub(crate) fn no_job(id: JobId) -> Problem {
    Problem::missing(format!("there is no job {id}"), "finished jobs are forgotten after some days")
}

pub(crate) fn no_build(id: SessionId) -> Problem {
    let hint = "builds are forgotten when all their jobs are";
    Problem::missing(format!("there is no build {id}"), hint)
}
