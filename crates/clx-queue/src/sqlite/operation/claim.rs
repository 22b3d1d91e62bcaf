//! Reports finished attempts and claims jobs, in one transaction. Principal function: [`claim`].
//!
//! The claim is a SELECT by the partial index and an UPDATE by id: half the cost of
//! `UPDATE … RETURNING`, which allocates an ephemeral table per call. The write lock is held from
//! the start, so nobody competes for a row.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::{due, finish};
use crate::error::QueueError;
use crate::ids::{SessionId, WorkerId};
use crate::sqlite::transaction::{JobType, OperationError, Tx};
use crate::state::{JobState, WorkerMode, WorkerState};
use crate::worker::{Claim, ClaimRequest, ClaimedJob};

/// The worker that claims, with what bounds it.
struct Claimant {
    session: SessionId,
    job_type: JobType,
    mode: WorkerMode,
    state: WorkerState,
    claim_seq: i64,
    paused: bool,
    max_running: Option<i64>,
    session_open: bool,
}

/// Accepts the reports, then claims up to `free` jobs.
pub(crate) fn claim(tx: &mut Tx<'_>, request: &ClaimRequest) -> Result<Claim, OperationError> {
    let claimant = claimant(tx, request)?;
    if request.seq == claimant.claim_seq && request.seq > 0 {
        return Ok(Claim { jobs: claimed_before(tx, request)?, lost: Vec::new() });
    }
    if request.seq != claimant.claim_seq + 1 {
        return Err(OperationError::Refused(QueueError::ClaimOutOfOrder {
            worker: request.worker,
            found: request.seq,
            expected: claimant.claim_seq + 1,
        }));
    }
    let mut claim = Claim::default();
    let mut tally = finish::Accepted::default();
    let place = (claimant.session, claimant.job_type);
    for completion in &request.done {
        if !finish::finish(tx, request.worker, place, completion, &mut tally)? {
            claim.lost.push(completion.job);
        }
    }
    if !std::mem::replace(&mut tx.promoted, true) {
        due::promote(tx)?;
    }
    let limit = admitted(tx, &claimant, request.free)?;
    if limit > 0 {
        claim.jobs = take_ready(tx, &claimant, request, limit)?;
    }
    if !claim.jobs.is_empty() || !request.done.is_empty() {
        store_seq(tx, request, &tally)?;
    }
    Ok(claim)
}

fn claimant(tx: &Tx<'_>, request: &ClaimRequest) -> Result<Claimant, OperationError> {
    let gone = QueueError::WorkerGone { worker: request.worker };
    let claimant = tx
        .prepare(
            "SELECT workers.session_id, workers.job_type, workers.mode, workers.state,
                    workers.claim_seq, job_types.paused, job_types.max_running,
                    sessions.state = 1 AS session_open
             FROM workers
             JOIN sessions ON sessions.id = workers.session_id
             JOIN job_types ON job_types.id = workers.job_type
             WHERE workers.id = :worker",
        )?
        .query_row(named_params! { ":worker": request.worker }, |row| {
            Ok(Claimant {
                session: row.get("session_id")?,
                job_type: JobType(row.get("job_type")?),
                mode: row.get("mode")?,
                state: row.get("state")?,
                claim_seq: row.get("claim_seq")?,
                paused: row.get("paused")?,
                max_running: row.get("max_running")?,
                session_open: row.get("session_open")?,
            })
        })
        .optional()?;
    claimant
        .filter(|claimant| claimant.session_open && claimant.state != WorkerState::Created)
        .ok_or(OperationError::Refused(gone))
}

/// Returns how many jobs the worker may take now.
fn admitted(tx: &Tx<'_>, claimant: &Claimant, free: u32) -> rusqlite::Result<u32> {
    if claimant.paused || claimant.state != WorkerState::Live {
        return Ok(0);
    }
    let Some(max_running) = claimant.max_running else { return Ok(free) };
    // Counters of this batch are not written yet, so the rows are asked: `jobs_running` holds at
    // most one per slot.
    let running: i64 = tx
        .prepare(
            "SELECT count(*)
             FROM jobs INDEXED BY jobs_running
             WHERE state = 3 AND job_type = :type",
        )?
        .query_row(named_params! { ":type": claimant.job_type.0 }, |row| row.get(0))?;
    Ok(free.min(u32::try_from(max_running - running).unwrap_or(0)))
}

fn take_ready(
    tx: &mut Tx<'_>,
    claimant: &Claimant,
    request: &ClaimRequest,
    limit: u32,
) -> rusqlite::Result<Vec<ClaimedJob>> {
    let place = (claimant.session, claimant.job_type, claimant.mode);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let jobs = match tx.ready.take(place, limit) {
        Some(jobs) => jobs,
        None => {
            let read = limit.max(tx.n_operations);
            let jobs = read_ready(tx, claimant, read)?;
            tx.ready.fill(place, jobs, read);
            tx.ready.take(place, limit).unwrap_or_default()
        }
    };
    let mut update = tx.prepare(
        "UPDATE jobs
         SET state = 3, attempt = attempt + 1, worker_id = :worker, claim_seq = :seq,
             started_us = :now
         WHERE id = :id",
    )?;
    let mut claimed = Vec::with_capacity(jobs.len());
    for mut job in jobs {
        update.execute(named_params! {
            ":worker": request.worker, ":seq": request.seq, ":now": tx.now.as_us(),
            ":id": job.id,
        })?;
        tx.count(claimant.session, claimant.job_type, Some(JobState::Ready), JobState::Running);
        job.attempt += 1;
        claimed.push(job);
    }
    Ok(claimed)
}

fn read_ready(tx: &Tx<'_>, claimant: &Claimant, limit: usize) -> rusqlite::Result<Vec<ClaimedJob>> {
    let mut statement = tx.prepare(READY)?;
    let rows = statement.query_map(
        named_params! {
            ":session": claimant.session, ":type": claimant.job_type.0, ":mode": claimant.mode,
            ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
        },
        read_claimed,
    )?;
    rows.collect()
}

/// The claim's query; served by `jobs_ready` without a sort.
pub(crate) const READY: &str = "SELECT id, attempt, label, payload, timeout_ms, correlation_id
     FROM jobs
     WHERE session_id = :session AND job_type = :type AND state = 2 AND requires IN (0, :mode)
     ORDER BY priority DESC, id
     LIMIT :limit";

fn read_claimed(row: &rusqlite::Row<'_>) -> rusqlite::Result<ClaimedJob> {
    let timeout_ms: Option<u64> = row.get("timeout_ms")?;
    Ok(ClaimedJob {
        id: row.get("id")?,
        attempt: row.get("attempt")?,
        label: row.get("label")?,
        payload: row.get("payload")?,
        timeout: timeout_ms.map(Duration::from_millis),
        correlation_id: row.get("correlation_id")?,
    })
}

/// Returns the jobs that a repeated claim number got the first time and still has.
fn claimed_before(tx: &Tx<'_>, request: &ClaimRequest) -> rusqlite::Result<Vec<ClaimedJob>> {
    let mut statement = tx.prepare(
        "SELECT id, attempt, label, payload, timeout_ms, correlation_id
         FROM jobs
         WHERE state = 3 AND worker_id = :worker AND claim_seq = :seq
         ORDER BY id",
    )?;
    let rows = statement.query_map(
        named_params! { ":worker": request.worker, ":seq": request.seq },
        read_claimed,
    )?;
    rows.collect()
}

fn store_seq(
    tx: &Tx<'_>,
    request: &ClaimRequest,
    accepted: &finish::Accepted,
) -> rusqlite::Result<()> {
    tx.prepare(
        "UPDATE workers
         SET claim_seq = :seq, done = done + :done, failed = failed + :failed
         WHERE id = :worker",
    )?
    .execute(named_params! {
        ":seq": request.seq, ":done": accepted.done, ":failed": accepted.failed,
        ":worker": request.worker,
    })?;
    Ok(())
}

/// Where a worker stands: whose jobs of which type it claims.
pub(crate) struct Place {
    pub(crate) session: SessionId,
    pub(crate) job_type: JobType,
}

/// Returns the place of a worker, `None` if its row is gone or its session closed.
pub(crate) fn place(connection: &Connection, worker: WorkerId) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached(
            "SELECT workers.session_id, workers.job_type
             FROM workers JOIN sessions ON sessions.id = workers.session_id
             WHERE workers.id = :worker AND sessions.state = 1",
        )?
        .query_row(named_params! { ":worker": worker }, |row| {
            Ok(Place { session: row.get("session_id")?, job_type: JobType(row.get("job_type")?) })
        })
        .optional()
}
