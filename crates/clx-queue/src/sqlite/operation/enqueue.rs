//! Adds a batch of jobs. Principal function: [`enqueue`].

use rusqlite::{OptionalExtension, named_params};

use super::cancel;
use super::session::require_open;
use super::transition::JobHead;
use crate::error::QueueError;
use crate::ids::{JobId, SessionId};
use crate::job::{Need, NewJob, OnConflict, OnFailure, UniqueKey};
use crate::policy;
use crate::sqlite::transaction::{JobType, OperationError, Tx};
use crate::state::JobState;

/// Enqueues all jobs or none; returns their ids in order.
pub(crate) fn enqueue(
    tx: &mut Tx<'_>,
    session: SessionId,
    jobs: &[NewJob],
) -> Result<Vec<JobId>, OperationError> {
    require_open(tx, session)?;
    let mut ids: Vec<JobId> = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        let job_type = job_type(tx, &job.job_type)?;
        let joined = match &job.unique {
            Some(unique) => resolve_conflict(tx, session, job, unique)?,
            None => None,
        };
        let id = match joined {
            Some(id) => id,
            None => insert(tx, session, job_type, job, index, &ids)?,
        };
        ids.push(id);
    }
    Ok(ids)
}

/// Returns the row of a job type, made at its first use.
pub(crate) fn job_type(tx: &Tx<'_>, name: &str) -> rusqlite::Result<JobType> {
    let found = tx
        .prepare("SELECT id FROM job_types WHERE name = :name")?
        .query_row(named_params! { ":name": name }, |row| row.get("id"))
        .optional()?;
    if let Some(id) = found {
        return Ok(JobType(id));
    }
    tx.prepare("INSERT INTO job_types(name) VALUES (:name)")?
        .execute(named_params! { ":name": name })?;
    Ok(JobType(tx.connection.last_insert_rowid()))
}

fn insert(
    tx: &mut Tx<'_>,
    session: SessionId,
    job_type: JobType,
    job: &NewJob,
    index: usize,
    batch: &[JobId],
) -> Result<JobId, OperationError> {
    let needs = open_needs(tx, session, job, index, batch)?;
    let run_at = job.not_before.map_or(0, |moment| moment.as_us());
    let state = match (&needs, run_at > tx.now.as_us()) {
        (Needs::Failed, _) | (Needs::Open(_), _) if !needs.is_empty() => JobState::Blocked,
        (_, true) => JobState::Scheduled,
        (_, false) => JobState::Ready,
    };
    tx.prepare(
        "INSERT INTO jobs(session_id, job_type, state, priority, run_at_us, blocked_by,
                          max_failures, max_losses, requires, unique_key, label, payload,
                          timeout_ms, correlation_id, created_us)
         VALUES (:session, :type, :state, :priority, :run_at, :blocked_by,
                 :max_failures, :max_losses, :requires, :unique_key, :label, :payload,
                 :timeout, :correlation_id, :now)",
    )?
    .execute(named_params! {
        ":session": session, ":type": job_type.0, ":state": state,
        ":priority": policy::stored_priority(job), ":run_at": run_at, ":blocked_by": needs.count(),
        ":max_failures": job.max_failures.max(1), ":max_losses": job.max_losses.max(1),
        ":requires": job.requires.map_or(0, |mode| mode as i64),
        ":unique_key": job.unique.as_ref().map(|unique| &unique.key),
        ":label": job.label, ":payload": job.payload,
        ":timeout": job.timeout.map(|limit| i64::try_from(limit.as_millis()).unwrap_or(i64::MAX)),
        ":correlation_id": job.correlation_id, ":now": tx.now.as_us(),
    })?;
    let id = JobId(tx.connection.last_insert_rowid());
    tx.count(session, job_type, None, state);
    needs.store(tx, id)?;
    if matches!(needs, Needs::Failed) {
        let head = JobHead { id, session, job_type, state };
        cancel::for_failed_need(tx, head)?;
    }
    Ok(id)
}

/// What a new job has to wait for.
enum Needs {
    /// These are not final yet.
    Open(Vec<(JobId, OnFailure)>),
    /// One is final without having completed, so the job can never run.
    Failed,
}

impl Needs {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Open(needs) if needs.is_empty())
    }

    fn count(&self) -> i64 {
        match self {
            Self::Open(needs) => i64::try_from(needs.len()).unwrap_or(i64::MAX),
            Self::Failed => 1,
        }
    }

    fn store(&self, tx: &mut Tx<'_>, job: JobId) -> rusqlite::Result<()> {
        let Self::Open(needs) = self else { return Ok(()) };
        if !needs.is_empty() {
            tx.set_dependencies();
        }
        let mut statement = tx.prepare(
            "INSERT INTO deps(needs, job, on_failure) VALUES (:needs, :job, :on_failure)",
        )?;
        for &(needs, on_failure) in needs {
            statement.execute(named_params! {
                ":needs": needs, ":job": job,
                ":on_failure": i64::from(on_failure == OnFailure::Run),
            })?;
        }
        Ok(())
    }
}

fn open_needs(
    tx: &Tx<'_>,
    session: SessionId,
    job: &NewJob,
    index: usize,
    batch: &[JobId],
) -> Result<Needs, OperationError> {
    let mut open: Vec<(JobId, OnFailure)> = Vec::new();
    for &(need, on_failure) in &job.needs {
        let bad = |needs: String| QueueError::BadNeed { index, needs };
        let id = match need {
            Need::Job(id) => id,
            Need::InBatch(earlier) => {
                *batch.get(earlier).ok_or_else(|| bad(format!("number {earlier} of the batch")))?
            }
        };
        if open.iter().any(|&(other, _)| other == id) {
            continue;
        }
        let state: Option<JobState> = tx
            .prepare("SELECT state FROM jobs WHERE id = :id AND session_id = :session")?
            .query_row(named_params! { ":id": id, ":session": session }, |row| row.get("state"))
            .optional()?;
        match state.ok_or_else(|| bad(format!("job {id}")))? {
            JobState::Completed => {}
            JobState::Failed | JobState::Cancelled | JobState::Dead => {
                if on_failure == OnFailure::Cancel {
                    return Ok(Needs::Failed);
                }
            }
            JobState::Blocked | JobState::Scheduled | JobState::Ready | JobState::Running => {
                open.push((id, on_failure));
            }
        }
    }
    Ok(Needs::Open(open))
}

/// Makes room for a unique key; returns the job that stands for the new one, if any does.
fn resolve_conflict(
    tx: &mut Tx<'_>,
    session: SessionId,
    job: &NewJob,
    unique: &UniqueKey,
) -> Result<Option<JobId>, OperationError> {
    let existing = tx
        .prepare(
            "SELECT id, session_id, job_type, state
             FROM jobs
             WHERE session_id = :session AND unique_key = :key
               AND unique_key IS NOT NULL AND state <= 3",
        )?
        .query_row(named_params! { ":session": session, ":key": unique.key }, JobHead::read)
        .optional()?;
    let Some(existing) = existing else { return Ok(None) };
    match (unique.on_conflict, existing.state) {
        (OnConflict::Join, _) => Ok(Some(existing.id)),
        (OnConflict::Replace, JobState::Blocked | JobState::Scheduled | JobState::Ready) => {
            tx.prepare("UPDATE jobs SET payload = :payload, label = :label WHERE id = :id")?
                .execute(named_params! {
                    ":payload": job.payload, ":label": job.label, ":id": existing.id,
                })?;
            Ok(Some(existing.id))
        }
        (OnConflict::Replace | OnConflict::Supersede, _) => {
            cancel::supersede(tx, existing)?;
            Ok(None)
        }
    }
}
