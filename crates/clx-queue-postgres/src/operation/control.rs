//! Pauses and bounds types of jobs. Principal functions: [`set_paused`], [`set_max_running`].

use crate::error::Failure;
use crate::hub::JobType;
use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Pauses or resumes a type.
pub(crate) fn set_paused(tx: &mut Tx<'_>, job_type: JobType, paused: bool) -> Result<(), Failure> {
    tx.execute(
        "UPDATE job_types SET paused = $2 WHERE id = $1",
        &[p(&job_type.0), p(&i64::from(paused))],
    )?;
    wake_all(tx, job_type)
}

/// Bounds how many jobs of a type run at once.
pub(crate) fn set_max_running(
    tx: &mut Tx<'_>,
    job_type: JobType,
    limit: Option<u32>,
) -> Result<(), Failure> {
    tx.execute(
        "UPDATE job_types SET max_running = $2 WHERE id = $1",
        &[p(&job_type.0), p(&limit.map(i64::from))],
    )?;
    wake_all(tx, job_type)
}

/// Makes every idle worker of the type look again.
fn wake_all(tx: &mut Tx<'_>, job_type: JobType) -> Result<(), Failure> {
    let sessions =
        tx.query("SELECT DISTINCT session_id FROM workers WHERE job_type = $1", &[p(&job_type.0)])?;
    for row in sessions {
        tx.effects.ready.insert((row.session("session_id")?, job_type), usize::MAX / 2);
    }
    Ok(())
}

/// Returns the row of a job type, made at its first use.
pub(crate) fn job_type(tx: &mut Tx<'_>, name: &str) -> Result<JobType, Failure> {
    let find = "SELECT id FROM job_types WHERE name = $1";
    if let Some(row) = tx.query_opt(find, &[p(&name)])? {
        return Ok(row.job_type("id")?);
    }
    let make = "INSERT INTO job_types(name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
    if let Some(row) = tx.query_opt(make, &[p(&name)])? {
        return Ok(row.job_type("id")?);
    }
    // Somebody else made it while we waited.
    Ok(tx.query_one(find, &[p(&name)])?.job_type("id")?)
}
