//! What an operation works with: the connection inside a transaction, the moment, and what it
//! changes besides rows. Principal type: [`Tx`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clx_core::Timestamp;
use clx_db::Database;
use rusqlite::{CachedStatement, Connection, named_params};

use crate::error::QueueError;
use crate::event::EventType;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::state::{JobState, WorkerMode};
use crate::worker::ClaimedJob;

/// Microseconds of the unit in which `minutes` counts.
pub(crate) const US_A_MINUTE: i64 = 60_000_000;

/// Row id of a job type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct JobType(pub(crate) i64);

/// Why an operation was undone.
#[derive(Debug)]
pub(crate) enum OperationError {
    /// The queue refuses it.
    Refused(QueueError),
    /// SQLite reported an error; the committer adds the file's name.
    Sqlite(rusqlite::Error),
}

impl OperationError {
    pub(crate) fn in_database(self, database: &Database) -> QueueError {
        match self {
            Self::Refused(error) => error,
            Self::Sqlite(source) => QueueError::from(database.error(source)),
        }
    }
}

impl From<QueueError> for OperationError {
    fn from(error: QueueError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for OperationError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

/// Whom to wake after COMMIT.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// How many jobs became ready, by session and type.
    pub(crate) ready: BTreeMap<(SessionId, JobType), usize>,
    /// A job was put off to a later time.
    pub(crate) put_off: bool,
    /// Sessions with newly finished jobs.
    pub(crate) finished: BTreeSet<SessionId>,
    /// Workers with a job to cancel, or removed, and their doorbells.
    pub(crate) workers: BTreeMap<WorkerId, Option<String>>,
}

/// Changes of the counter tables, summed over a batch and written once before COMMIT.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    states: BTreeMap<(SessionId, JobType, i64), i64>,
    minutes: BTreeMap<(SessionId, i64, i64), i64>,
}

/// Ready jobs read ahead by a claim, so that the claims that share its transaction need no query of
/// their own. Whatever else makes a job ready, or a ready job something else, empties it.
#[derive(Debug, Default)]
pub(crate) struct ReadyAhead {
    place: Option<(SessionId, JobType, WorkerMode)>,
    jobs: VecDeque<ClaimedJob>,
    /// Nothing is ready beyond `jobs`.
    complete: bool,
}

impl ReadyAhead {
    /// Returns up to `limit` jobs of a place; `None` if they have to be read.
    pub(crate) fn take(
        &mut self,
        place: (SessionId, JobType, WorkerMode),
        limit: usize,
    ) -> Option<Vec<ClaimedJob>> {
        if self.place != Some(place) || (self.jobs.len() < limit && !self.complete) {
            return None;
        }
        let n = limit.min(self.jobs.len());
        Some(self.jobs.drain(..n).collect())
    }

    /// Keeps the jobs that a query for `limit` jobs found.
    pub(crate) fn fill(
        &mut self,
        place: (SessionId, JobType, WorkerMode),
        jobs: Vec<ClaimedJob>,
        limit: usize,
    ) {
        *self = Self { place: Some(place), complete: jobs.len() < limit, jobs: jobs.into() };
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A transaction under way, seen by its operations one after the other.
pub(crate) struct Tx<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) now: Timestamp,
    /// How many operations share the transaction.
    pub(crate) n_operations: usize,
    pub(crate) effects: Effects,
    pub(crate) tally: Tally,
    /// Whether an operation of this transaction made due jobs ready already.
    pub(crate) promoted: bool,
    /// Ready jobs that the next claims take.
    pub(crate) ready: ReadyAhead,
    /// Whether any job needs another; unknown until somebody asks.
    any_dependency: Option<bool>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c Connection, now: Timestamp, n_operations: usize) -> Self {
        Self {
            connection,
            now,
            n_operations,
            effects: Effects::default(),
            tally: Tally::default(),
            promoted: false,
            ready: ReadyAhead::default(),
            any_dependency: None,
        }
    }

    /// Tells whether any job of the file needs another. Most files have none, and then no job that
    /// ends has to look for those that waited for it.
    pub(crate) fn has_dependencies(&mut self) -> rusqlite::Result<bool> {
        if let Some(known) = self.any_dependency {
            return Ok(known);
        }
        let any =
            self.prepare("SELECT EXISTS(SELECT 1 FROM deps)")?.query_row((), |row| row.get(0))?;
        self.any_dependency = Some(any);
        Ok(any)
    }

    /// Notes that an operation of this transaction wrote a dependency.
    pub(crate) fn set_dependencies(&mut self) {
        self.any_dependency = Some(true);
    }

    /// Prepares a statement, or takes it from the connection's cache.
    pub(crate) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.connection.prepare_cached(sql)
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
            *self.tally.states.entry((session, job_type, from as i64)).or_default() -= 1;
        }
        *self.tally.states.entry((session, job_type, to as i64)).or_default() += 1;
        if to == JobState::Ready || (from == Some(JobState::Ready) && to != JobState::Running) {
            self.ready.clear();
        }
        if to == JobState::Ready {
            *self.effects.ready.entry((session, job_type)).or_default() += 1;
        }
        self.effects.put_off |= to == JobState::Scheduled;
        if to.is_final() {
            let minute = self.minute();
            *self.tally.minutes.entry((session, minute, to as i64)).or_default() += 1;
        }
    }

    /// Counts a job that completed in part as failed, in what happened per minute.
    pub(crate) fn count_as_failed(&mut self, session: SessionId) {
        let minute = self.minute();
        for (state, n) in [(JobState::Completed, -1), (JobState::Failed, 1)] {
            *self.tally.minutes.entry((session, minute, state as i64)).or_default() += n;
        }
    }

    fn minute(&self) -> i64 {
        self.now.as_us().div_euclid(US_A_MINUTE)
    }

    /// Writes an event row.
    pub(crate) fn event(
        &self,
        session: SessionId,
        event: EventType,
        job: Option<JobId>,
        worker: Option<WorkerId>,
        detail: &str,
    ) -> rusqlite::Result<()> {
        self.prepare(
            "INSERT INTO events(session_id, at_us, type, job, worker, data)
             VALUES (:session, :at, :type, :job, :worker, :data)",
        )?
        .execute(named_params! {
            ":session": session, ":at": self.now.as_us(), ":type": event.name(),
            ":job": job, ":worker": worker, ":data": detail,
        })?;
        Ok(())
    }
}

impl Effects {
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, n) in other.ready {
            *self.ready.entry(key).or_default() += n;
        }
        self.put_off |= other.put_off;
        self.finished.extend(other.finished);
        self.workers.extend(other.workers);
    }
}

impl Tally {
    /// Writes the sums to their tables.
    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        for (&(session, job_type, state), &n) in self.states.iter().filter(|(_, n)| **n != 0) {
            connection
                .prepare_cached(
                    "INSERT INTO counters(session_id, job_type, state, n)
                     VALUES (:session, :type, :state, :n)
                     ON CONFLICT DO UPDATE SET n = n + excluded.n",
                )?
                .execute(named_params! {
                    ":session": session, ":type": job_type.0, ":state": state, ":n": n,
                })?;
        }
        for (&(session, minute, state), &n) in self.minutes.iter().filter(|(_, n)| **n != 0) {
            connection
                .prepare_cached(
                    "INSERT INTO minutes(session_id, minute, state, n)
                     VALUES (:session, :minute, :state, :n)
                     ON CONFLICT DO UPDATE SET n = n + excluded.n",
                )?
                .execute(named_params! {
                    ":session": session, ":minute": minute, ":state": state, ":n": n,
                })?;
        }
        Ok(())
    }
}
