//! The safety poll: one look at the database for all waiters of a handle, in case a doorbell was
//! lost. Principal type: [`SafetyPoll`].
//!
//! It reads only, by index, and not at all while nobody waits; so many idle workers cost what one
//! does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::commit::Committer;
use super::operation::due;
use super::transaction::JobType;
use super::wake::{Hub, Topic};
use crate::ids::SessionId;

/// What it looks at, and how often.
#[derive(Debug)]
pub(crate) struct SafetyPoll {
    committer: Arc<Committer>,
    hub: Arc<Hub>,
    interval: Duration,
    /// The last position of the outbox that the owner of a session was woken for.
    seen: HashMap<SessionId, i64>,
}

impl SafetyPoll {
    pub(crate) fn new(committer: Arc<Committer>, hub: Arc<Hub>, interval: Duration) -> Self {
        Self { committer, hub, interval, seen: HashMap::new() }
    }

    /// Wakes whoever has something to find; returns how long to wait until the next look.
    pub(crate) fn look(&mut self) -> Duration {
        let pause = self.spread_interval();
        let topics = self.hub.waited_for();
        if topics.is_empty() {
            return pause;
        }
        let database = self.committer.database();
        if database.check_identity().is_err() {
            self.hub.set_vanished();
            return pause;
        }
        // What cannot be read now is looked for again after the pause.
        let Ok(reader) = database.reader() else { return pause };
        let next_due = due::next(&reader).ok().flatten();
        let now = self.committer.now().as_us();
        let is_due = next_due.is_some_and(|due| due <= now);
        for topic in topics {
            if self.has_news(&reader, topic, is_due).unwrap_or(false) {
                self.hub.ring(topic, usize::MAX);
            }
        }
        match next_due {
            Some(due) if due > now => {
                pause.min(Duration::from_micros(u64::try_from(due - now).unwrap_or(0)))
            }
            _ => pause,
        }
    }

    fn has_news(
        &mut self,
        reader: &Connection,
        topic: Topic,
        is_due: bool,
    ) -> rusqlite::Result<bool> {
        match topic {
            Topic::Ready(session, job_type) => Ok(is_due || is_ready(reader, session, job_type)?),
            Topic::Finished(session) => {
                let seen = self.seen.entry(session).or_default();
                let last = last_finished(reader, session, *seen)?;
                *seen = last.unwrap_or(*seen);
                Ok(last.is_some())
            }
            // Beats look for themselves.
            Topic::Worker(_) => Ok(false),
        }
    }

    /// Returns the interval, varied by up to a third so that handles spread.
    fn spread_interval(&self) -> Duration {
        let third = u32::try_from(self.interval.as_nanos() / 3).unwrap_or(u32::MAX).max(1);
        let spread = self.committer.now().as_us().unsigned_abs().wrapping_mul(0x9e37_79b9) >> 8;
        let jitter = u32::try_from(spread % u64::from(third)).unwrap_or(0);
        self.interval - Duration::from_nanos(u64::from(jitter))
    }
}

fn is_ready(reader: &Connection, session: SessionId, job_type: JobType) -> rusqlite::Result<bool> {
    reader
        .prepare_cached(
            "SELECT 1
             FROM jobs
             WHERE session_id = :session AND job_type = :type AND state = 2
             LIMIT 1",
        )?
        .exists(named_params! { ":session": session, ":type": job_type.0 })
}

/// Returns the last position after `seen`, if there is one.
fn last_finished(
    reader: &Connection,
    session: SessionId,
    seen: i64,
) -> rusqlite::Result<Option<i64>> {
    reader
        .prepare_cached(
            "SELECT seq
             FROM finished
             WHERE seq > :seen AND session_id = :session
             ORDER BY seq DESC
             LIMIT 1",
        )?
        .query_row(named_params! { ":seen": seen, ":session": session }, |row| row.get("seq"))
        .optional()
}
