//! Enqueues a copy of a job that did not complete. Principal function: [`retry`].

use rusqlite::{OptionalExtension, named_params};

use super::session::require_open;
use super::transition::JobHead;
use crate::error::QueueError;
use crate::ids::JobId;
use crate::sqlite::transaction::{OperationError, Tx};
use crate::state::{ErrorClass, JobState};

/// Inserts a fresh ready job with the old one's input; the old row stays as history.
pub(crate) fn retry(tx: &mut Tx<'_>, job: JobId) -> Result<JobId, OperationError> {
    let head = tx
        .prepare("SELECT id, session_id, job_type, state, error_class FROM jobs WHERE id = :id")?
        .query_row(named_params! { ":id": job }, |row| {
            Ok((JobHead::read(row)?, row.get::<_, Option<ErrorClass>>("error_class")?))
        })
        .optional()?;
    let (head, trouble) = head.ok_or(QueueError::NoSuchJob { job })?;
    match head.state {
        JobState::Failed | JobState::Cancelled | JobState::Dead => {}
        JobState::Completed if trouble.is_some() => {}
        state @ (JobState::Blocked
        | JobState::Scheduled
        | JobState::Ready
        | JobState::Running
        | JobState::Completed) => {
            return Err(OperationError::Refused(QueueError::NotRetryable { job, state }));
        }
    }
    require_open(tx, head.session)?;
    tx.prepare(
        "INSERT INTO jobs(session_id, job_type, state, priority, max_failures, max_losses,
                          requires, label, payload, timeout_ms, correlation_id, created_us)
         SELECT session_id, job_type, 2, priority, max_failures, max_losses,
                requires, label, payload, timeout_ms, correlation_id, :now
         FROM jobs
         WHERE id = :id",
    )?
    .execute(named_params! { ":now": tx.now.as_us(), ":id": job })?;
    let id = JobId(tx.connection.last_insert_rowid());
    tx.count(head.session, head.job_type, None, JobState::Ready);
    Ok(id)
}
