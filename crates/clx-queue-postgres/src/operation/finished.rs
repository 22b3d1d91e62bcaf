//! What the owner of a session collects. Principal function: [`collect`].

use std::time::Duration;

use clx_queue::{FinishedJob, SessionId};
use postgres::Client;

use super::claim::Limits;
use crate::value::{Columns, p};

/// Returns finished jobs after a position; gives positions to those that have none.
pub(crate) fn collect(
    client: &mut Client,
    function: &str,
    (session, after, limit): (SessionId, i64, u32),
    limits: &Limits<'_>,
) -> Result<Vec<FinishedJob>, postgres::Error> {
    let rows = client.query_typed(
        &format!("SELECT * FROM {function}($1, $2, $3, $4, $5)"),
        &[p(&session.0), p(&after), p(&i64::from(limit)), p(&limits.commit), p(&limits.lock_ms)],
    )?;
    let jobs = rows.iter().map(|row| {
        let duration_us = row.opt_int("duration_us")?;
        Ok(FinishedJob {
            seq: row.int("seq")?,
            id: row.job("id")?,
            state: row.state("state")?,
            result: row.opt_bytes("result")?,
            error_class: row.error_class("error_class")?,
            error: row.opt_text("error")?,
            attempts: row.small("attempt")?,
            duration: duration_us
                .map(|us| Duration::from_micros(u64::try_from(us).unwrap_or_default())),
        })
    });
    jobs.collect()
}
