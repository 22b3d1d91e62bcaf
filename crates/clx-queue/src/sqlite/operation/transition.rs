//! Final transitions and what follows from them: the outbox of the session and the jobs that
//! needed this one. Principal function: [`finish`].

use rusqlite::named_params;

use crate::event::EventType;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::sqlite::transaction::{JobType, Tx};
use crate::state::{ErrorClass, JobState};

/// The part of a job's row that transitions need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JobHead {
    pub(crate) id: JobId,
    pub(crate) session: SessionId,
    pub(crate) job_type: JobType,
    pub(crate) state: JobState,
}

impl JobHead {
    /// Reads the columns `id`, `session_id`, `job_type` and `state`.
    pub(crate) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            session: row.get("session_id")?,
            job_type: JobType(row.get("job_type")?),
            state: row.get("state")?,
        })
    }
}

/// Ends a job without a result and lets its dependents follow, transitively. Returns how many jobs ended.
pub(crate) fn finish(
    tx: &mut Tx<'_>,
    job: JobHead,
    to: JobState,
    class: ErrorClass,
) -> rusqlite::Result<u64> {
    let mut n_ended = 0;
    let mut open = vec![(job, to, class)];
    while let Some((job, to, class)) = open.pop() {
        tx.prepare(
            "UPDATE jobs
             SET state = :state, error_class = :class, finished_us = :now, cancel_requested = 0
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":state": to, ":class": class, ":now": tx.now.as_us(),
            ":id": job.id,
        })?;
        append_to_outbox(tx, job)?;
        tx.count(job.session, job.job_type, Some(job.state), to);
        tx.effects.finished.insert(job.session);
        release_dependents(tx, job.id, false, &mut open)?;
        n_ended += 1;
    }
    Ok(n_ended)
}

/// Completes a running job if the worker still has it in this attempt and nobody asked it to stop;
/// false otherwise. One statement checks the fence and writes, because this is what every job does.
/// A result comes with the reason why something lacks in it, if so.
pub(crate) fn complete(
    tx: &mut Tx<'_>,
    job: JobHead,
    worker: WorkerId,
    attempt: u32,
    (result, partial): (&[u8], Option<ErrorClass>),
) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare(
            "UPDATE jobs
             SET state = 4, result = :result, error_class = :partial, finished_us = :now
             WHERE id = :id AND worker_id = :worker AND attempt = :attempt AND state = 3
               AND cancel_requested = 0",
        )?
        .execute(named_params! {
            ":result": result, ":partial": partial, ":now": tx.now.as_us(), ":id": job.id,
            ":worker": worker, ":attempt": attempt,
        })?;
    if changed == 0 {
        return Ok(false);
    }
    append_to_outbox(tx, job)?;
    tx.count(job.session, job.job_type, Some(job.state), JobState::Completed);
    if partial.is_some() {
        tx.count_as_failed(job.session);
        tx.event(job.session, EventType::JobPartial, Some(job.id), Some(worker), "")?;
    }
    tx.effects.finished.insert(job.session);
    let mut open = Vec::new();
    release_dependents(tx, job.id, true, &mut open)?;
    Ok(true)
}

fn append_to_outbox(tx: &Tx<'_>, job: JobHead) -> rusqlite::Result<()> {
    tx.prepare("INSERT INTO finished(session_id, job) VALUES (:session, :job)")?
        .execute(named_params! { ":session": job.session, ":job": job.id })?;
    Ok(())
}

/// Lowers `blocked_by` of the jobs that needed `needed`; those at 0 become ready or scheduled, and
/// those that cannot run without it are added to `open`.
fn release_dependents(
    tx: &mut Tx<'_>,
    needed: JobId,
    completed: bool,
    open: &mut Vec<(JobHead, JobState, ErrorClass)>,
) -> rusqlite::Result<()> {
    if !tx.has_dependencies()? {
        return Ok(());
    }
    let dependents = {
        let mut statement = tx.prepare(
            "SELECT jobs.id, session_id, job_type, state, run_at_us, blocked_by, on_failure
             FROM deps JOIN jobs ON jobs.id = deps.job
             WHERE deps.needs = :needed",
        )?;
        let rows = statement.query_map(named_params! { ":needed": needed }, |row| {
            let runs_anyway: i64 = row.get("on_failure")?;
            Ok((
                JobHead::read(row)?,
                row.get::<_, i64>("run_at_us")?,
                row.get::<_, i64>("blocked_by")?,
                runs_anyway == 1,
            ))
        })?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for (job, run_at, blocked_by, runs_anyway) in dependents {
        if job.state != JobState::Blocked {
            continue;
        }
        if !completed && !runs_anyway {
            if !open.iter().any(|(other, ..)| other.id == job.id) {
                open.push((job, JobState::Cancelled, ErrorClass::Dependency));
                tx.event(
                    job.session,
                    EventType::JobCancelled,
                    Some(job.id),
                    None,
                    &format!("job {needed}, which it needs, did not complete"),
                )?;
            }
            continue;
        }
        unblock(tx, job, run_at, blocked_by - 1)?;
    }
    Ok(())
}

fn unblock(tx: &mut Tx<'_>, job: JobHead, run_at: i64, blocked_by: i64) -> rusqlite::Result<()> {
    let to = if blocked_by > 0 {
        JobState::Blocked
    } else if run_at > tx.now.as_us() {
        JobState::Scheduled
    } else {
        JobState::Ready
    };
    tx.prepare("UPDATE jobs SET blocked_by = :blocked_by, state = :state WHERE id = :id")?
        .execute(named_params! { ":blocked_by": blocked_by, ":state": to, ":id": job.id })?;
    if to != JobState::Blocked {
        tx.count(job.session, job.job_type, Some(JobState::Blocked), to);
    }
    Ok(())
}

/// Moves a job that is not final into a waiting state, to run at `run_at_us`.
pub(crate) fn put_back(tx: &mut Tx<'_>, job: JobHead, run_at_us: i64) -> rusqlite::Result<()> {
    let to = if run_at_us > tx.now.as_us() { JobState::Scheduled } else { JobState::Ready };
    tx.prepare(
        "UPDATE jobs
         SET state = :state, run_at_us = :run_at, worker_id = NULL, claim_seq = NULL
         WHERE id = :id",
    )?
    .execute(named_params! { ":state": to, ":run_at": run_at_us, ":id": job.id })?;
    tx.count(job.session, job.job_type, Some(job.state), to);
    Ok(())
}
