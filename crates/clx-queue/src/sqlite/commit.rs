//! Group commit: callers that write at the same time share one transaction. Principal type:
//! [`Committer`].
//!
//! There is no writer thread. The first caller leads: it takes every waiting operation, runs each
//! under a savepoint in one IMMEDIATE transaction, commits, and hands the lead to the first caller
//! that queued up meanwhile (the scheme of `LevelDB`'s writers' queue). A lone caller thus pays for
//! no hop between threads, sixteen callers share one COMMIT, and arrival order is kept. A caller
//! gets its answer only after COMMIT returned; a failing operation is undone alone; a failed COMMIT
//! is reported to everybody in it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use clx_core::Clock;
use clx_db::Database;
use rusqlite::Connection;

use super::transaction::{Effects, OperationError, Tally, Tx};
use super::wal;
use crate::error::QueueError;

/// Operations in one transaction at most: bounds how long a reader of the answer waits.
const MAX_BATCH: usize = 256;

/// Transactions between two looks at the length of the WAL, and after a cut that held up everybody
/// in vain.
const WAL_LOOK: i32 = 16;
const WAL_PAUSE: i32 = 4096;

/// Runs operations in shared transactions.
#[derive(Debug)]
pub(crate) struct Committer {
    database: Database,
    clock: Arc<dyn Clock>,
    line: Mutex<Line>,
    until_look: AtomicI32,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Arc<dyn Ticket>>,
    led: bool,
}

impl Committer {
    pub(crate) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock, line: Mutex::default(), until_look: AtomicI32::new(WAL_LOOK) }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn now(&self) -> clx_core::Timestamp {
        self.clock.now()
    }

    /// Runs `operation` in a transaction; returns after COMMIT with what is to be woken, if this
    /// caller led the transaction.
    pub(crate) fn run<T, F>(&self, operation: F) -> (Result<T, QueueError>, Effects)
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, OperationError> + Send + 'static,
    {
        let ticket = Arc::new(Request::new(operation));
        let leads = {
            let mut line = lock(&self.line);
            line.waiting.push_back(Arc::clone(&ticket) as Arc<dyn Ticket>);
            !std::mem::replace(&mut line.led, true)
        };
        let mut effects = Effects::default();
        if leads || ticket.bell.wait() == Turn::Lead {
            effects = self.lead();
        }
        (ticket.take_answer(), effects)
    }

    /// Runs one batch and passes the lead on.
    fn lead(&self) -> Effects {
        let batch: Vec<_> = {
            let mut line = lock(&self.line);
            let n = line.waiting.len().min(MAX_BATCH);
            line.waiting.drain(..n).collect()
        };
        let outcome = self.run_batch(&batch);
        {
            let mut line = lock(&self.line);
            match line.waiting.front() {
                Some(next) => next.bell().ring(Turn::Lead),
                None => line.led = false,
            }
        }
        let error = outcome.as_ref().err();
        for ticket in &batch {
            if let Some(error) = error {
                ticket.fail(error);
            }
            ticket.bell().ring(Turn::Done);
        }
        outcome.unwrap_or_default()
    }

    fn run_batch(&self, batch: &[Arc<dyn Ticket>]) -> Result<Effects, QueueError> {
        let connection = self.database.writer()?;
        // Caught while the lock is held: a panic that passed it would poison it for ever.
        let effects = catch_unwind(AssertUnwindSafe(|| self.commit_batch(&connection, batch)))
            .unwrap_or(Err(QueueError::Panicked))?;
        self.watch_wal(&connection);
        Ok(effects)
    }

    fn commit_batch(
        &self,
        connection: &Connection,
        batch: &[Arc<dyn Ticket>],
    ) -> Result<Effects, QueueError> {
        let named = |error| QueueError::from(self.database.error(error));
        execute(connection, "BEGIN IMMEDIATE").map_err(named)?;
        // Undone on every way out but a successful COMMIT, a panic included.
        let rollback = Rollback(connection);
        let mut effects = Effects::default();
        let mut tally = Tally::default();
        for ticket in batch {
            let mut tx = Tx::new(connection, self.clock.now());
            execute(connection, "SAVEPOINT request").map_err(named)?;
            match ticket.run(&mut tx, &self.database) {
                Ok(()) => {
                    effects.merge(tx.effects);
                    tally.merge(tx.tally);
                }
                // SQLite undid the whole transaction by itself, as on a full disk.
                Err(error) if connection.is_autocommit() => return Err(error),
                Err(_) => execute(connection, "ROLLBACK TO request").map_err(named)?,
            }
            execute(connection, "RELEASE request").map_err(named)?;
        }
        tally.write(connection).map_err(named)?;
        execute(connection, "COMMIT").map_err(named)?;
        drop(rollback);
        Ok(effects)
    }

    /// Cuts a long WAL. The batch is committed: a WAL that stays long is no reason to say otherwise.
    fn watch_wal(&self, connection: &Connection) {
        if self.until_look.fetch_sub(1, Ordering::Relaxed) > 0 {
            return;
        }
        let begin = Instant::now();
        if wal::is_long(self.database.path()) {
            let _tried_again_later = wal::cut(connection);
        }
        // Refused at once means that another process is at it; refused late, that a reader stays.
        let next = if begin.elapsed() < wal::PATIENCE { WAL_LOOK } else { WAL_PAUSE };
        self.until_look.store(next, Ordering::Relaxed);
    }
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(|_| ())
}

struct Rollback<'c>(&'c Connection);

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // A failing ROLLBACK leaves nothing to do: SQLite has rolled back by itself.
            let _rolled_back = execute(self.0, "ROLLBACK");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half-changed by a panic: operations run outside these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A waiting operation, whatever its type.
trait Ticket: Send + Sync + std::fmt::Debug {
    /// Runs the operation and keeps its answer; after an error its changes must be undone.
    fn run(&self, tx: &mut Tx<'_>, database: &Database) -> Result<(), QueueError>;
    /// Replaces the answer by an error.
    fn fail(&self, error: &QueueError);
    fn bell(&self) -> &Bell;
}

struct Request<T, F> {
    operation: Mutex<Option<F>>,
    answer: Mutex<Option<Result<T, QueueError>>>,
    bell: Bell,
}

impl<T, F> std::fmt::Debug for Request<T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request")
    }
}

impl<T, F> Request<T, F> {
    fn new(operation: F) -> Self {
        Self {
            operation: Mutex::new(Some(operation)),
            answer: Mutex::new(None),
            bell: Bell::default(),
        }
    }

    fn take_answer(&self) -> Result<T, QueueError> {
        lock(&self.answer).take().unwrap_or(Err(QueueError::Panicked))
    }
}

impl<T, F> Ticket for Request<T, F>
where
    T: Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, OperationError> + Send,
{
    fn run(&self, tx: &mut Tx<'_>, database: &Database) -> Result<(), QueueError> {
        let operation = lock(&self.operation).take().expect("a ticket is in one batch only");
        let answer = operation(tx).map_err(|error| error.in_database(database));
        let undo = answer.as_ref().err().cloned();
        *lock(&self.answer) = Some(answer);
        undo.map_or(Ok(()), Err)
    }

    fn fail(&self, error: &QueueError) {
        *lock(&self.answer) = Some(Err(error.clone()));
    }

    fn bell(&self) -> &Bell {
        &self.bell
    }
}

/// What a waiting caller has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Lead,
    Done,
}

#[derive(Debug, Default)]
struct Bell {
    turn: Mutex<Option<Turn>>,
    condition: Condvar,
}

impl Bell {
    fn ring(&self, turn: Turn) {
        *lock(&self.turn) = Some(turn);
        self.condition.notify_one();
    }

    /// Waits for the turn; the leader always comes to its end and rings.
    fn wait(&self) -> Turn {
        let mut turn = lock(&self.turn);
        loop {
            if let Some(turn) = *turn {
                return turn;
            }
            turn = self.condition.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
