//! Cancels jobs: waiting ones at once, running ones by asking their workers. Principal function:
//! [`cancel`].

use clx_queue::{CancelCounts, CancelTarget, ErrorClass, EventType, JobState, SessionId};

use super::transition::{self, JobHead};
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Cancels the session's live jobs that the target names.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    session: SessionId,
    target: &CancelTarget,
    by: &str,
) -> Result<CancelCounts, Failure> {
    let jobs = lock_targets(tx, session, target)?;
    let (running, waiting): (Vec<_>, Vec<_>) =
        jobs.into_iter().partition(|job| job.state == JobState::Running);
    request(tx, &running, by)?;
    let cancelled = cancel_waiting(tx, &waiting, by)?;
    Ok(CancelCounts { cancelled, requested: running.len() as u64 })
}

/// Returns the live jobs that the target names, locked in the order of their ids.
fn lock_targets(
    tx: &mut Tx<'_>,
    session: SessionId,
    target: &CancelTarget,
) -> Result<Vec<JobHead>, Failure> {
    let (condition, number, text) = match target {
        CancelTarget::All => ("$2::bigint IS NULL AND $3::text IS NULL", None, None),
        CancelTarget::Type(name) => (
            "$2::bigint IS NULL AND job_type = (SELECT id FROM job_types WHERE name = $3)",
            None,
            Some(name.clone()),
        ),
        CancelTarget::Job(id) => ("id = $2 AND $3::text IS NULL", Some(id.0), None),
        CancelTarget::Key(key) => {
            ("$2::bigint IS NULL AND unique_key = $3", None, Some(key.clone()))
        }
    };
    let sql = format!(
        "SELECT id, session_id, job_type, state
         FROM jobs
         WHERE session_id = $1 AND state <= 3 AND {condition}
         ORDER BY id
         FOR NO KEY UPDATE"
    );
    let rows = tx.query(&sql, &[p(&session.0), p(&number), p(&text)])?;
    Ok(rows.iter().map(JobHead::read).collect::<Result<_, _>>()?)
}

/// Cancels jobs and those that need them; returns how many.
fn cancel_waiting(tx: &mut Tx<'_>, jobs: &[JobHead], by: &str) -> Result<u64, Failure> {
    note(tx, jobs, by, 0)?;
    transition::finish(tx, jobs, JobState::Cancelled, ErrorClass::Cancelled)
}

/// Asks the workers of running jobs to stop.
fn request(tx: &mut Tx<'_>, jobs: &[JobHead], by: &str) -> Result<(), Failure> {
    let workers = note(tx, jobs, by, 1)?;
    tx.effects.workers.extend(workers);
    Ok(())
}

/// Notes on jobs who cancelled them; returns their workers.
fn note(
    tx: &mut Tx<'_>,
    jobs: &[JobHead],
    by: &str,
    requested: i64,
) -> Result<Vec<clx_queue::WorkerId>, Failure> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = jobs.iter().map(|job| job.id.0).collect();
    let rows = tx.query(
        "UPDATE jobs SET cancel_requested = $2, cancel_by = $3
         WHERE id = ANY($1)
         RETURNING worker_id",
        &[p(&ids), p(&requested), p(&by)],
    )?;
    for job in jobs {
        tx.event(job.session, EventType::JobCancelled, Some(job.id), None, by);
    }
    let workers = rows.iter().map(|row| row.opt_int("worker_id"));
    let workers: Vec<_> = workers.collect::<Result<_, _>>()?;
    Ok(workers.into_iter().flatten().map(clx_queue::WorkerId).collect())
}

/// Takes a locked job out of the way of a new one with the same unique key.
pub(crate) fn supersede(tx: &mut Tx<'_>, job: JobHead) -> Result<(), Failure> {
    if job.state == JobState::Running {
        tx.execute("UPDATE jobs SET unique_key = NULL WHERE id = $1", &[p(&job.id.0)])?;
        request(tx, &[job], "superseded")
    } else {
        cancel_waiting(tx, &[job], "superseded").map(drop)
    }
}

/// Cancels jobs that were enqueued after one of their needs had failed.
pub(crate) fn for_failed_need(tx: &mut Tx<'_>, jobs: &[JobHead]) -> Result<(), Failure> {
    for job in jobs {
        let detail = "a job that it needs had not completed";
        tx.event(job.session, EventType::JobCancelled, Some(job.id), None, detail);
    }
    transition::finish(tx, jobs, JobState::Cancelled, ErrorClass::Dependency).map(drop)
}
