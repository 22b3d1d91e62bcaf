//! What an operation works with: an open transaction, the moment, and what it changes besides rows.
//! Principal types: [`Tx`], [`Effects`].

use std::collections::{BTreeMap, BTreeSet};

use clx_core::Timestamp;
use clx_queue::{EventType, JobId, JobState, SessionId, WorkerId};
use postgres::{Client, Row, SimpleQueryMessage};

use crate::hub::JobType;
use crate::value::{Param, p};

/// Whom to wake after COMMIT.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// How many jobs became ready, by session and type.
    pub(crate) ready: BTreeMap<(SessionId, JobType), usize>,
    /// A job was put off to a later time.
    pub(crate) put_off: bool,
    /// Sessions with newly finished jobs.
    pub(crate) finished: BTreeSet<SessionId>,
    /// Workers with a job to cancel, or removed.
    pub(crate) workers: BTreeSet<WorkerId>,
}

/// Changes of the counter tables, written once before COMMIT.
#[derive(Debug, Default)]
struct Tally {
    states: BTreeMap<(SessionId, JobType, i64), i64>,
    minutes: BTreeMap<(SessionId, i64), i64>,
    events: Vec<NewEvent>,
}

#[derive(Debug)]
struct NewEvent {
    session: SessionId,
    event: EventType,
    job: Option<JobId>,
    worker: Option<WorkerId>,
    detail: String,
}

/// An open transaction; undone when dropped without COMMIT.
///
/// Statements are unnamed and carry the types of their parameters, so that nothing of them outlives
/// the transaction on a connection that a pooler hands to somebody else.
pub(crate) struct Tx<'c> {
    client: &'c mut Client,
    is_open: bool,
    pub(crate) now: Timestamp,
    pub(crate) effects: Effects,
    tally: Tally,
}

impl<'c> Tx<'c> {
    /// Opens a transaction by statements that end with one that returns the moment.
    pub(crate) fn begin(client: &'c mut Client, opening: &str) -> Result<Self, postgres::Error> {
        // Undone by the destructor if a statement after BEGIN fails.
        let mut tx = Self {
            client,
            is_open: true,
            now: Timestamp::default(),
            effects: Effects::default(),
            tally: Tally::default(),
        };
        for message in tx.client.simple_query(opening)? {
            let SimpleQueryMessage::Row(row) = message else { continue };
            if let Some(us) = row.try_get("now")?.and_then(|text| text.parse().ok()) {
                tx.now = Timestamp::from_us(us);
            }
        }
        Ok(tx)
    }

    /// Writes the sums; returns whom to wake after COMMIT.
    pub(crate) fn sums(&mut self) -> Result<Effects, postgres::Error> {
        self.write_tally()?;
        Ok(std::mem::take(&mut self.effects))
    }

    pub(crate) fn commit(mut self) -> Result<(), postgres::Error> {
        self.client.batch_execute("COMMIT")?;
        self.is_open = false;
        Ok(())
    }

    /// Returns the connection, for calls of functions.
    pub(crate) fn client(&mut self) -> &mut Client {
        self.client
    }

    pub(crate) fn query(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, postgres::Error> {
        self.client.query_typed(sql, params)
    }

    pub(crate) fn query_opt(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, postgres::Error> {
        self.client.query_typed_opt(sql, params)
    }

    pub(crate) fn query_one(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Row, postgres::Error> {
        self.client.query_typed_one(sql, params)
    }

    pub(crate) fn execute(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<u64, postgres::Error> {
        self.client.execute_typed(sql, params)
    }

    /// Counts a job's change of state; `None` before it exists.
    pub(crate) fn count(
        &mut self,
        session: SessionId,
        job_type: JobType,
        from: Option<JobState>,
        to: JobState,
    ) {
        if let Some(from) = from {
            self.uncount(session, job_type, from);
        }
        *self.tally.states.entry((session, job_type, to.code())).or_default() += 1;
        if to == JobState::Ready {
            *self.effects.ready.entry((session, job_type)).or_default() += 1;
        }
        self.effects.put_off |= to == JobState::Scheduled;
        if to.is_final() {
            *self.tally.minutes.entry((session, to.code())).or_default() += 1;
        }
    }

    /// Takes a job that is no more out of the counters.
    pub(crate) fn uncount(&mut self, session: SessionId, job_type: JobType, from: JobState) {
        *self.tally.states.entry((session, job_type, from.code())).or_default() -= 1;
    }

    /// Writes an event row, with the sums.
    pub(crate) fn event(
        &mut self,
        session: SessionId,
        event: EventType,
        job: Option<JobId>,
        worker: Option<WorkerId>,
        detail: &str,
    ) {
        let detail = detail.to_owned();
        self.tally.events.push(NewEvent { session, event, job, worker, detail });
    }

    fn write_tally(&mut self) -> Result<(), postgres::Error> {
        let Tally { states, minutes, events } = std::mem::take(&mut self.tally);
        if states.values().any(|&n| n != 0) {
            let column = |f: fn(&(SessionId, JobType, i64)) -> i64| states.keys().map(f).collect();
            let (sessions, types): (Vec<_>, Vec<_>) =
                (column(|key| key.0.0), column(|key| key.1.0));
            let (codes, n): (Vec<_>, Vec<_>) =
                (column(|key| key.2), states.values().copied().collect());
            self.execute(
                "SELECT add_to_counters($1, $2, $3, $4)",
                &[p(&sessions), p(&types), p(&codes), p(&n)],
            )?;
        }
        if !minutes.is_empty() {
            let sessions: Vec<_> = minutes.keys().map(|key| key.0.0).collect();
            let codes: Vec<_> = minutes.keys().map(|key| key.1).collect();
            let n: Vec<_> = minutes.values().copied().collect();
            let now = self.now.as_us();
            self.execute(
                "SELECT add_to_minutes($1, $2, $3, $4)",
                &[p(&sessions), p(&codes), p(&n), p(&now)],
            )?;
        }
        if !events.is_empty() {
            self.write_events(&events)?;
        }
        Ok(())
    }

    fn write_events(&mut self, events: &[NewEvent]) -> Result<(), postgres::Error> {
        let sessions: Vec<_> = events.iter().map(|event| event.session.0).collect();
        let names: Vec<_> = events.iter().map(|event| event.event.name()).collect();
        let jobs: Vec<_> = events.iter().map(|event| event.job.map(|id| id.0)).collect();
        let workers: Vec<_> = events.iter().map(|event| event.worker.map(|id| id.0)).collect();
        let details: Vec<_> = events.iter().map(|event| event.detail.as_str()).collect();
        let now = self.now.as_us();
        self.execute(
            "INSERT INTO events(session_id, at_us, type, job, worker, data)
             SELECT session_id, $6, type, job, worker, data
             FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY
               AS new(session_id, type, job, worker, data, place)
             ORDER BY place",
            &[p(&sessions), p(&names), p(&jobs), p(&workers), p(&details), p(&now)],
        )?;
        Ok(())
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.is_open && !self.client.is_closed() {
            // A connection that cannot do this is closed by the pool.
            let _undone = self.client.batch_execute("ROLLBACK");
        }
    }
}

impl Effects {
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, n) in other.ready {
            let sum = self.ready.entry(key).or_default();
            *sum = sum.saturating_add(n);
        }
        self.put_off |= other.put_off;
        self.finished.extend(other.finished);
        self.workers.extend(other.workers);
    }
}
