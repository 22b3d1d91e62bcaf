//! Reads one job, and lists workers, attempts, events and counts.

use std::time::Duration;

use clx_core::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::event::{Event, EventType};
use crate::ids::{JobId, SessionId};
use crate::job::{Attempt, JobRecord, Progress};
use crate::queue::Counts;
use crate::worker::{ProcessId, WorkerRecord};

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
pub(crate) fn job(connection: &Connection, id: JobId) -> rusqlite::Result<Option<JobRecord>> {
    connection
        .prepare_cached(&format!("{JOB_COLUMNS} WHERE jobs.id = :id"))?
        .query_row(named_params! { ":id": id }, read_job)
        .optional()
}

pub(super) fn read_job(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let id: JobId = row.get("id")?;
    let attempt = row.get("attempt")?;
    let priority: i64 = row.get("priority")?;
    let moment = |name| row.get::<_, Option<i64>>(name).map(|us| us.map(Timestamp::from_us));
    let step: Option<u32> = row.get("step")?;
    let progress = match step {
        Some(step) => Some(Progress {
            job: id,
            attempt,
            step,
            total: row.get("total")?,
            note: row.get("note")?,
        }),
        None => None,
    };
    Ok(JobRecord {
        id,
        session: row.get("session_id")?,
        job_type: row.get("type")?,
        state: row.get("state")?,
        label: row.get("label")?,
        priority: i32::try_from(priority >> 32).unwrap_or(i32::MAX),
        attempt,
        failures: row.get("failures")?,
        losses: row.get("losses")?,
        blocked_by: row.get("blocked_by")?,
        cancel_requested: row.get("cancel_requested")?,
        worker: row.get("worker_id")?,
        created: Timestamp::from_us(row.get("created_us")?),
        started: moment("started_us")?,
        finished: moment("finished_us")?,
        error_class: row.get("error_class")?,
        progress,
    })
}

/// Lists the failed and lost attempts of a job.
pub(crate) fn attempts(connection: &Connection, job: JobId) -> rusqlite::Result<Vec<Attempt>> {
    let mut statement = connection.prepare_cached(
        "SELECT attempt, worker_id, started_us, finished_us, error_class, detail
         FROM attempts
         WHERE job = :job
         ORDER BY rowid",
    )?;
    let rows = statement.query_map(named_params! { ":job": job }, |row| {
        Ok(Attempt {
            attempt: row.get("attempt")?,
            worker: row.get("worker_id")?,
            started: row.get::<_, Option<i64>>("started_us")?.map(Timestamp::from_us),
            finished: Timestamp::from_us(row.get("finished_us")?),
            error_class: row.get("error_class")?,
            detail: row.get("detail")?,
        })
    })?;
    rows.collect()
}

/// Lists workers of one session or of all.
pub(crate) fn workers(
    connection: &Connection,
    session: Option<SessionId>,
) -> rusqlite::Result<Vec<WorkerRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT workers.id, session_id, job_types.name AS type, mode, state, pid, pid_start,
                external_id, beat, seen_us, lease_ms, done, failed,
                (SELECT min(jobs.id) FROM jobs
                 WHERE jobs.worker_id = workers.id AND jobs.state = 3) AS job
         FROM workers JOIN job_types ON job_types.id = workers.job_type
         WHERE :session IS NULL OR session_id = :session
         ORDER BY workers.id",
    )?;
    let rows = statement.query_map(named_params! { ":session": session }, |row| {
        let pid: Option<u32> = row.get("pid")?;
        let start: Option<i64> = row.get("pid_start")?;
        Ok(WorkerRecord {
            id: row.get("id")?,
            session: row.get("session_id")?,
            job_type: row.get("type")?,
            mode: row.get("mode")?,
            state: row.get("state")?,
            process: pid
                .zip(start)
                .map(|(pid, start)| ProcessId { pid, start: start.cast_unsigned() }),
            external_id: row.get("external_id")?,
            beat: row.get("beat")?,
            seen: Timestamp::from_us(row.get("seen_us")?),
            lease: Duration::from_millis(row.get("lease_ms")?),
            done: row.get("done")?,
            failed: row.get("failed")?,
            job: row.get("job")?,
        })
    })?;
    rows.collect()
}

/// Lists events after an id.
pub(crate) fn events(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, session_id, at_us, type, job, worker, data
         FROM events
         WHERE id > :after
         ORDER BY id
         LIMIT :limit",
    )?;
    let rows =
        statement.query_map(named_params! { ":after": after, ":limit": limit }, read_event)?;
    rows.collect()
}

/// Lists the latest events, the latest first.
pub(crate) fn latest_events(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, session_id, at_us, type, job, worker, data
         FROM events
         ORDER BY id DESC
         LIMIT :limit",
    )?;
    let rows = statement.query_map(named_params! { ":limit": limit }, read_event)?;
    rows.collect()
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let name: String = row.get("type")?;
    let event = EventType::ALL.into_iter().find(|event| event.name() == name);
    Ok(Event {
        id: row.get("id")?,
        session: row.get("session_id")?,
        at: Timestamp::from_us(row.get("at_us")?),
        event: event.ok_or_else(|| {
            let unknown = format!("unknown event type `{name}`").into();
            rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, unknown)
        })?,
        job: row.get("job")?,
        worker: row.get("worker")?,
        detail: row.get("data")?,
    })
}

/// Counts jobs by state from the counters, which every transition keeps.
pub(crate) fn counts(
    connection: &Connection,
    session: Option<SessionId>,
) -> rusqlite::Result<Counts> {
    let mut statement = connection.prepare_cached(
        "SELECT state, sum(n) AS n
         FROM counters
         WHERE :session IS NULL OR session_id = :session
         GROUP BY state
         HAVING sum(n) <> 0",
    )?;
    let rows = statement.query_map(named_params! { ":session": session }, |row| {
        Ok((row.get("state")?, row.get("n")?))
    })?;
    rows.collect()
}
