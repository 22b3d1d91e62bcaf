//! A worker's life: registered, live, removed. Principal functions: [`register`], [`activate`],
//! [`remove`].

use std::time::Duration;

use rusqlite::{OptionalExtension, named_params};

use super::enqueue::job_type;
use super::finish;
use super::session::require_open;
use super::transition::{self, JobHead};
use crate::error::QueueError;
use crate::event::EventType;
use crate::ids::{SessionId, WorkerId};
use crate::policy;
use crate::sqlite::transaction::{OperationError, Tx};
use crate::state::{ErrorClass, JobState, WorkerState};
use crate::worker::{Activation, NewWorker, ProcessId, Released, WorkerExit};

/// Inserts the row of a worker that is about to be started.
pub(crate) fn register(tx: &mut Tx<'_>, new: &NewWorker) -> Result<WorkerId, OperationError> {
    require_open(tx, new.session)?;
    let job_type = job_type(tx, &new.job_type)?;
    tx.prepare(
        "INSERT INTO workers(session_id, job_type, mode, state, slots, external_id, seen_us,
                             lease_ms, created_us)
         VALUES (:session, :type, :mode, :state, :slots, :external_id, :now, :lease, :now)",
    )?
    .execute(named_params! {
        ":session": new.session, ":type": job_type.0, ":mode": new.mode,
        ":state": WorkerState::Created, ":slots": new.slots.max(1),
        ":external_id": new.external_id, ":now": tx.now.as_us(),
        ":lease": i64::try_from(new.lease.as_millis()).unwrap_or(i64::MAX),
    })?;
    let id = WorkerId(tx.connection.last_insert_rowid());
    tx.event(new.session, EventType::WorkerCreated, None, Some(id), new.mode.name())?;
    Ok(id)
}

/// Flips a registered worker to live.
pub(crate) fn activate(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    process: Option<ProcessId>,
    doorbell: &str,
) -> Result<Activation, OperationError> {
    let row = tx
        .prepare(
            "SELECT workers.session_id, job_types.name, lease_ms
             FROM workers
             JOIN job_types ON job_types.id = workers.job_type
             JOIN sessions ON sessions.id = workers.session_id
             WHERE workers.id = :worker AND sessions.state = 1",
        )?
        .query_row(named_params! { ":worker": worker }, |row| {
            Ok(Activation {
                session: row.get("session_id")?,
                job_type: row.get("name")?,
                lease: Duration::from_millis(row.get("lease_ms")?),
            })
        })
        .optional()?;
    let activation = row.ok_or(QueueError::WorkerGone { worker })?;
    tx.prepare(
        "UPDATE workers
         SET state = :live, pid = :pid, pid_start = :start, doorbell = :doorbell,
             beat = beat + 1, seen_us = :now
         WHERE id = :worker",
    )?
    .execute(named_params! {
        ":live": WorkerState::Live, ":pid": process.map(|process| process.pid),
        ":start": process.map(|process| process.start.cast_signed()), ":doorbell": doorbell,
        ":now": tx.now.as_us(), ":worker": worker,
    })?;
    tx.event(activation.session, EventType::WorkerLive, None, Some(worker), "")?;
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

/// Deletes the worker's row and gives its jobs back, in one transaction.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    exit: &WorkerExit,
) -> Result<Released, OperationError> {
    let row: Option<(SessionId, Option<String>, String)> = tx
        .prepare(
            "SELECT session_id, doorbell, job_types.name AS type
             FROM workers JOIN job_types ON job_types.id = workers.job_type
             WHERE workers.id = :worker",
        )?
        .query_row(named_params! { ":worker": worker }, |row| {
            Ok((row.get("session_id")?, row.get("doorbell")?, row.get("type")?))
        })
        .optional()?;
    let Some((session, doorbell, job_type)) = row else { return Ok(Released::default()) };
    let mut released = Released::default();
    for orphan in orphans(tx, worker)? {
        release(tx, worker, &orphan, exit, &mut released)?;
    }
    tx.prepare("DELETE FROM workers WHERE id = :worker")?
        .execute(named_params! { ":worker": worker })?;
    let (event, detail) = match exit {
        WorkerExit::Stopped => (EventType::WorkerStopped, job_type),
        WorkerExit::Lost { how } => (EventType::WorkerLost, format!("{job_type}: {how}")),
    };
    tx.event(session, event, None, Some(worker), &detail)?;
    tx.effects.workers.insert(worker, doorbell);
    Ok(released)
}

fn orphans(tx: &Tx<'_>, worker: WorkerId) -> rusqlite::Result<Vec<Orphan>> {
    let mut statement = tx.prepare(
        "SELECT id, session_id, job_type, state, attempt, started_us, losses, max_losses,
                cancel_requested
         FROM jobs
         WHERE worker_id = :worker AND state = 3
         ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":worker": worker }, |row| {
        Ok(Orphan {
            head: JobHead::read(row)?,
            attempt: row.get("attempt")?,
            started_us: row.get("started_us")?,
            losses: row.get("losses")?,
            max_losses: row.get("max_losses")?,
            cancel_requested: row.get("cancel_requested")?,
        })
    })?;
    rows.collect()
}

fn release(
    tx: &mut Tx<'_>,
    worker: WorkerId,
    orphan: &Orphan,
    exit: &WorkerExit,
    released: &mut Released,
) -> rusqlite::Result<()> {
    let head = orphan.head;
    if orphan.cancel_requested {
        released.cancelled.push(head.id);
        return transition::finish(tx, head, JobState::Cancelled, ErrorClass::Cancelled).map(drop);
    }
    let WorkerExit::Lost { how } = exit else {
        released.returned.push(head.id);
        return transition::put_back(tx, head, 0);
    };
    let class = ErrorClass::WorkerLost;
    finish::record(tx, head.id, orphan.attempt, Some(worker), orphan.started_us, class, how)?;
    let losses = orphan.losses + 1;
    tx.prepare("UPDATE jobs SET losses = :losses WHERE id = :id")?
        .execute(named_params! { ":losses": losses, ":id": head.id })?;
    if losses >= orphan.max_losses {
        released.dead.push(head.id);
        tx.event(head.session, EventType::JobDead, Some(head.id), Some(worker), how)?;
        return transition::finish(tx, head, JobState::Dead, class).map(drop);
    }
    released.returned.push(head.id);
    // The first loss may be the worker's own fault: no pause. A second one makes the job suspect.
    let run_at =
        if losses == 1 { 0 } else { tx.now.plus(policy::back_off(head.id, losses - 1)).as_us() };
    transition::put_back(tx, head, run_at)
}
