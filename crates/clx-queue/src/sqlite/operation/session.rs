//! Opens and closes sessions. Principal functions: [`open`], [`close`].

use std::path::PathBuf;

use clx_core::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::{cancel, worker};
use crate::error::QueueError;
use crate::event::EventType;
use crate::ids::{SessionId, WorkerId};
use crate::job::CancelTarget;
use crate::session::{NewSession, Owner, SessionRecord, SessionRole, SessionState};
use crate::sqlite::transaction::{OperationError, Tx};
use crate::view::SessionFilter;
use crate::worker::WorkerExit;

/// Sessions on a page if nothing is said.
const USUAL_LIMIT: u32 = 100;

/// Inserts a session under a random token.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    new: &NewSession,
    token: &str,
    doorbell: &str,
) -> Result<SessionId, OperationError> {
    tx.prepare(
        "INSERT INTO sessions(token, owner_pid, owner_start, boot_id, root, role, note, state,
                              doorbell, created_us)
         VALUES (:token, :pid, :start, :boot_id, :root, :role, :note, 1, :doorbell, :now)",
    )?
    .execute(named_params! {
        ":token": token, ":pid": new.owner.pid, ":start": new.owner.start.cast_signed(),
        ":boot_id": new.owner.boot_id, ":root": new.root.to_string_lossy(),
        ":role": new.role.code(), ":note": new.note, ":doorbell": doorbell,
        ":now": tx.now.as_us(),
    })?;
    let id = SessionId(tx.connection.last_insert_rowid());
    tx.event(id, EventType::SessionOpened, None, None, &new.root.to_string_lossy())?;
    Ok(id)
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Closed,
    Abandoned,
}

/// Cancels what waits, removes the workers with what they run, closes the session. False if it was
/// not open.
pub(crate) fn close(
    tx: &mut Tx<'_>,
    session: SessionId,
    ending: Ending,
) -> Result<bool, OperationError> {
    let (state, event, by) = match ending {
        Ending::Closed => (2, EventType::SessionClosed, "the session was closed"),
        Ending::Abandoned => (3, EventType::SessionAbandoned, "the session's owner died"),
    };
    let changed = tx
        .prepare(
            "UPDATE sessions SET state = :state, closed_us = :now WHERE id = :id AND state = 1",
        )?
        .execute(named_params! { ":state": state, ":now": tx.now.as_us(), ":id": session })?;
    if changed == 0 {
        return Ok(false);
    }
    cancel::cancel(tx, session, &CancelTarget::All, by)?;
    for id in workers(tx, session)? {
        worker::remove(tx, id, &WorkerExit::Stopped)?;
    }
    tx.event(session, event, None, None, "")?;
    Ok(true)
}

fn workers(tx: &Tx<'_>, session: SessionId) -> rusqlite::Result<Vec<WorkerId>> {
    let mut statement = tx.prepare("SELECT id FROM workers WHERE session_id = :session")?;
    let rows = statement.query_map(named_params! { ":session": session }, |row| row.get("id"))?;
    rows.collect()
}

/// Fails unless the session is open.
pub(crate) fn require_open(tx: &Tx<'_>, session: SessionId) -> Result<(), OperationError> {
    let open = tx
        .prepare("SELECT 1 FROM sessions WHERE id = :id AND state = 1")?
        .query_row(named_params! { ":id": session }, |_| Ok(()))
        .optional()?;
    open.ok_or(OperationError::Refused(QueueError::SessionClosed { session }))
}

/// Lists sessions, the newest first.
pub(crate) fn list(
    connection: &Connection,
    filter: &SessionFilter,
) -> rusqlite::Result<Vec<SessionRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, token, owner_pid, owner_start, boot_id, root, role, note, state, created_us,
                closed_us
         FROM sessions
         WHERE (:open = 0 OR state = 1) AND (:session IS NULL OR id = :session)
           AND (:after IS NULL OR id < :after)
         ORDER BY id DESC
         LIMIT :limit",
    )?;
    let limit = if filter.limit == 0 { USUAL_LIMIT } else { filter.limit };
    let wanted = named_params! {
        ":open": filter.open, ":session": filter.session, ":after": filter.after, ":limit": limit,
    };
    let rows = statement.query_map(wanted, |row| {
        Ok(SessionRecord {
            id: row.get("id")?,
            token: row.get("token")?,
            owner: Owner {
                pid: row.get("owner_pid")?,
                start: row.get::<_, i64>("owner_start")?.cast_unsigned(),
                boot_id: row.get("boot_id")?,
            },
            root: PathBuf::from(row.get::<_, String>("root")?),
            role: SessionRole::from_code(row.get("role")?),
            note: row.get("note")?,
            state: SessionState::from_code(row.get("state")?),
            created: Timestamp::from_us(row.get("created_us")?),
            closed: row.get::<_, Option<i64>>("closed_us")?.map(Timestamp::from_us),
        })
    })?;
    rows.collect()
}
