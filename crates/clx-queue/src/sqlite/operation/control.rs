//! Pauses and bounds types of jobs. Principal functions: [`set_paused`], [`set_max_running`].

use rusqlite::named_params;

use super::enqueue::job_type;
use crate::ids::SessionId;
use crate::sqlite::transaction::{JobType, OperationError, Tx};

/// Pauses or resumes a type.
pub(crate) fn set_paused(tx: &mut Tx<'_>, name: &str, paused: bool) -> Result<(), OperationError> {
    let job_type = job_type(tx, name)?;
    tx.prepare("UPDATE job_types SET paused = :paused WHERE id = :id")?
        .execute(named_params! { ":paused": paused, ":id": job_type.0 })?;
    Ok(wake_all(tx, job_type)?)
}

/// Bounds how many jobs of a type run at once.
pub(crate) fn set_max_running(
    tx: &mut Tx<'_>,
    name: &str,
    limit: Option<u32>,
) -> Result<(), OperationError> {
    let job_type = job_type(tx, name)?;
    tx.prepare("UPDATE job_types SET max_running = :limit WHERE id = :id")?
        .execute(named_params! { ":limit": limit, ":id": job_type.0 })?;
    Ok(wake_all(tx, job_type)?)
}

/// Makes every idle worker of the type look again.
fn wake_all(tx: &mut Tx<'_>, job_type: JobType) -> rusqlite::Result<()> {
    let sessions: Vec<SessionId> = {
        let mut statement =
            tx.prepare("SELECT DISTINCT session_id FROM workers WHERE job_type = :type")?;
        let rows = statement
            .query_map(named_params! { ":type": job_type.0 }, |row| row.get("session_id"))?;
        rows.collect::<Result<_, _>>()?
    };
    for session in sessions {
        tx.effects.ready.insert((session, job_type), usize::MAX / 2);
    }
    Ok(())
}
