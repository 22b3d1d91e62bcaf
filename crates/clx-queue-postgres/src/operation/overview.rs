//! Sums over many jobs, for people who look at the queue.

use clx_core::Timestamp;
use clx_queue::{JobId, JobRecord, Minute, SessionId, Total};
use postgres::Client;

use super::list::{JOB_COLUMNS, read_job};
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Microseconds of the unit in which `minutes` counts.
const US_A_MINUTE: i64 = 60_000_000;

/// Up to so many ready jobs are looked at one by one for the oldest.
const FEW: i64 = 1000;

/// Returns how far the server has written its log, in bytes: whatever is changed in any of its
/// databases moves it.
pub(crate) fn written(client: &mut Client) -> Result<u64, postgres::Error> {
    let row = client.query_typed_one(
        "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS written",
        &[],
    )?;
    row.count("written")
}

/// Counts jobs by type and state from the counters.
pub(crate) fn totals(tx: &mut Tx<'_>, session: Option<SessionId>) -> Result<Vec<Total>, Failure> {
    let rows = tx.query(
        "SELECT job_types.name AS type, state, sum(n)::bigint AS n
         FROM counters JOIN job_types ON job_types.id = counters.job_type
         WHERE $1::bigint IS NULL OR session_id = $1
         GROUP BY job_types.name, state
         HAVING sum(n) <> 0
         ORDER BY job_types.name COLLATE \"C\", state",
        &[p(&session.map(|id| id.0))],
    )?;
    let totals = rows.iter().map(|row| {
        Ok(Total { job_type: row.text("type")?, state: row.state("state")?, n: row.count("n")? })
    });
    totals.collect()
}

/// Tells what became final in each minute that ends after `since`.
pub(crate) fn minutes(
    tx: &mut Tx<'_>,
    session: Option<SessionId>,
    since: Timestamp,
) -> Result<Vec<Minute>, Failure> {
    let since = since.as_us().div_euclid(US_A_MINUTE);
    let rows = tx.query(
        "SELECT minute, state, sum(n)::bigint AS n
         FROM minutes
         WHERE ($1::bigint IS NULL OR session_id = $1) AND minute >= $2
         GROUP BY minute, state
         HAVING sum(n) <> 0
         ORDER BY minute, state",
        &[p(&session.map(|id| id.0)), p(&since)],
    )?;
    let minutes = rows.iter().map(|row| {
        Ok(Minute {
            start: Timestamp::from_us(row.int("minute")? * US_A_MINUTE),
            state: row.state("state")?,
            n: row.count("n")?,
        })
    });
    minutes.collect()
}

/// Tells since when the oldest ready job waits. Where thousands are ready they are looked for in the
/// order in which they were enqueued, else among themselves.
pub(crate) fn oldest_ready(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Failure> {
    let sessions = tx.query(
        "SELECT session_id, sum(n)::bigint AS n
         FROM counters
         WHERE state = 2
         GROUP BY session_id
         HAVING sum(n) > 0",
        &[],
    )?;
    let mut oldest: Option<Timestamp> = None;
    for row in sessions {
        let sql = if row.int("n")? <= FEW {
            "SELECT min(created_us) AS created_us FROM jobs WHERE session_id = $1 AND state = 2"
        } else {
            "SELECT created_us FROM jobs WHERE session_id = $1 AND state = 2 ORDER BY id LIMIT 1"
        };
        let first = tx.query_opt(sql, &[p(&row.int("session_id")?)])?;
        let first = first.map(|row| row.opt_moment("created_us")).transpose()?.flatten();
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok(oldest)
}

/// Lists the jobs that became final last, the latest first, as far as the outbox goes back.
pub(crate) fn lately_finished(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<JobRecord>, Failure> {
    let sql = format!(
        "{JOB_COLUMNS}
         JOIN finished ON finished.job = jobs.id
         ORDER BY finished.id DESC
         LIMIT $1"
    );
    let rows = tx.query(&sql, &[p(&i64::from(limit))])?;
    Ok(rows.iter().map(read_job).collect::<Result<_, _>>()?)
}

/// Returns the input of a job.
pub(crate) fn payload(tx: &mut Tx<'_>, job: JobId) -> Result<Option<Vec<u8>>, Failure> {
    let row = tx.query_opt("SELECT payload FROM jobs WHERE id = $1", &[p(&job.0)])?;
    Ok(row.map(|row| row.opt_bytes("payload")).transpose()?.flatten())
}

/// Returns what the worker returned for a completed job.
pub(crate) fn result(tx: &mut Tx<'_>, job: JobId) -> Result<Option<Vec<u8>>, Failure> {
    let row = tx.query_opt("SELECT result FROM jobs WHERE id = $1 AND state = 4", &[p(&job.0)])?;
    Ok(row.map(|row| row.opt_bytes("result")).transpose()?.flatten())
}
