//! Accepts a worker's report about one attempt. Principal function: [`finish`].

use rusqlite::{OptionalExtension, named_params};

use super::transition::{self, JobHead};
use crate::event::EventType;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::policy;
use crate::sqlite::transaction::{JobType, Tx};
use crate::state::{ErrorClass, JobState};
use crate::worker::{Completion, Outcome};

/// What was accepted in one claim, for the worker's row.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) done: u32,
    pub(crate) failed: u32,
}

/// A running job as its fence sees it.
struct Running {
    head: JobHead,
    cancel_requested: bool,
    failures: u32,
    max_failures: u32,
    started_us: Option<i64>,
}

/// Accepts the report if the worker still has the job in this attempt; false if it lost it.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    place: (SessionId, JobType),
    completion: &Completion,
    accepted: &mut Accepted,
) -> rusqlite::Result<bool> {
    if let Outcome::Completed { result, partial } = &completion.outcome {
        let (session, job_type) = place;
        let head = JobHead { id: completion.job, session, job_type, state: JobState::Running };
        if transition::complete(tx, head, worker, completion.attempt, (result, *partial))? {
            accepted.done += 1;
            return Ok(true);
        }
    }
    let Some(job) = fenced(tx, worker, completion)? else { return Ok(false) };
    match &completion.outcome {
        // Whatever came of it, somebody does not want it any more.
        _ if job.cancel_requested => cancelled(tx, job.head)?,
        // A completion that is fenced in and was not taken above was asked to stop.
        Outcome::Completed { .. } | Outcome::Cancelled => cancelled(tx, job.head)?,
        Outcome::Returned => {
            // The attempt did not take place; its number stays used, for the fence.
            transition::put_back(tx, job.head, 0)?;
        }
        Outcome::Failed { class, detail } => {
            accepted.failed += 1;
            fail(tx, worker, completion.attempt, &job, *class, detail)?;
        }
    }
    Ok(true)
}

fn fenced(
    tx: &Tx<'_>,
    worker: WorkerId,
    completion: &Completion,
) -> rusqlite::Result<Option<Running>> {
    tx.prepare(
        "SELECT id, session_id, job_type, state, cancel_requested, failures, max_failures,
                started_us
         FROM jobs
         WHERE id = :id AND worker_id = :worker AND attempt = :attempt AND state = 3",
    )?
    .query_row(
        named_params! {
            ":id": completion.job, ":worker": worker, ":attempt": completion.attempt,
        },
        |row| {
            Ok(Running {
                head: JobHead::read(row)?,
                cancel_requested: row.get("cancel_requested")?,
                failures: row.get("failures")?,
                max_failures: row.get("max_failures")?,
                started_us: row.get("started_us")?,
            })
        },
    )
    .optional()
}

fn cancelled(tx: &mut Tx<'_>, job: JobHead) -> rusqlite::Result<()> {
    transition::finish(tx, job, JobState::Cancelled, ErrorClass::Cancelled).map(drop)
}

fn fail(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    attempt: u32,
    job: &Running,
    class: ErrorClass,
    detail: &str,
) -> rusqlite::Result<()> {
    record(tx, job.head.id, attempt, Some(worker), job.started_us, class, detail)?;
    let failures = job.failures + 1;
    tx.prepare("UPDATE jobs SET failures = :failures WHERE id = :id")?
        .execute(named_params! { ":failures": failures, ":id": job.head.id })?;
    let retry = policy::is_retried(class, failures, job.max_failures);
    let event = if retry { EventType::JobRetried } else { EventType::JobFailed };
    tx.event(job.head.session, event, Some(job.head.id), Some(worker), class.name())?;
    if retry {
        let run_at = tx.now.plus(policy::back_off(job.head.id, failures));
        transition::put_back(tx, job.head, run_at.as_us())
    } else {
        transition::finish(tx, job.head, JobState::Failed, class).map(drop)
    }
}

/// Appends a failed or lost attempt to the history.
pub(crate) fn record(
    tx: &Tx<'_>,
    job: JobId,
    attempt: u32,
    worker: Option<WorkerId>,
    started_us: Option<i64>,
    class: ErrorClass,
    detail: &str,
) -> rusqlite::Result<()> {
    tx.prepare(
        "INSERT INTO attempts(job, attempt, worker_id, started_us, finished_us, error_class, detail)
         VALUES (:job, :attempt, :worker, :started, :now, :class, :detail)",
    )?
    .execute(named_params! {
        ":job": job, ":attempt": attempt, ":worker": worker, ":started": started_us,
        ":now": tx.now.as_us(), ":class": class, ":detail": detail,
    })?;
    Ok(())
}
