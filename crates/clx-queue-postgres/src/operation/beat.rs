//! Renews a worker's lease and stores progress. Principal function: [`beat`].

use clx_queue::{JobId, Progress, WorkerId};
use postgres::{Client, Row};

use super::claim::Limits;
use crate::value::p;

/// Raises the beat, stores progress of jobs that the worker still has, and returns those that were asked to
/// stop; `None` if the worker's row is gone.
pub(crate) fn beat(
    client: &mut Client,
    function: &str,
    (worker, progress): (WorkerId, &[Progress]),
    limits: &Limits<'_>,
) -> Result<Option<Vec<JobId>>, postgres::Error> {
    let column = |f: fn(&Progress) -> i64| progress.iter().map(f).collect::<Vec<_>>();
    let (jobs, attempts) = (column(|one| one.job.0), column(|one| one.attempt.into()));
    let (steps, totals) = (column(|one| one.step.into()), column(|one| one.total.into()));
    let notes: Vec<_> = progress.iter().map(|one| one.note.as_str()).collect();
    let row = client.query_typed_opt(
        &format!("SELECT cancel FROM {function}($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        &[
            p(&worker.0),
            p(&jobs),
            p(&attempts),
            p(&steps),
            p(&totals),
            p(&notes),
            p(&limits.clock),
            p(&limits.commit),
            p(&limits.lock_ms),
        ],
    )?;
    row.map(|row| ids(&row)).transpose()
}

/// Returns the jobs of the worker that were asked to stop, or `None` if its row is gone.
pub(crate) fn cancel_requests(
    client: &mut Client,
    function: &str,
    worker: WorkerId,
) -> Result<Option<Vec<JobId>>, postgres::Error> {
    let sql = format!("SELECT cancel FROM {function}($1)");
    let row = client.query_typed_opt(&sql, &[p(&worker.0)])?;
    row.map(|row| ids(&row)).transpose()
}

fn ids(row: &Row) -> Result<Vec<JobId>, postgres::Error> {
    let ids: Vec<i64> = row.try_get("cancel")?;
    Ok(ids.into_iter().map(JobId).collect())
}
