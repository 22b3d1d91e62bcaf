//! A worker's life: registered, live, removed. Principal functions: [`register`], [`activate`],
//! [`remove`].

use clx_queue::{
    Activation, ErrorClass, EventType, JobState, NewWorker, ProcessId, QueueError, Released,
    WorkerExit, WorkerId, WorkerState, policy,
};
use postgres::Row;

use super::report;
use super::session::require_open;
use super::transition::{self, JobHead};
use crate::error::Failure;
use crate::hub::JobType;
use crate::transaction::Tx;
use crate::value::{Columns, millis, p};

/// Inserts the row of a worker that is about to be started.
pub(crate) fn register(
    tx: &mut Tx<'_>,
    new: &NewWorker,
    job_type: JobType,
) -> Result<WorkerId, Failure> {
    require_open(tx, new.session)?;
    let now = tx.now.as_us();
    let row = tx.query_one(
        "INSERT INTO workers(session_id, job_type, mode, state, slots, external_id, seen_us,
                             lease_ms, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)
         RETURNING id",
        &[
            p(&new.session.0),
            p(&job_type.0),
            p(&new.mode.code()),
            p(&WorkerState::Created.code()),
            p(&i64::from(new.slots.max(1))),
            p(&new.external_id),
            p(&now),
            p(&millis(new.lease)),
        ],
    )?;
    let id = row.worker("id")?;
    tx.event(new.session, EventType::WorkerCreated, None, Some(id), new.mode.name());
    Ok(id)
}

/// Flips a registered worker to live.
pub(crate) fn activate(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    process: Option<ProcessId>,
) -> Result<Activation, Failure> {
    let row = tx.query_opt(
        "SELECT workers.session_id, job_types.name, lease_ms
         FROM workers
         JOIN job_types ON job_types.id = workers.job_type
         JOIN sessions ON sessions.id = workers.session_id
         WHERE workers.id = $1 AND sessions.state = 1
         FOR NO KEY UPDATE OF workers",
        &[p(&worker.0)],
    )?;
    let row = row.ok_or(QueueError::WorkerGone { worker })?;
    let activation = Activation {
        session: row.session("session_id")?,
        job_type: row.text("name")?,
        lease: row.opt_millis("lease_ms")?.unwrap_or_default(),
    };
    let pid = process.map(|process| i64::from(process.pid));
    let start = process.map(|process| process.start.cast_signed());
    let now = tx.now.as_us();
    tx.execute(
        "UPDATE workers
         SET state = $2, pid = $3, pid_start = $4, beat = beat + 1, seen_us = $5
         WHERE id = $1",
        &[p(&worker.0), p(&WorkerState::Live.code()), p(&pid), p(&start), p(&now)],
    )?;
    tx.event(activation.session, EventType::WorkerLive, None, Some(worker), "");
    Ok(activation)
}

/// A running job of an ended worker.
struct Orphan {
    head: JobHead,
    attempt: u32,
    started_us: Option<i64>,
    losses: u32,
    max_losses: u32,
    cancel_requested: bool,
}

impl Orphan {
    fn read(row: &Row) -> Result<Self, postgres::Error> {
        Ok(Self {
            head: JobHead::read(row)?,
            attempt: row.small("attempt")?,
            started_us: row.opt_int("started_us")?,
            losses: row.small("losses")?,
            max_losses: row.small("max_losses")?,
            cancel_requested: row.flag("cancel_requested")?,
        })
    }
}

/// Deletes the worker's row and gives its jobs back, in one transaction.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    exit: &WorkerExit,
) -> Result<Released, Failure> {
    // Deleted first: a claim of this worker under way is waited for, and its jobs are seen below.
    let row = tx.query_opt(
        "DELETE FROM workers
         USING job_types
         WHERE workers.id = $1 AND job_types.id = workers.job_type
         RETURNING session_id, job_types.name",
        &[p(&worker.0)],
    )?;
    let Some(row) = row else { return Ok(Released::default()) };
    let (session, job_type) = (row.session("session_id")?, row.text("name")?);
    let orphans = tx.query(
        "SELECT id, session_id, job_type, state, attempt, started_us, losses, max_losses,
                cancel_requested
         FROM jobs
         WHERE worker_id = $1 AND state = 3
         ORDER BY id
         FOR NO KEY UPDATE",
        &[p(&worker.0)],
    )?;
    let mut released = Released::default();
    for orphan in orphans {
        release(tx, worker, &Orphan::read(&orphan)?, exit, &mut released)?;
    }
    let (event, detail) = match exit {
        WorkerExit::Stopped => (EventType::WorkerStopped, job_type),
        WorkerExit::Lost { how } => (EventType::WorkerLost, format!("{job_type}: {how}")),
    };
    tx.event(session, event, None, Some(worker), &detail);
    tx.effects.workers.insert(worker);
    Ok(released)
}

fn release(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    orphan: &Orphan,
    exit: &WorkerExit,
    released: &mut Released,
) -> Result<(), Failure> {
    let head = orphan.head;
    if orphan.cancel_requested {
        released.cancelled.push(head.id);
        return transition::finish(tx, &[head], JobState::Cancelled, ErrorClass::Cancelled)
            .map(drop);
    }
    let WorkerExit::Lost { how } = exit else {
        released.returned.push(head.id);
        return transition::put_back(tx, head, 0);
    };
    let class = ErrorClass::WorkerLost;
    report::record(tx, (head.id, orphan.attempt), worker, orphan.started_us, class, how)?;
    let losses = orphan.losses + 1;
    tx.execute(
        "UPDATE jobs SET losses = $2 WHERE id = $1",
        &[p(&head.id.0), p(&i64::from(losses))],
    )?;
    if losses >= orphan.max_losses {
        released.dead.push(head.id);
        tx.event(head.session, EventType::JobDead, Some(head.id), Some(worker), how);
        return transition::finish(tx, &[head], JobState::Dead, class).map(drop);
    }
    released.returned.push(head.id);
    // The first loss may be the worker's own fault: no pause. A second one makes the job suspect.
    let pause = policy::back_off(head.id, losses - 1);
    let run_at = if losses == 1 { 0 } else { tx.now.plus(pause).as_us() };
    transition::put_back(tx, head, run_at)
}
