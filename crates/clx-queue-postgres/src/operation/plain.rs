//! Adds a batch of jobs that concern no other: one call of the function `enqueue` on the server, one round
//! trip. Principal function: [`enqueue`].

use std::collections::HashMap;

use clx_queue::{JobId, NewJob, QueueError, SessionId, WorkerMode, policy};
use postgres::Client;

use super::claim::Limits;
use crate::error::{Failure, SESSION_CLOSED};
use crate::hub::JobType;
use crate::transaction::Effects;
use crate::value::{millis, p};

/// Columns of new jobs, a value for each job.
pub(super) struct NewColumns<'j> {
    pub(super) priorities: Vec<i64>,
    pub(super) run_at: Vec<i64>,
    pub(super) max_failures: Vec<i64>,
    pub(super) max_losses: Vec<i64>,
    pub(super) requires: Vec<i64>,
    pub(super) timeouts: Vec<Option<i64>>,
    pub(super) correlations: Vec<Option<&'j str>>,
}

impl<'j> NewColumns<'j> {
    pub(super) fn of(jobs: impl Iterator<Item = &'j NewJob> + Clone) -> Self {
        Self {
            priorities: jobs.clone().map(policy::stored_priority).collect(),
            run_at: jobs
                .clone()
                .map(|job| job.not_before.map_or(0, clx_core::Timestamp::as_us))
                .collect(),
            max_failures: jobs.clone().map(|job| i64::from(job.max_failures.max(1))).collect(),
            max_losses: jobs.clone().map(|job| i64::from(job.max_losses.max(1))).collect(),
            requires: jobs.clone().map(|job| job.requires.map_or(0, WorkerMode::code)).collect(),
            timeouts: jobs.clone().map(|job| job.timeout.map(millis)).collect(),
            correlations: jobs.map(|job| job.correlation_id.as_deref()).collect(),
        }
    }
}

/// Tells whether no job of a batch needs another or could stand for one.
pub(crate) fn is_plain(jobs: &[NewJob]) -> bool {
    !jobs.is_empty() && jobs.iter().all(|job| job.unique.is_none() && job.needs.is_empty())
}

/// What a call of the function `enqueue` adds.
pub(crate) struct Batch<'j> {
    /// Makes the call again add nothing.
    pub(crate) token: &'j str,
    pub(crate) session: SessionId,
    pub(crate) jobs: &'j [NewJob],
    /// The row of each job's type.
    pub(crate) types: Vec<JobType>,
}

/// Calls the function by its full name; returns the ids in order.
pub(crate) fn enqueue(
    client: &mut Client,
    function: &str,
    batch: &Batch<'_>,
    limits: &Limits<'_>,
) -> Result<Vec<JobId>, postgres::Error> {
    let columns = NewColumns::of(batch.jobs.iter());
    let types: Vec<_> = batch.types.iter().map(|job_type| job_type.0).collect();
    let labels: Vec<_> = batch.jobs.iter().map(|job| job.label.as_str()).collect();
    let payloads: Vec<_> = batch.jobs.iter().map(|job| job.payload.as_slice()).collect();
    let row = client.query_typed_one(
        &format!(
            "SELECT {function}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        ),
        &[
            p(&batch.token),
            p(&batch.session.0),
            p(&types),
            p(&columns.priorities),
            p(&columns.run_at),
            p(&columns.max_failures),
            p(&columns.max_losses),
            p(&columns.requires),
            p(&labels),
            p(&payloads),
            p(&columns.timeouts),
            p(&columns.correlations),
            p(&limits.clock),
            p(&limits.commit),
            p(&limits.lock_ms),
        ],
    )?;
    let ids: Vec<i64> = row.try_get(0)?;
    Ok(ids.into_iter().map(JobId).collect())
}

/// Returns whom a batch concerns.
pub(crate) fn effects(batch: &Batch<'_>) -> Effects {
    let mut effects = Effects::default();
    for (job, &job_type) in batch.jobs.iter().zip(&batch.types) {
        // One that is not due yet costs a look.
        *effects.ready.entry((batch.session, job_type)).or_default() += 1;
        effects.put_off |= job.not_before.is_some();
    }
    effects
}

/// Tells a session that is not open from what the server reports otherwise.
pub(crate) fn refusal(failure: Failure, session: SessionId) -> Failure {
    match failure {
        Failure::Postgres(error)
            if error.code().is_some_and(|code| code.code() == SESSION_CLOSED) =>
        {
            Failure::Refused(QueueError::SessionClosed { session })
        }
        other => other,
    }
}

/// Returns the types of jobs in order; the caller looked all of them up.
pub(crate) fn types_of(jobs: &[NewJob], types: &HashMap<String, JobType>) -> Vec<JobType> {
    jobs.iter().map(|job| types.get(&job.job_type).copied().unwrap_or(JobType(0))).collect()
}
