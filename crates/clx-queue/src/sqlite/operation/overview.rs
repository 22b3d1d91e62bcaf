//! Sums over many jobs, for people who look at the queue.

use clx_core::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::list::{JOB_COLUMNS, read_job};
use crate::ids::{JobId, SessionId};
use crate::job::JobRecord;
use crate::sqlite::transaction::US_A_MINUTE;
use crate::state::JobState;
use crate::view::{Minute, Total};

/// Up to so many ready jobs are looked at one by one for the oldest.
const FEW: i64 = 1000;

/// Counts jobs by type and state from the counters.
pub(crate) fn totals(
    connection: &Connection,
    session: Option<SessionId>,
) -> rusqlite::Result<Vec<Total>> {
    // A condition that holds for all without a session would read all counters for one.
    let of_session = if session.is_some() { "session_id = ?" } else { "? IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT job_types.name AS type, state, sum(n) AS n
         FROM counters JOIN job_types ON job_types.id = counters.job_type
         WHERE {of_session}
         GROUP BY counters.job_type, state
         HAVING sum(n) <> 0
         ORDER BY job_types.name, state",
    ))?;
    let rows = statement.query_map((session,), |row| {
        Ok(Total { job_type: row.get("type")?, state: row.get("state")?, n: row.get("n")? })
    })?;
    rows.collect()
}

/// Tells what became final in each minute that ends after `since`.
pub(crate) fn minutes(
    connection: &Connection,
    session: Option<SessionId>,
    since: Timestamp,
) -> rusqlite::Result<Vec<Minute>> {
    let mut statement = connection.prepare_cached(
        "SELECT minute, state, sum(n) AS n
         FROM minutes
         WHERE (:session IS NULL OR session_id = :session) AND minute >= :since
         GROUP BY minute, state
         HAVING sum(n) <> 0
         ORDER BY minute, state",
    )?;
    let since = since.as_us().div_euclid(US_A_MINUTE);
    let rows =
        statement.query_map(named_params! { ":session": session, ":since": since }, |row| {
            Ok(Minute {
                start: Timestamp::from_us(row.get::<_, i64>("minute")? * US_A_MINUTE),
                state: row.get("state")?,
                n: row.get("n")?,
            })
        })?;
    rows.collect()
}

/// Tells since when the oldest ready job waits. Where thousands are ready they are looked for in the
/// order in which they were enqueued, else among themselves.
pub(crate) fn oldest_ready(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut sessions = connection.prepare_cached(
        "SELECT session_id, sum(n)
         FROM counters
         WHERE state = 2
         GROUP BY session_id
         HAVING sum(n) > 0",
    )?;
    let sessions: Vec<(SessionId, i64)> =
        sessions.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut oldest: Option<i64> = None;
    for (session, n) in sessions {
        let sql = if n <= FEW {
            "SELECT min(created_us)
             FROM jobs INDEXED BY jobs_ready
             WHERE session_id = :session AND state = 2"
        } else {
            "SELECT created_us
             FROM jobs INDEXED BY jobs_session
             WHERE session_id = :session AND state = 2
             ORDER BY id
             LIMIT 1"
        };
        let first: Option<i64> = connection
            .prepare_cached(sql)?
            .query_row(named_params! { ":session": session }, |row| row.get(0))
            .optional()?
            .flatten();
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok(oldest.map(Timestamp::from_us))
}

/// Lists the jobs that became final last, the latest first, as far as the outbox goes back.
pub(crate) fn lately_finished(
    connection: &Connection,
    limit: u32,
) -> rusqlite::Result<Vec<JobRecord>> {
    let sql = format!(
        "{JOB_COLUMNS}
         JOIN finished ON finished.job = jobs.id
         ORDER BY finished.seq DESC
         LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(named_params! { ":limit": limit }, read_job)?;
    rows.collect()
}

/// Returns the input of a job.
pub(crate) fn payload(connection: &Connection, job: JobId) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT payload FROM jobs WHERE id = :id")?
        .query_row(named_params! { ":id": job }, |row| row.get(0))
        .optional()
}

/// Returns what the worker returned for a completed job.
pub(crate) fn result(connection: &Connection, job: JobId) -> rusqlite::Result<Option<Vec<u8>>> {
    let result = connection
        .prepare_cached("SELECT result FROM jobs WHERE id = :id AND state = :completed")?
        .query_row(named_params! { ":id": job, ":completed": JobState::Completed }, |row| {
            row.get(0)
        })
        .optional()?;
    Ok(result.flatten())
}
