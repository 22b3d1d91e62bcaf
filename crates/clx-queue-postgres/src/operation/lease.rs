//! Leases of sessions and workers. Principal functions: [`renew`], [`stale`].

use std::time::Duration;

use clx_queue::{SessionId, WorkerId};

use crate::transaction::Tx;
use crate::value::{Columns, p};

/// Somebody of whom nothing was heard for the length of the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Silent {
    Session(SessionId),
    Worker(WorkerId),
}

/// One that was silent, with its last beat and the length of its lease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stale {
    pub(crate) who: Silent,
    pub(crate) beat: i64,
    pub(crate) lease: Duration,
}

/// Renews the leases of sessions that are open.
pub(crate) fn renew(tx: &mut Tx<'_>, sessions: &[SessionId]) -> Result<(), postgres::Error> {
    let ids: Vec<i64> = sessions.iter().map(|session| session.0).collect();
    let now = tx.now.as_us();
    tx.execute(
        "UPDATE sessions SET owner_beat = owner_beat + 1, owner_seen_us = $2
         WHERE id = ANY($1) AND state = 1",
        &[p(&ids), p(&now)],
    )?;
    Ok(())
}

/// Finds whose lease is over by the clock of the server. A clock that was set forward makes all look so,
/// which is why they are looked at twice.
pub(crate) fn stale(tx: &mut Tx<'_>) -> Result<Vec<Stale>, postgres::Error> {
    let now = tx.now.as_us();
    let rows = tx.query(
        "SELECT true AS is_session, id, owner_beat AS beat, owner_lease_ms AS lease_ms FROM sessions
         WHERE state = 1 AND owner_seen_us < $1 - owner_lease_ms * 1000
         UNION ALL
         SELECT false, id, beat, lease_ms FROM workers
         WHERE seen_us < $1 - lease_ms * 1000",
        &[p(&now)],
    )?;
    rows.iter()
        .map(|row| {
            let who = match row.try_get("is_session")? {
                true => Silent::Session(row.session("id")?),
                false => Silent::Worker(row.worker("id")?),
            };
            let lease = row.opt_millis("lease_ms")?.unwrap_or_default();
            Ok(Stale { who, beat: row.int("beat")?, lease })
        })
        .collect()
}
