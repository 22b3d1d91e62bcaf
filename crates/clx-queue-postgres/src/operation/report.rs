//! Accepts reports that are no plain completions: failures, returns, cancelled jobs. Principal
//! function: [`report`].

use clx_queue::{Completion, ErrorClass, EventType, JobId, JobState, Outcome, WorkerId, policy};
use postgres::Row;

use super::transition::{self, JobHead};
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reported {
    /// Accepted; whether the attempt counts as failed.
    Accepted { failed: bool },
    /// The worker had lost the job.
    Lost,
    /// A plain completion, which the function `claim` accepts.
    Plain,
}

/// A running job as its fence sees it.
struct Running {
    head: JobHead,
    cancel_requested: bool,
    failures: u32,
    max_failures: u32,
    started_us: Option<i64>,
}

impl Running {
    fn read(row: &Row) -> Result<Self, postgres::Error> {
        Ok(Self {
            head: JobHead::read(row)?,
            cancel_requested: row.flag("cancel_requested")?,
            failures: row.small("failures")?,
            max_failures: row.small("max_failures")?,
            started_us: row.opt_int("started_us")?,
        })
    }
}

/// Accepts the report if the worker still has the job in this attempt.
pub(crate) fn report(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    completion: &Completion,
) -> Result<Reported, Failure> {
    let row = tx.query_opt(
        "SELECT id, session_id, job_type, state, cancel_requested, failures, max_failures,
                started_us
         FROM jobs
         WHERE id = $1 AND worker_id = $2 AND attempt = $3 AND state IS NOT DISTINCT FROM 3
         FOR NO KEY UPDATE",
        &[p(&completion.job.0), p(&worker.0), p(&i64::from(completion.attempt))],
    )?;
    let Some(row) = row else { return Ok(Reported::Lost) };
    let job = Running::read(&row)?;
    let mut failed = false;
    match &completion.outcome {
        // Whatever came of it, somebody does not want it any more.
        _ if job.cancel_requested => cancelled(tx, job.head)?,
        Outcome::Completed { .. } => return Ok(Reported::Plain),
        Outcome::Cancelled => cancelled(tx, job.head)?,
        // The attempt did not take place; its number stays used, for the fence.
        Outcome::Returned => transition::put_back(tx, job.head, 0)?,
        Outcome::Failed { class, detail } => {
            failed = true;
            fail(tx, worker, completion.attempt, &job, *class, detail)?;
        }
    }
    Ok(Reported::Accepted { failed })
}

fn cancelled(tx: &mut Tx<'_>, job: JobHead) -> Result<(), Failure> {
    transition::finish(tx, &[job], JobState::Cancelled, ErrorClass::Cancelled).map(drop)
}

fn fail(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    attempt: u32,
    job: &Running,
    class: ErrorClass,
    detail: &str,
) -> Result<(), Failure> {
    record(tx, (job.head.id, attempt), worker, job.started_us, class, detail)?;
    let failures = job.failures + 1;
    tx.execute(
        "UPDATE jobs SET failures = $2 WHERE id = $1",
        &[p(&job.head.id.0), p(&i64::from(failures))],
    )?;
    let retry = policy::is_retried(class, failures, job.max_failures);
    let event = if retry { EventType::JobRetried } else { EventType::JobFailed };
    tx.event(job.head.session, event, Some(job.head.id), Some(worker), class.name());
    if retry {
        let run_at = tx.now.plus(policy::back_off(job.head.id, failures));
        transition::put_back(tx, job.head, run_at.as_us())
    } else {
        transition::finish(tx, &[job.head], JobState::Failed, class).map(drop)
    }
}

/// Appends a failed or lost attempt of a job to the history.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    (job, attempt): (JobId, u32),
    worker: WorkerId,
    started_us: Option<i64>,
    class: ErrorClass,
    detail: &str,
) -> Result<(), Failure> {
    let now = tx.now.as_us();
    tx.execute(
        "INSERT INTO attempts(job, attempt, worker_id, started_us, finished_us, error_class, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            p(&job.0),
            p(&i64::from(attempt)),
            p(&worker.0),
            p(&started_us),
            p(&now),
            p(&class.code()),
            p(&detail),
        ],
    )?;
    Ok(())
}
