//! Group commit: callers that write at the same time share one transaction. Principal type:
//! [`Committer`].
//!
//! There is no writer thread. The first caller leads: it takes every waiting operation, runs them in
//! one IMMEDIATE transaction, commits, and goes on with those that queued up meanwhile; after a few
//! transactions it hands the lead to the next in line (the scheme of `LevelDB`'s writers' queue). A
//! lone caller thus pays for no hop between threads, sixteen callers share one COMMIT, and arrival
//! order is kept. A caller gets its answer only after COMMIT returned; a failed COMMIT is reported to everybody in it. If an operation is
//! refused, the transaction is undone and each operation of it runs again alone: rarer than a
//! savepoint for every one is dear, and why operations must be repeatable.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clx_core::Clock;
use clx_db::Database;
use rusqlite::Connection;

use super::operation::due;
use super::transaction::{Effects, OperationError, Tx};
use super::wal;
use crate::error::QueueError;

/// Transactions that a leader runs in a row before it goes after its own business and wakes whom they
/// concern: each hand-over costs a switch between threads, during which nothing is written. Under
/// full load eight take 2 ms; alone, a leader runs one.
const ROUNDS: u32 = 8;

/// Transactions between two looks at the length of the WAL, and after a cut that held up everybody
/// in vain.
const WAL_LOOK: i32 = 16;
const WAL_PAUSE: i32 = 4096;

/// How long a leader waits at most until half of the callers seen lately are there: the other half
/// is busy while this one is written. Nothing is waited for with a lone caller.
const GIVE_WAY: Duration = Duration::from_micros(50);

/// How long a caller waits awake, giving way to everybody who can use the processor, before it
/// sleeps. Sixteen operations take 150 µs, to fall asleep and to be woken costs each caller 10 µs and
/// the leader 5: awake, sixteen callers complete 76,000 jobs a second instead of 62,000.
const PATIENCE: Duration = Duration::from_micros(300);

/// Runs operations in shared transactions.
#[derive(Debug)]
pub(crate) struct Committer {
    database: Database,
    clock: Arc<dyn Clock>,
    /// The moment of the last transaction, in microseconds UTC.
    last_us: AtomicI64,
    line: Mutex<Line>,
    until_look: AtomicI32,
    copies: wal::Copies,
    /// How many callers came and went lately.
    n_callers: AtomicUsize,
}

#[derive(Debug, Default)]
struct Line {
    waiting: Vec<Arc<dyn Ticket>>,
    led: bool,
}

impl Line {
    /// Adds an operation; true if its caller has to lead.
    fn join(&mut self, ticket: Arc<dyn Ticket>) -> bool {
        self.waiting.push(ticket);
        !std::mem::replace(&mut self.led, true)
    }
}

impl Committer {
    pub(crate) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            clock,
            last_us: AtomicI64::new(i64::MIN),
            line: Mutex::default(),
            until_look: AtomicI32::new(WAL_LOOK),
            copies: wal::Copies::default(),
            n_callers: AtomicUsize::new(0),
        }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn now(&self) -> clx_core::Timestamp {
        self.clock.now()
    }

    /// Runs `operation` in a transaction; returns after COMMIT with what is to be woken, if this
    /// caller led.
    pub(crate) fn run<T, F>(&self, operation: F) -> (Result<T, QueueError>, Effects)
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, OperationError> + Send + Sync + 'static,
    {
        let ticket = Arc::new(Request::new(operation));
        let leads = lock(&self.line).join(Arc::clone(&ticket) as Arc<dyn Ticket>);
        let mut effects = Effects::default();
        if leads || ticket.bell.wait() == Turn::Lead {
            effects = self.lead();
        }
        (ticket.take_answer(), effects)
    }

    /// Runs batches while there are any, then passes the lead on.
    fn lead(&self) -> Effects {
        let mut effects = Effects::default();
        for round in 0..ROUNDS {
            // The leader itself comes back only when it has passed the lead on.
            let away = usize::from(round > 0);
            let n_callers = self.n_callers.load(Ordering::Relaxed);
            self.give_way((n_callers - away.min(n_callers)).div_ceil(2));
            let batch = std::mem::take(&mut lock(&self.line).waiting);
            let outcome = self.run_batch(&batch);
            let seen = batch.len() + lock(&self.line).waiting.len() + away;
            self.n_callers.store(seen.max(n_callers * 15 / 16), Ordering::Relaxed);
            for ticket in &batch {
                if let Err(error) = &outcome {
                    ticket.fail(error);
                }
                ticket.bell().ring(Turn::Done);
            }
            effects.merge(outcome.unwrap_or_default());
            let mut line = lock(&self.line);
            if line.waiting.is_empty() {
                line.led = false;
                return effects;
            }
        }
        if let Some(next) = lock(&self.line).waiting.first() {
            next.bell().ring(Turn::Lead);
        }
        effects
    }

    /// Waits a moment for callers that are expected back, so that they share the transaction.
    fn give_way(&self, expected: usize) {
        let begin = Instant::now();
        while lock(&self.line).waiting.len() < expected && begin.elapsed() < GIVE_WAY {
            std::thread::yield_now();
        }
    }

    fn run_batch(&self, batch: &[Arc<dyn Ticket>]) -> Result<Effects, QueueError> {
        let connection = self.database.writer()?;
        let effects = match self.commit(&connection, batch) {
            Ok(Some(effects)) => effects,
            Ok(None) | Err(QueueError::Panicked) => self.commit_each(&connection, batch),
            Err(error) => return Err(error),
        };
        self.watch_wal(&connection);
        Ok(effects)
    }

    /// Runs operations in one transaction; `None`, and nothing done, if one was refused.
    fn commit(
        &self,
        connection: &Connection,
        batch: &[Arc<dyn Ticket>],
    ) -> Result<Option<Effects>, QueueError> {
        // Caught while the lock is held: a panic that passed it would poison it for ever.
        catch_unwind(AssertUnwindSafe(|| self.transact(connection, batch)))
            .unwrap_or(Err(QueueError::Panicked))
    }

    fn transact(
        &self,
        connection: &Connection,
        batch: &[Arc<dyn Ticket>],
    ) -> Result<Option<Effects>, QueueError> {
        let named = |error| QueueError::from(self.database.error(error));
        execute(connection, "BEGIN IMMEDIATE").map_err(named)?;
        // Undone on every way out but a successful COMMIT, a panic included.
        let _rollback = Rollback(connection);
        let now = self.clock.now();
        let mut tx = Tx::new(connection, now, batch.len());
        if now.as_us() < self.last_us.load(Ordering::Relaxed) {
            due::forget_pauses(&tx).map_err(named)?;
        }
        for ticket in batch {
            if ticket.run(&mut tx, &self.database).is_err() {
                return Ok(None);
            }
        }
        tx.tally.write(connection).map_err(named)?;
        execute(connection, "COMMIT").map_err(named)?;
        self.last_us.store(now.as_us(), Ordering::Relaxed);
        Ok(Some(tx.effects))
    }

    /// Gives each operation a transaction of its own, so that one that is refused or panics
    /// is undone alone.
    fn commit_each(&self, connection: &Connection, batch: &[Arc<dyn Ticket>]) -> Effects {
        let mut effects = Effects::default();
        for ticket in batch {
            match self.commit(connection, std::slice::from_ref(ticket)) {
                Ok(Some(own)) => effects.merge(own),
                // Refused, and the ticket knows why.
                Ok(None) => {}
                Err(error) => ticket.fail(&error),
            }
        }
        effects
    }

    /// Cuts a long WAL. The batch is committed: a WAL that stays long is no reason to say otherwise.
    fn watch_wal(&self, connection: &Connection) {
        if self.until_look.fetch_sub(1, Ordering::Relaxed) > 0 {
            return;
        }
        let begin = Instant::now();
        let is_long = wal::is_long(self.database.path());
        let is_cut = is_long && wal::cut(connection).unwrap_or(false);
        let next = if is_cut || !is_long {
            WAL_LOOK
        } else if begin.elapsed() < wal::PATIENCE {
            // Refused at once, because another process is copying: the next try is soon.
            0
        } else {
            WAL_PAUSE
        };
        // Copying by each commit would keep out the one who wants to cut.
        let _stays_as_it_was = self.copies.set(connection, next != 0);
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
    operation: F,
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
        Self { operation, answer: Mutex::new(None), bell: Bell::default() }
    }

    fn take_answer(&self) -> Result<T, QueueError> {
        lock(&self.answer).take().unwrap_or(Err(QueueError::Panicked))
    }
}

impl<T, F> Ticket for Request<T, F>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<T, OperationError> + Send + Sync,
{
    fn run(&self, tx: &mut Tx<'_>, database: &Database) -> Result<(), QueueError> {
        let answer = (self.operation)(tx).map_err(|error| error.in_database(database));
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

/// Tells one waiting caller what to do next.
#[derive(Debug, Default)]
struct Bell {
    state: Mutex<BellState>,
    condition: Condvar,
}

#[derive(Debug, Default)]
struct BellState {
    turn: Option<Turn>,
    /// Only who sleeps is notified: that is a call of the system.
    sleeps: bool,
}

impl Bell {
    fn ring(&self, turn: Turn) {
        let mut state = lock(&self.state);
        state.turn = Some(turn);
        if state.sleeps {
            self.condition.notify_one();
        }
    }

    /// Waits for the turn; the leader always comes to its end and rings.
    fn wait(&self) -> Turn {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(turn) = lock(&self.state).turn {
                return turn;
            }
            std::thread::yield_now();
        }
        let mut state = lock(&self.state);
        loop {
            if let Some(turn) = state.turn {
                return turn;
            }
            state.sleeps = true;
            state = self.condition.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{SqliteOptions, SqliteQueue};
    use crate::{NewSession, Queue, SessionId};

    type Operation = fn(&mut Tx<'_>) -> Result<(), OperationError>;

    fn insert(tx: &mut Tx<'_>) -> Result<(), OperationError> {
        let sql = "INSERT INTO counters(session_id, job_type, state, n) VALUES (1, 1, 7, 1)
                   ON CONFLICT DO UPDATE SET n = n + 1";
        tx.prepare(sql)?.execute(())?;
        Ok(())
    }

    fn refuse(_: &mut Tx<'_>) -> Result<(), OperationError> {
        Err(QueueError::SessionClosed { session: SessionId(1) }.into())
    }

    fn panic(_: &mut Tx<'_>) -> Result<(), OperationError> {
        panic!("a bug")
    }

    /// Runs operations as one batch and compares who succeeded, and how many were done.
    fn check(operations: &[Operation], expected: &[bool]) {
        let dir = tempfile::tempdir().unwrap();
        let queue =
            SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default()).unwrap();
        queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let committer = &queue.committer;
        let requests: Vec<_> =
            operations.iter().map(|operation| Arc::new(Request::new(*operation))).collect();
        let batch: Vec<_> = requests.iter().map(|one| Arc::clone(one) as Arc<dyn Ticket>).collect();
        committer.run_batch(&batch).unwrap();
        let answers: Vec<_> = requests.iter().map(|one| one.take_answer().is_ok()).collect();
        assert_eq!(answers, expected);
        let n_done: usize = queue
            .read(|reader| reader.query_row("SELECT sum(n) FROM counters", (), |row| row.get(0)))
            .unwrap();
        assert_eq!(n_done, expected.iter().filter(|ok| **ok).count());
    }

    #[test]
    fn operations_share_the_luck_of_none() {
        check(&[insert, insert], &[true, true]);
        check(&[insert, refuse, insert], &[true, false, true]);
        check(&[insert, panic, insert], &[true, false, true]);
        check(&[panic, insert, refuse, panic, insert], &[false, true, false, false, true]);
    }

    type Arrival =
        Request<(), Box<dyn Fn(&mut Tx<'_>) -> Result<(), OperationError> + Send + Sync>>;

    /// An operation during which another one of this kind arrives, so many times.
    fn arriving(committer: &Arc<Committer>, n_more: u32) -> Arc<Arrival> {
        let committer = Arc::clone(committer);
        Arc::new(Request::new(Box::new(move |tx: &mut Tx<'_>| {
            if n_more > 0 {
                assert!(!lock(&committer.line).join(arriving(&committer, n_more - 1)), "it is led");
            }
            insert(tx)
        })))
    }

    #[test]
    fn leader_hands_on_after_some_rounds_and_nobody_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let queue =
            SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default()).unwrap();
        queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        let committer = &queue.committer;
        let turn = |ticket: &dyn Ticket| lock(&ticket.bell().state).turn;

        let first = arriving(committer, ROUNDS);
        assert!(lock(&committer.line).join(Arc::clone(&first) as Arc<dyn Ticket>));
        committer.lead();
        assert_eq!(turn(&*first), Some(Turn::Done));
        let next = Arc::clone(&lock(&committer.line).waiting[0]);
        assert_eq!(turn(&*next), Some(Turn::Lead));

        committer.lead();
        assert_eq!(turn(&*next), Some(Turn::Done));
        assert!(!lock(&committer.line).led);
        let n_done: u32 = queue
            .read(|reader| reader.query_row("SELECT sum(n) FROM counters", (), |row| row.get(0)))
            .unwrap();
        assert_eq!(n_done, ROUNDS + 1);
    }
}
