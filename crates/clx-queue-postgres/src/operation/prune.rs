//! Removes old rows, a few hundred per transaction. Principal function: [`prune_jobs`].

use std::time::Duration;

use clx_queue::Retention;

use super::transition::JobHead;
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Rows per transaction, so that nobody waits long behind it.
const CHUNK: i64 = 500;

/// How long it is remembered that a call took place; nobody repeats one for so long.
const CALLS: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes up to 500 old jobs of closed or abandoned sessions; returns how many.
pub(crate) fn prune_jobs(tx: &mut Tx<'_>, retention: &Retention) -> Result<u64, Failure> {
    let rows = tx.query(
        "DELETE FROM jobs
         WHERE id IN (
           SELECT jobs.id
           FROM jobs JOIN sessions ON sessions.id = jobs.session_id
           WHERE sessions.state IN (2, 3)
             AND EXISTS (SELECT FROM counters
                         WHERE counters.session_id = sessions.id
                           AND counters.state >= 4
                           AND sessions.created_us < CASE counters.state
                             WHEN 4 THEN $1 WHEN 6 THEN $2 ELSE $3 END)
             AND jobs.state >= 4
             AND jobs.finished_us < CASE jobs.state WHEN 4 THEN $1 WHEN 6 THEN $2 ELSE $3 END
           ORDER BY jobs.id
           LIMIT $4
           FOR UPDATE OF jobs SKIP LOCKED)
         RETURNING id, session_id, job_type, state",
        &[
            p(&before(tx, retention.completed)),
            p(&before(tx, retention.cancelled)),
            p(&before(tx, retention.failed)),
            p(&CHUNK),
        ],
    )?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in &rows {
        let job = JobHead::read(row)?;
        tx.uncount(job.session, job.job_type, job.state);
        ids.push(job.id.0);
    }
    for sql in [
        "DELETE FROM attempts WHERE job = ANY($1)",
        "DELETE FROM deps WHERE needs = ANY($1)",
        "DELETE FROM progress WHERE job = ANY($1)",
    ] {
        tx.execute(sql, &[p(&ids)])?;
    }
    Ok(ids.len() as u64)
}

/// Returns the moment before which what is older than `age` was written.
fn before(tx: &Tx<'_>, age: Duration) -> i64 {
    tx.now.minus(age).as_us()
}

/// Removes up to 500 old events, and what is remembered of as many old calls; returns how many events.
pub(crate) fn prune_events(tx: &mut Tx<'_>, age: Duration) -> Result<u64, Failure> {
    tx.execute(
        "DELETE FROM calls
         WHERE token IN (SELECT token FROM calls WHERE at_us < $1 ORDER BY at_us LIMIT $2)",
        &[p(&before(tx, CALLS)), p(&CHUNK)],
    )?;
    let n = tx.execute(
        "DELETE FROM events
         WHERE id IN (SELECT id FROM events WHERE at_us < $1 ORDER BY id LIMIT $2
                      FOR UPDATE SKIP LOCKED)",
        &[p(&before(tx, age)), p(&CHUNK)],
    )?;
    Ok(n)
}

/// Removes closed sessions that have no jobs left, with their counters.
pub(crate) fn prune_sessions(tx: &mut Tx<'_>) -> Result<u64, Failure> {
    let rows = tx.query(
        "SELECT id
         FROM sessions
         WHERE state IN (2, 3)
           AND NOT EXISTS (SELECT FROM counters
                           WHERE counters.session_id = sessions.id
                           GROUP BY job_type, state
                           HAVING sum(n) <> 0)
           AND NOT EXISTS (SELECT FROM workers WHERE workers.session_id = sessions.id)
           AND NOT EXISTS (SELECT FROM events WHERE events.session_id = sessions.id)
         ORDER BY id
         LIMIT $1
         FOR UPDATE SKIP LOCKED",
        &[p(&CHUNK)],
    )?;
    let ids: Vec<i64> = rows.iter().map(|row| row.int("id")).collect::<Result<_, _>>()?;
    for sql in [
        "DELETE FROM counters WHERE session_id = ANY($1)",
        "DELETE FROM minutes WHERE session_id = ANY($1)",
        "DELETE FROM finished WHERE session_id = ANY($1)",
        "DELETE FROM positions WHERE session_id = ANY($1)",
        "DELETE FROM sessions WHERE id = ANY($1)",
    ] {
        tx.execute(sql, &[p(&ids)])?;
    }
    Ok(ids.len() as u64)
}
