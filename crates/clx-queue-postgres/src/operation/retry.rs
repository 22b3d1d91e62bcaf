//! Enqueues a copy of a job that did not complete. Principal function: [`retry`].

use clx_queue::{JobId, JobState, QueueError};

use super::session::require_open;
use super::transition::JobHead;
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Inserts a fresh ready job with the old one's input; the old row stays as history.
pub(crate) fn retry(tx: &mut Tx<'_>, job: JobId) -> Result<JobId, Failure> {
    let row = tx.query_opt(
        "SELECT id, session_id, job_type, state, error_class FROM jobs WHERE id = $1",
        &[p(&job.0)],
    )?;
    let row = row.ok_or(QueueError::NoSuchJob { job })?;
    let head = JobHead::read(&row)?;
    let trouble = row.error_class("error_class")?;
    match head.state {
        JobState::Failed | JobState::Cancelled | JobState::Dead => {}
        JobState::Completed if trouble.is_some() => {}
        state @ (JobState::Blocked
        | JobState::Scheduled
        | JobState::Ready
        | JobState::Running
        | JobState::Completed) => {
            return Err(Failure::Refused(QueueError::NotRetryable { job, state }));
        }
    }
    require_open(tx, head.session)?;
    let now = tx.now.as_us();
    let row = tx.query_one(
        "INSERT INTO jobs(session_id, job_type, state, priority, max_failures, max_losses,
                          requires, label, payload, timeout_ms, correlation_id, created_us)
         SELECT session_id, job_type, 2, priority, max_failures, max_losses,
                requires, label, payload, timeout_ms, correlation_id, $2
         FROM jobs
         WHERE id = $1
         RETURNING id",
        &[p(&job.0), p(&now)],
    )?;
    tx.count(head.session, head.job_type, None, JobState::Ready);
    Ok(row.job("id")?)
}
