//! Renews a worker's lease and stores progress. Principal function: [`beat`].

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::error::QueueError;
use crate::ids::{JobId, WorkerId};
use crate::job::Progress;
use crate::sqlite::transaction::{OperationError, Tx};

/// Raises the beat and stores progress of jobs that the worker still has.
pub(crate) fn beat(
    tx: &Tx<'_>,
    worker: WorkerId,
    progress: &[Progress],
) -> Result<(), OperationError> {
    let changed = tx
        .prepare("UPDATE workers SET beat = beat + 1, seen_us = :now WHERE id = :worker")?
        .execute(named_params! { ":now": tx.now.as_us(), ":worker": worker })?;
    if changed == 0 {
        return Err(OperationError::Refused(QueueError::WorkerGone { worker }));
    }
    let mut statement = tx.prepare(
        "INSERT INTO progress(job, attempt, step, total, note, at_us)
         SELECT :job, :attempt, :step, :total, :note, :now
         FROM jobs
         WHERE id = :job AND worker_id = :worker AND attempt = :attempt AND state = 3
         ON CONFLICT(job) DO UPDATE
         SET attempt = excluded.attempt, step = excluded.step, total = excluded.total,
             note = excluded.note, at_us = excluded.at_us",
    )?;
    for report in progress {
        statement.execute(named_params! {
            ":job": report.job, ":attempt": report.attempt, ":step": report.step,
            ":total": report.total, ":note": report.note, ":now": tx.now.as_us(),
            ":worker": worker,
        })?;
    }
    Ok(())
}

/// Returns the jobs of the worker that were asked to stop, or `None` if its row is gone.
pub(crate) fn cancel_requests(
    connection: &Connection,
    worker: WorkerId,
) -> rusqlite::Result<Option<Vec<JobId>>> {
    let exists = connection
        .prepare_cached("SELECT 1 FROM workers WHERE id = :worker")?
        .query_row(named_params! { ":worker": worker }, |_| Ok(()))
        .optional()?;
    if exists.is_none() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(
        "SELECT id
         FROM jobs
         WHERE worker_id = :worker AND state = 3 AND cancel_requested = 1",
    )?;
    let rows = statement.query_map(named_params! { ":worker": worker }, |row| row.get("id"))?;
    rows.collect::<Result<Vec<_>, _>>().map(Some)
}
