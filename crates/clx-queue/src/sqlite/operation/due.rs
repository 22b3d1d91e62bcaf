//! Scheduled jobs whose time has come. Principal functions: [`promote`], [`next`], [`forget_pauses`].

use rusqlite::{Connection, named_params};

use super::transition::JobHead;
use crate::policy;
use crate::sqlite::transaction::Tx;
use crate::state::JobState;

/// Makes due jobs ready, at most 256 at a time.
pub(crate) fn promote(tx: &mut Tx<'_>) -> rusqlite::Result<()> {
    let due = {
        let mut statement = tx.prepare(
            "SELECT id, session_id, job_type, state
             FROM jobs
             WHERE state = 1 AND run_at_us <= :now
             ORDER BY run_at_us
             LIMIT 256",
        )?;
        let rows = statement.query_map(named_params! { ":now": tx.now.as_us() }, JobHead::read)?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for job in due {
        tx.prepare("UPDATE jobs SET state = 2 WHERE id = :id")?
            .execute(named_params! { ":id": job.id })?;
        tx.count(job.session, job.job_type, Some(JobState::Scheduled), JobState::Ready);
    }
    Ok(())
}

/// Ends pauses before retries that have become longer than any can be, because the clock went back
/// meanwhile. Jobs that are to wait for a moment, not for a while, still do.
pub(crate) fn forget_pauses(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.prepare(
        "UPDATE jobs SET run_at_us = :now WHERE state = 1 AND attempt > 0 AND run_at_us > :latest",
    )?
    .execute(named_params! {
        ":now": tx.now.as_us(), ":latest": tx.now.plus(policy::LONGEST_BACK_OFF).as_us(),
    })?;
    Ok(())
}

/// Returns when the next scheduled job is due, in microseconds UTC.
pub(crate) fn next(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT min(run_at_us) FROM jobs WHERE state = 1")?
        .query_row((), |row| row.get(0))
}
