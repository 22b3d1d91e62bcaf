//! Looks which sessions borrow workers. Principal type: [`LendingWatch`].

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clx_queue::{QueueError, SessionRecord, SessionRole, SessionState};

use super::LendingQueue;
use super::terms::{Borrower, Lending};

/// How often it is looked for sessions: a build begins this much later at most. A look reads a few
/// rows through an index.
const INTERVAL: Duration = Duration::from_millis(100);

/// How often the sessions are looked at, whatever the events tell. Where several hosts write, an event
/// may appear after others with greater numbers, and then it is never seen.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Events read at once.
const EVENTS: u32 = 1000;

/// A thread that keeps the list of borrowers; ends when dropped.
#[derive(Debug)]
pub struct LendingWatch {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LendingWatch {
    /// Starts watching. `terms` tells for each open session that wants to borrow whether it may, and on
    /// what terms; it is asked again and again. `on_change` hears how many sessions borrow when one
    /// comes or goes or its terms change.
    ///
    /// # Errors
    /// The operating system's, if it gives no thread.
    pub fn start(
        queue: Arc<LendingQueue>,
        terms: impl Fn(&SessionRecord) -> Lending + Send + 'static,
        on_change: impl Fn(usize) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("clx-lending".to_owned()).spawn(move || {
                let mut watcher = Watcher { queue, seen: 0, looked: None };
                while stopped.recv_timeout(INTERVAL) == Err(mpsc::RecvTimeoutError::Timeout) {
                    // A queue that cannot be read now can be read later, or its workers find out.
                    if let Ok(Some(n_borrowers)) = watcher.look(&terms) {
                        on_change(n_borrowers);
                    }
                }
            })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for LendingWatch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

struct Watcher {
    queue: Arc<LendingQueue>,
    /// The last event that was looked at.
    seen: i64,
    /// When the sessions were last looked at.
    looked: Option<Instant>,
}

impl Watcher {
    /// Returns how many sessions borrow, if anything has changed.
    fn look(
        &mut self,
        terms: &impl Fn(&SessionRecord) -> Lending,
    ) -> Result<Option<usize>, QueueError> {
        let inner = &self.queue.inner;
        let events = inner.events(self.seen, EVENTS)?;
        let before = self.queue.lock().borrowers.clone();
        let is_due = self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_INTERVAL);
        // Nothing tells of the death of a borrower, so while there is one it is looked for.
        if events.is_empty() && before.is_empty() && !is_due {
            return Ok(None);
        }
        let now = Instant::now();
        let mut borrowers = Vec::new();
        for session in inner.sessions()?.into_iter().rev().filter(borrows) {
            match terms(&session) {
                Lending::Dead => {
                    inner.abandon_session(session.id)?;
                }
                Lending::No => {}
                Lending::Yes(terms) => borrowers.push(Borrower { session: session.id, terms }),
            }
        }
        self.seen = events.last().map_or(self.seen, |event| event.id);
        self.looked = Some(now);
        if borrowers == before {
            return Ok(None);
        }
        let n_borrowers = borrowers.len();
        self.queue.set_borrowers(borrowers);
        Ok(Some(n_borrowers))
    }
}

fn borrows(session: &SessionRecord) -> bool {
    session.role == SessionRole::Borrower && session.state == SessionState::Open
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_queue::{NewSession, Owner, Queue as _, SqliteOptions, SqliteQueue, WorkerMode};

    use crate::lending::Terms;

    #[test]
    fn session_is_found_whose_event_was_missed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let queue = Arc::new(SqliteQueue::open(&path, &SqliteOptions::default()).unwrap());
        let open = |role| {
            let owner = Owner { pid: 1, start: 0, boot_id: String::new() };
            let new = NewSession { role, ..NewSession::new(owner, dir.path()) };
            queue.open_session(&new).unwrap()
        };
        let home = open(SessionRole::Pool);
        let lending = Arc::new(LendingQueue::new(queue.clone(), home, WorkerMode::InProcess));
        let terms = |_: &SessionRecord| Lending::Yes(Terms::default());
        let now = Instant::now();
        // It has seen all events that there will be.
        let mut watcher = Watcher { queue: lending.clone(), seen: i64::MAX, looked: Some(now) };
        let borrower = open(SessionRole::Borrower);
        assert_eq!(watcher.look(&terms).unwrap(), None);
        watcher.looked = now.checked_sub(LOOK_INTERVAL);
        assert_eq!(watcher.look(&terms).unwrap(), Some(1));
        assert_eq!(lending.borrowers(), [borrower]);
    }
}
