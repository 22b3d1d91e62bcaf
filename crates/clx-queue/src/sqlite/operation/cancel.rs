//! Cancels jobs: waiting ones at once, running ones by asking their workers. Principal function:
//! [`cancel`].

use rusqlite::named_params;

use super::transition::{self, JobHead};
use crate::event::EventType;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::job::{CancelCounts, CancelTarget};
use crate::sqlite::transaction::{OperationError, Tx};
use crate::state::{ErrorClass, JobState};

/// Cancels the session's live jobs that the target names.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    session: SessionId,
    target: &CancelTarget,
    by: &str,
) -> Result<CancelCounts, OperationError> {
    let mut counts = CancelCounts::default();
    for id in targets(tx, session, target)? {
        // Read again: an earlier one of the list may have taken this one along.
        let Some(job) = live_job(tx, id)? else { continue };
        if job.state == JobState::Running {
            request(tx, job, by)?;
            counts.requested += 1;
        } else {
            counts.cancelled += cancel_waiting(tx, job, by)?;
        }
    }
    Ok(counts)
}

fn targets(tx: &Tx<'_>, session: SessionId, target: &CancelTarget) -> rusqlite::Result<Vec<JobId>> {
    let (condition, value) = match target {
        CancelTarget::All => (":value IS NULL", rusqlite::types::Value::Null),
        CancelTarget::Type(name) => {
            ("job_type = (SELECT id FROM job_types WHERE name = :value)", name.clone().into())
        }
        CancelTarget::Job(id) => ("id = :value", id.0.into()),
        CancelTarget::Key(key) => ("unique_key = :value", key.clone().into()),
    };
    let sql = format!(
        "SELECT id
         FROM jobs
         WHERE session_id = :session AND state <= 3 AND {condition}"
    );
    let mut statement = tx.prepare(&sql)?;
    let rows = statement
        .query_map(named_params! { ":session": session, ":value": value }, |row| row.get("id"))?;
    rows.collect()
}

fn live_job(tx: &Tx<'_>, id: JobId) -> rusqlite::Result<Option<JobHead>> {
    use rusqlite::OptionalExtension as _;
    tx.prepare("SELECT id, session_id, job_type, state FROM jobs WHERE id = :id AND state <= 3")?
        .query_row(named_params! { ":id": id }, JobHead::read)
        .optional()
}

/// Cancels a job and those that need it; returns how many.
fn cancel_waiting(tx: &mut Tx<'_>, job: JobHead, by: &str) -> rusqlite::Result<u64> {
    tx.prepare("UPDATE jobs SET cancel_by = :by WHERE id = :id")?
        .execute(named_params! { ":by": by, ":id": job.id })?;
    tx.event(job.session, EventType::JobCancelled, Some(job.id), None, by)?;
    transition::finish(tx, job, JobState::Cancelled, ErrorClass::Cancelled)
}

/// Asks the worker of a running job to stop.
fn request(tx: &mut Tx<'_>, job: JobHead, by: &str) -> rusqlite::Result<()> {
    tx.prepare("UPDATE jobs SET cancel_requested = 1, cancel_by = :by WHERE id = :id")?
        .execute(named_params! { ":by": by, ":id": job.id })?;
    tx.event(job.session, EventType::JobCancelled, Some(job.id), None, by)?;
    let worker: Option<(WorkerId, Option<String>)> = {
        use rusqlite::OptionalExtension as _;
        tx.prepare(
            "SELECT workers.id, workers.doorbell
             FROM jobs JOIN workers ON workers.id = jobs.worker_id
             WHERE jobs.id = :id",
        )?
        .query_row(named_params! { ":id": job.id }, |row| {
            Ok((row.get("id")?, row.get("doorbell")?))
        })
        .optional()?
    };
    tx.effects.workers.extend(worker);
    Ok(())
}

/// Takes a job out of the way of a new one with the same unique key.
pub(crate) fn supersede(tx: &mut Tx<'_>, job: JobHead) -> rusqlite::Result<()> {
    if job.state == JobState::Running {
        tx.prepare("UPDATE jobs SET unique_key = NULL WHERE id = :id")?
            .execute(named_params! { ":id": job.id })?;
        request(tx, job, "superseded")
    } else {
        cancel_waiting(tx, job, "superseded").map(drop)
    }
}

/// Cancels a job that was enqueued after one of its needs had failed.
pub(crate) fn for_failed_need(tx: &mut Tx<'_>, job: JobHead) -> rusqlite::Result<()> {
    tx.event(
        job.session,
        EventType::JobCancelled,
        Some(job.id),
        None,
        "a job that it needs had not completed",
    )?;
    transition::finish(tx, job, JobState::Cancelled, ErrorClass::Dependency).map(drop)
}
