//! Opens, closes and lists sessions. Principal functions: [`open`], [`close`].

use std::path::PathBuf;
use std::time::Duration;

use clx_queue::{
    CancelTarget, EventType, NewSession, Owner, QueueError, SessionFilter, SessionId,
    SessionRecord, SessionRole, SessionState, WorkerExit,
};

use super::{cancel, worker};
use crate::error::Failure;
use crate::transaction::Tx;
use crate::value::{Columns, millis, p};

/// Sessions on a page if nothing is said.
const USUAL_LIMIT: u32 = 100;

/// Inserts a session under a random token.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    new: &NewSession,
    token: &str,
    lease: Duration,
) -> Result<SessionId, Failure> {
    let root = new.root.to_string_lossy().into_owned();
    let now = tx.now.as_us();
    let row = tx.query_one(
        "INSERT INTO sessions(token, owner_pid, owner_start, boot_id, root, role, note, state,
                              created_us, owner_seen_us, owner_lease_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9)
         RETURNING id",
        &[
            p(&token),
            p(&i64::from(new.owner.pid)),
            p(&new.owner.start.cast_signed()),
            p(&new.owner.boot_id),
            p(&root),
            p(&new.role.code()),
            p(&new.note),
            p(&now),
            p(&millis(lease)),
        ],
    )?;
    let id = row.session("id")?;
    tx.event(id, EventType::SessionOpened, None, None, &root);
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
///
/// Locks are taken as everywhere, session before workers before jobs: whoever claims or enqueues is
/// waited for, and finds the session closed afterwards.
pub(crate) fn close(tx: &mut Tx<'_>, session: SessionId, ending: Ending) -> Result<bool, Failure> {
    let (state, event, by) = match ending {
        Ending::Closed => (2_i64, EventType::SessionClosed, "the session was closed"),
        Ending::Abandoned => (3, EventType::SessionAbandoned, "the session's owner died"),
    };
    let now = tx.now.as_us();
    let changed = tx.execute(
        "UPDATE sessions SET state = $2, closed_us = $3 WHERE id = $1 AND state = 1",
        &[p(&session.0), p(&state), p(&now)],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    let workers = tx.query(
        "SELECT id FROM workers WHERE session_id = $1 ORDER BY id FOR UPDATE",
        &[p(&session.0)],
    )?;
    cancel::cancel(tx, session, &CancelTarget::All, by)?;
    for row in workers {
        worker::remove(tx, row.worker("id")?, &WorkerExit::Stopped)?;
    }
    tx.event(session, event, None, None, "");
    Ok(true)
}

/// Fails unless the session is open; it stays so until the transaction ends.
pub(crate) fn require_open(tx: &mut Tx<'_>, session: SessionId) -> Result<(), Failure> {
    let open = tx.query_opt(
        "SELECT 1 FROM sessions WHERE id = $1 AND state = 1 FOR SHARE",
        &[p(&session.0)],
    )?;
    match open {
        Some(_) => Ok(()),
        None => Err(Failure::Refused(QueueError::SessionClosed { session })),
    }
}

/// Lists sessions, the newest first.
pub(crate) fn list(tx: &mut Tx<'_>, filter: &SessionFilter) -> Result<Vec<SessionRecord>, Failure> {
    let limit = i64::from(if filter.limit == 0 { USUAL_LIMIT } else { filter.limit });
    let session = filter.session.map(|id| id.0);
    let after = filter.after.map(|id| id.0);
    let rows = tx.query(
        "SELECT id, token, owner_pid, owner_start, boot_id, root, role, note, state, created_us,
                closed_us
         FROM sessions
         WHERE (NOT $1 OR state = 1) AND ($2::bigint IS NULL OR id = $2)
           AND ($3::bigint IS NULL OR id < $3)
         ORDER BY id DESC
         LIMIT $4",
        &[p(&filter.open), p(&session), p(&after), p(&limit)],
    )?;
    let records = rows.iter().map(|row| {
        Ok(SessionRecord {
            id: row.session("id")?,
            token: row.text("token")?,
            owner: Owner {
                pid: row.small("owner_pid")?,
                start: row.int("owner_start")?.cast_unsigned(),
                boot_id: row.text("boot_id")?,
            },
            root: PathBuf::from(row.text("root")?),
            role: SessionRole::from_code(row.int("role")?),
            note: row.text("note")?,
            state: SessionState::from_code(row.int("state")?),
            created: row.moment("created_us")?,
            closed: row.opt_moment("closed_us")?,
        })
    });
    records.collect()
}
