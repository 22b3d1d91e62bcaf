//! Removes old rows of closed sessions, a few hundred per transaction. Principal function:
//! [`prune_jobs`].

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::named_params;

use super::catalogue;
use crate::ids::{JobId, SessionId};
use crate::queue::Retention;
use crate::sqlite::transaction::{OperationError, Tx};

/// Rows per transaction, so that nobody waits long behind it.
const CHUNK: u32 = 500;

/// Removes up to 500 old jobs of closed or abandoned sessions; returns how many.
pub(crate) fn prune_jobs(tx: &mut Tx<'_>, retention: &Retention) -> Result<u64, OperationError> {
    let before = |age: Duration| {
        let age_us = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        tx.now.as_us().saturating_sub(age_us)
    };
    let old: Vec<(JobId, SessionId, i64, i64)> = {
        let mut statement = tx.prepare(
            // The counters tell which sessions can hold anything old, so that the jobs of all others,
            // nearly all there are, are not read under the write lock.
            "SELECT jobs.id, jobs.session_id, jobs.job_type, jobs.state
             FROM sessions CROSS JOIN jobs ON jobs.session_id = sessions.id
             WHERE sessions.state IN (2, 3)
               AND EXISTS (SELECT 1 FROM counters
                           WHERE counters.session_id = sessions.id
                             AND counters.state >= 4
                             AND counters.n > 0
                             AND sessions.created_us < CASE counters.state
                               WHEN 4 THEN :completed WHEN 6 THEN :cancelled ELSE :failed END)
               AND jobs.state >= 4
               AND jobs.finished_us < CASE jobs.state
                 WHEN 4 THEN :completed WHEN 6 THEN :cancelled ELSE :failed END
             LIMIT :chunk",
        )?;
        let rows = statement.query_map(
            named_params! {
                ":completed": before(retention.completed), ":failed": before(retention.failed),
                ":cancelled": before(retention.cancelled), ":chunk": CHUNK,
            },
            |row| {
                Ok((
                    row.get("id")?,
                    row.get("session_id")?,
                    row.get("job_type")?,
                    row.get("state")?,
                ))
            },
        )?;
        rows.collect::<Result<_, _>>()?
    };
    for &(job, session, job_type, state) in &old {
        remove(tx, job, session, job_type, state)?;
    }
    let sessions: BTreeSet<SessionId> = old.iter().map(|&(_, session, ..)| session).collect();
    for session in sessions {
        catalogue::forget(tx, session)?;
    }
    Ok(old.len() as u64)
}

fn remove(
    tx: &Tx<'_>,
    job: JobId,
    session: SessionId,
    job_type: i64,
    state: i64,
) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM attempts WHERE job = :job",
        "DELETE FROM deps WHERE needs = :job",
        "DELETE FROM progress WHERE job = :job",
        "DELETE FROM jobs WHERE id = :job",
    ] {
        tx.prepare(sql)?.execute(named_params! { ":job": job })?;
    }
    tx.prepare(
        "UPDATE counters
         SET n = n - 1
         WHERE session_id = :session AND job_type = :type AND state = :state",
    )?
    .execute(named_params! { ":session": session, ":type": job_type, ":state": state })?;
    Ok(())
}

/// Removes up to 500 old events; returns how many.
pub(crate) fn prune_events(tx: &Tx<'_>, age: Duration) -> Result<u64, OperationError> {
    let age_us = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    let n = tx
        .prepare(
            "DELETE FROM events
             WHERE id IN (SELECT id FROM events WHERE at_us < :before ORDER BY id LIMIT :chunk)",
        )?
        .execute(named_params! {
            ":before": tx.now.as_us().saturating_sub(age_us), ":chunk": CHUNK,
        })?;
    Ok(n as u64)
}

/// Removes closed sessions that have no jobs left, with their counters.
pub(crate) fn prune_sessions(tx: &Tx<'_>) -> Result<u64, OperationError> {
    let empty: Vec<SessionId> = {
        let mut statement = tx.prepare(
            "SELECT id
             FROM sessions
             WHERE state IN (2, 3)
               AND NOT EXISTS (SELECT 1 FROM counters
                               WHERE counters.session_id = sessions.id AND n <> 0)
               AND NOT EXISTS (SELECT 1 FROM workers WHERE workers.session_id = sessions.id)
               AND NOT EXISTS (SELECT 1 FROM events WHERE events.session_id = sessions.id)
             LIMIT :chunk",
        )?;
        let rows = statement.query_map(named_params! { ":chunk": CHUNK }, |row| row.get("id"))?;
        rows.collect::<Result<_, _>>()?
    };
    for session in &empty {
        catalogue::forget(tx, *session)?;
        for sql in [
            "DELETE FROM counters WHERE session_id = :session",
            "DELETE FROM minutes WHERE session_id = :session",
            "DELETE FROM sessions WHERE id = :session",
        ] {
            tx.prepare(sql)?.execute(named_params! { ":session": session })?;
        }
    }
    if !empty.is_empty() {
        catalogue::forget_labels(tx)?;
        tx.prepare(
            "DELETE FROM finished
             WHERE session_id NOT IN (SELECT id FROM sessions)
               AND seq < (SELECT max(seq) FROM finished)",
        )?
        .execute(())?;
    }
    Ok(empty.len() as u64)
}
