//! The queue in a SQLite file. Principal type: [`SqliteQueue`].
//!
//! | part | does |
//! |---|---|
//! | `operation/` | one file per operation, SQL and row mapping |
//! | `commit` | group commit: concurrent callers share a transaction |
//! | `transaction` | what an operation sees, and whom to wake after COMMIT |
//! | `change` | whether anything changed |
//! | `wal` | keeps the WAL short |
//! | `wake`, `doorbell` | wakes waiters in this process, and in others |
//! | `safety` | looks now and then, in case a doorbell was lost |
//!
//! A worker process opens the same file; a container never does, it talks to a gateway.

mod change;
mod commit;
mod doorbell;
mod operation;
mod queue;
mod safety;
#[cfg(test)]
mod tests;
mod token;
mod transaction;
mod upkeep;
mod view;
mod wake;
mod wal;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{Clock, SystemClock};
use clx_db::{Database, DbError, Durability, Migration, OpenOptions, Reader, Schema};
use rusqlite::{Connection, OptionalExtension, named_params};

use self::commit::Committer;
use self::doorbell::Doorbell;
use self::safety::SafetyPoll;
use self::transaction::{Effects, JobType, OperationError, Tx};
use self::wake::{Hub, Topic};
use crate::error::QueueError;
use crate::ids::SessionId;

/// Version history of the file; steps are never edited after a release.
const SCHEMA: Schema = Schema {
    name: "jobs",
    application_id: 0x636c_784a, // "clxJ"
    migrations: &[
        Migration { version: 1, sql: include_str!("migrations/0001_queue.sql") },
        Migration { version: 2, sql: include_str!("migrations/0002_pools.sql") },
        Migration { version: 3, sql: include_str!("migrations/0003_views.sql") },
        Migration { version: 4, sql: include_str!("migrations/0004_catalogues.sql") },
    ],
};

/// How to open the file.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// What a COMMIT waits for, default [`Durability::Normal`]: a power loss may undo the last
    /// transactions, and jobs can be computed again.
    pub durability: Durability,
    /// Time, default the machine's clock.
    pub clock: Arc<dyn Clock>,
    /// How often the handle looks for its waiters in case a doorbell was lost, default 1.5 s (varied
    /// by up to a third, so that handles spread).
    pub safety_poll: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Normal,
            clock: Arc::new(SystemClock),
            safety_poll: Duration::from_millis(1500),
        }
    }
}

/// A queue in a SQLite file; shared by reference or `Arc` between threads.
#[derive(Debug)]
pub struct SqliteQueue {
    committer: Arc<Committer>,
    hub: Arc<Hub>,
    doorbell: Doorbell,
}

impl SqliteQueue {
    /// Opens the file, creating it and its directory if they are missing.
    ///
    /// # Errors
    /// [`QueueError::Database`]: foreign, newer, damaged, read-only files are refused unchanged.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, QueueError> {
        let open = OpenOptions { durability: options.durability, readers: 8 };
        let database = Database::open(path, &SCHEMA, &open)?;
        let path = database.path().to_owned();
        let committer = Arc::new(Committer::new(database, Arc::clone(&options.clock)));
        let hub = Arc::new(Hub::default());
        let mut poll =
            SafetyPoll::new(Arc::clone(&committer), Arc::clone(&hub), options.safety_poll);
        let doorbell = Doorbell::bind(Arc::clone(&hub), move || poll.look())
            .map_err(|source| DbError::Directory { path, source })?;
        Ok(Self { committer, hub, doorbell })
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.committer.database().path()
    }

    /// Does what idle time is for: writes down what searches read of sessions that have ended, copies the
    /// WAL back into the file, cuts it if it is not short, and gives free pages back to the file system.
    fn tidy(&self) -> Result<(), QueueError> {
        self.write(|tx| Ok(operation::catalogue::keep(tx)?))?;
        let database = self.committer.database();
        let is_long = wal::is_worth_cutting(database.path());
        let connection = database.writer()?;
        let tidy = || {
            connection.execute_batch("PRAGMA incremental_vacuum(200)")?;
            if is_long {
                return wal::cut(&connection).map(|_| ());
            }
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")
        };
        tidy().map_err(|error| database.error(error).into())
    }

    /// Runs a writing operation and wakes whom it concerns.
    fn write<T, F>(&self, operation: F) -> Result<T, QueueError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, OperationError> + Send + Sync + 'static,
    {
        let (answer, effects) = self.committer.run(operation);
        self.wake(&effects);
        answer
    }

    /// Runs a query on a reading connection.
    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, QueueError> {
        let database = self.committer.database();
        let reader: Reader = database.reader()?;
        query(&reader).map_err(|error| database.error(error).into())
    }

    fn wake(&self, effects: &Effects) {
        for (&(session, job_type), &n) in &effects.ready {
            let topic = Topic::Ready(session, job_type);
            self.hub.ring(topic, n);
            self.ring_others(topic, n, &self.idle_doorbells(session, job_type, n));
        }
        for &session in &effects.finished {
            let topic = Topic::Finished(session);
            self.hub.ring(topic, usize::MAX);
            self.ring_others(topic, 1, &self.owner_doorbell(session));
        }
        if effects.put_off {
            self.doorbell.look_now();
        }
        for (&worker, doorbell) in &effects.workers {
            let topic = Topic::Worker(worker);
            self.hub.ring(topic, usize::MAX);
            let name: Vec<_> = doorbell.iter().cloned().collect();
            self.ring_others(topic, 1, &name);
        }
    }

    fn ring_others(&self, topic: Topic, n: usize, doorbells: &[String]) {
        for name in doorbells {
            self.doorbell.ring(name, topic, n);
        }
    }

    /// Names the doorbells of other processes with idle workers; none if they cannot be read, the
    /// safety poll stays.
    fn idle_doorbells(&self, session: SessionId, job_type: JobType, n: usize) -> Vec<String> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT doorbell
                 FROM workers
                 WHERE session_id = :session AND job_type = :type AND state = 1
                   AND doorbell <> :own
                   AND NOT EXISTS (SELECT 1 FROM jobs
                                   WHERE jobs.worker_id = workers.id AND jobs.state = 3)
                 LIMIT :n",
            )?;
            let rows = statement.query_map(
                named_params! {
                    ":session": session, ":type": job_type.0, ":own": self.doorbell.name(),
                    ":n": i64::try_from(n).unwrap_or(i64::MAX),
                },
                |row| row.get("doorbell"),
            )?;
            rows.collect()
        })
        .unwrap_or_default()
    }

    /// Names the doorbell of a session's owner if that is another process.
    fn owner_doorbell(&self, session: SessionId) -> Vec<String> {
        if let Some(known) = self.hub.owner(session) {
            return known.into_iter().collect();
        }
        let found = self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT doorbell FROM sessions WHERE id = :id AND doorbell <> :own",
                )?
                .query_row(named_params! { ":id": session, ":own": self.doorbell.name() }, |row| {
                    row.get("doorbell")
                })
                .optional()
        });
        if let Ok(doorbell) = &found {
            self.hub.set_owner(session, doorbell.clone());
        }
        found.ok().flatten().into_iter().collect()
    }
}
