//! What the owner of a session collects. Principal function: [`finished`].

use std::time::Duration;

use rusqlite::{Connection, named_params};

use crate::ids::SessionId;
use crate::job::FinishedJob;

/// Returns finished jobs after a position.
pub(crate) fn finished(
    connection: &Connection,
    session: SessionId,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<FinishedJob>> {
    let mut statement = connection.prepare_cached(
        "SELECT finished.seq, jobs.id, jobs.state, jobs.result, jobs.error_class, jobs.attempt,
                jobs.finished_us - jobs.started_us AS duration_us,
                (SELECT detail FROM attempts
                 WHERE attempts.job = jobs.id AND jobs.state <> 4
                 ORDER BY attempts.rowid DESC
                 LIMIT 1) AS error
         FROM finished JOIN jobs ON jobs.id = finished.job
         WHERE finished.session_id = :session AND finished.seq > :after
         ORDER BY finished.seq
         LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! { ":session": session, ":after": after, ":limit": limit },
        |row| {
            let duration_us: Option<i64> = row.get("duration_us")?;
            Ok(FinishedJob {
                seq: row.get("seq")?,
                id: row.get("id")?,
                state: row.get("state")?,
                result: row.get("result")?,
                error_class: row.get("error_class")?,
                error: row.get("error")?,
                attempts: row.get("attempt")?,
                duration: duration_us
                    .map(|us| Duration::from_micros(u64::try_from(us).unwrap_or(0))),
            })
        },
    )?;
    rows.collect()
}
