//! Reads one job, and lists workers, attempts, events and counts.

use clx_queue::{
    Attempt, Counts, ErrorClass, Event, EventType, JobId, JobRecord, ProcessId, Progress,
    QueueError, SessionId, WorkerId, WorkerMode, WorkerRecord, WorkerState,
};
use postgres::Row;

use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

pub(super) const JOB_COLUMNS: &str =
    "SELECT jobs.id, jobs.session_id, job_types.name AS type, jobs.state,
        jobs.label, jobs.priority, jobs.attempt, jobs.failures, jobs.losses, jobs.blocked_by,
        jobs.cancel_requested, jobs.worker_id, jobs.created_us, jobs.started_us,
        jobs.finished_us, jobs.error_class, progress.step, progress.total, progress.note
     FROM jobs
     JOIN job_types ON job_types.id = jobs.job_type
     LEFT JOIN progress
       ON progress.job = jobs.id AND progress.attempt = jobs.attempt AND jobs.state = 3";

/// Returns one job.
pub(crate) fn job(tx: &mut Tx<'_>, id: JobId) -> Result<Option<JobRecord>, Failure> {
    let row = tx.query_opt(&format!("{JOB_COLUMNS} WHERE jobs.id = $1"), &[p(&id.0)])?;
    Ok(row.map(|row| read_job(&row)).transpose()?)
}

pub(super) fn read_job(row: &Row) -> Result<JobRecord, postgres::Error> {
    let id = row.job("id")?;
    let attempt = row.small("attempt")?;
    let progress = match row.opt_int("step")? {
        Some(step) => Some(Progress {
            job: id,
            attempt,
            step: u32::try_from(step).unwrap_or(u32::MAX),
            total: row.small("total")?,
            note: row.text("note")?,
        }),
        None => None,
    };
    Ok(JobRecord {
        id,
        session: row.session("session_id")?,
        job_type: row.text("type")?,
        state: row.state("state")?,
        label: row.text("label")?,
        priority: i32::try_from(row.int("priority")? >> 32).unwrap_or(i32::MAX),
        attempt,
        failures: row.small("failures")?,
        losses: row.small("losses")?,
        blocked_by: row.small("blocked_by")?,
        cancel_requested: row.flag("cancel_requested")?,
        worker: row.opt_int("worker_id")?.map(WorkerId),
        created: row.moment("created_us")?,
        started: row.opt_moment("started_us")?,
        finished: row.opt_moment("finished_us")?,
        error_class: row.error_class("error_class")?,
        progress,
    })
}

/// Lists the failed and lost attempts of a job.
pub(crate) fn attempts(tx: &mut Tx<'_>, job: JobId) -> Result<Vec<Attempt>, Failure> {
    let rows = tx.query(
        "SELECT attempt, worker_id, started_us, finished_us, error_class, detail
         FROM attempts
         WHERE job = $1
         ORDER BY id",
        &[p(&job.0)],
    )?;
    let attempts = rows.iter().map(|row| {
        Ok(Attempt {
            attempt: row.small("attempt")?,
            worker: row.opt_int("worker_id")?.map(WorkerId),
            started: row.opt_moment("started_us")?,
            finished: row.moment("finished_us")?,
            error_class: row.error_class("error_class")?.unwrap_or(ErrorClass::Internal),
            detail: row.text("detail")?,
        })
    });
    attempts.collect()
}

/// Lists workers of one session or of all.
pub(crate) fn workers(
    tx: &mut Tx<'_>,
    session: Option<SessionId>,
) -> Result<Vec<WorkerRecord>, Failure> {
    let rows = tx.query(
        "SELECT workers.id, session_id, job_types.name AS type, mode, state, pid, pid_start,
                external_id, beat, seen_us, lease_ms, done, failed,
                (SELECT min(jobs.id) FROM jobs
                 WHERE jobs.worker_id = workers.id AND jobs.state = 3) AS job
         FROM workers JOIN job_types ON job_types.id = workers.job_type
         WHERE $1::bigint IS NULL OR session_id = $1
         ORDER BY workers.id",
        &[p(&session.map(|id| id.0))],
    )?;
    let workers = rows.iter().map(|row| {
        let pid = row.opt_int("pid")?.and_then(|pid| u32::try_from(pid).ok());
        let start = row.opt_int("pid_start")?.map(i64::cast_unsigned);
        Ok(WorkerRecord {
            id: row.worker("id")?,
            session: row.session("session_id")?,
            job_type: row.text("type")?,
            mode: WorkerMode::from_code(row.int("mode")?).unwrap_or(WorkerMode::Process),
            state: WorkerState::from_code(row.int("state")?).unwrap_or(WorkerState::Stopping),
            process: pid.zip(start).map(|(pid, start)| ProcessId { pid, start }),
            external_id: row.opt_text("external_id")?,
            beat: row.int("beat")?,
            seen: row.moment("seen_us")?,
            lease: row.opt_millis("lease_ms")?.unwrap_or_default(),
            done: row.count("done")?,
            failed: row.count("failed")?,
            job: row.opt_int("job")?.map(JobId),
        })
    });
    workers.collect()
}

/// Lists events after an id.
pub(crate) fn events(tx: &mut Tx<'_>, after: i64, limit: u32) -> Result<Vec<Event>, Failure> {
    let rows = tx.query(
        "SELECT id, session_id, at_us, type, job, worker, data
         FROM events
         WHERE id > $1
         ORDER BY id
         LIMIT $2",
        &[p(&after), p(&i64::from(limit))],
    )?;
    rows.iter().map(read_event).collect()
}

/// Lists the latest events, the latest first.
pub(crate) fn latest_events(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Event>, Failure> {
    let rows = tx.query(
        "SELECT id, session_id, at_us, type, job, worker, data
         FROM events
         ORDER BY id DESC
         LIMIT $1",
        &[p(&i64::from(limit))],
    )?;
    rows.iter().map(read_event).collect()
}

fn read_event(row: &Row) -> Result<Event, Failure> {
    let name = row.text("type")?;
    let event = EventType::ALL.into_iter().find(|event| event.name() == name);
    Ok(Event {
        id: row.int("id")?,
        session: row.session("session_id")?,
        at: row.moment("at_us")?,
        event: event.ok_or_else(|| QueueError::Server {
            message: format!(
                "the queue holds an event of the unknown type `{name}`; a newer clx wrote it, use that one"
            ),
            is_transient: false,
            source: None,
        })?,
        job: row.opt_int("job")?.map(JobId),
        worker: row.opt_int("worker")?.map(WorkerId),
        detail: row.text("data")?,
    })
}

/// Counts jobs by state from the counters, which every transition keeps.
pub(crate) fn counts(tx: &mut Tx<'_>, session: Option<SessionId>) -> Result<Counts, Failure> {
    let rows = tx.query(
        "SELECT state, sum(n)::bigint AS n
         FROM counters
         WHERE $1::bigint IS NULL OR session_id = $1
         GROUP BY state
         HAVING sum(n) <> 0",
        &[p(&session.map(|id| id.0))],
    )?;
    rows.iter().map(|row| Ok((row.state("state")?, row.count("n")?))).collect()
}
