//! Looks which sessions borrow workers. Principal type: [`LendingWatch`].

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use clx_queue::{Owner, QueueError, SessionRecord, SessionRole, SessionState};

use super::LendingQueue;

/// How often it is looked for sessions: a build begins this much later at most. A look reads a few
/// rows through an index.
const INTERVAL: Duration = Duration::from_millis(100);

/// Events read at once.
const EVENTS: u32 = 1000;

/// A thread that keeps the list of borrowers; ends when dropped.
#[derive(Debug)]
pub struct LendingWatch {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LendingWatch {
    /// Starts watching. A session whose owner `is_dead` is abandoned, so that its workers are free;
    /// `on_change` hears how many sessions borrow.
    ///
    /// # Errors
    /// The operating system's, if it gives no thread.
    pub fn start(
        queue: Arc<LendingQueue>,
        is_dead: impl Fn(&Owner) -> bool + Send + 'static,
        on_change: impl Fn(usize) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("clx-lending".to_owned()).spawn(move || {
                let mut watcher = Watcher { queue, seen: 0 };
                while stopped.recv_timeout(INTERVAL) == Err(mpsc::RecvTimeoutError::Timeout) {
                    // A queue that cannot be read now can be read later, or its workers find out.
                    if let Ok(Some(n_borrowers)) = watcher.look(&is_dead) {
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
}

impl Watcher {
    /// Returns how many sessions borrow, if that has changed.
    fn look(&mut self, is_dead: &impl Fn(&Owner) -> bool) -> Result<Option<usize>, QueueError> {
        let inner = &self.queue.inner;
        let events = inner.events(self.seen, EVENTS)?;
        let before = self.queue.borrowers();
        self.seen = events.last().map_or(self.seen, |event| event.id);
        // Nothing tells of the death of a borrower, so while there is one it is looked for.
        if events.is_empty() && before.is_empty() {
            return Ok(None);
        }
        let mut borrowers = Vec::new();
        for session in inner.sessions()?.into_iter().rev().filter(borrows) {
            if is_dead(&session.owner) {
                inner.abandon_session(session.id)?;
            } else {
                borrowers.push(session.id);
            }
        }
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
