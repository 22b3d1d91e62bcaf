//! Workers that outlive builds. A pool's workers have their rows in the pool's session; this queue
//! stands between them and the file, and gives each a second row, its post, in a session that
//! borrows workers. When that session ends, the worker looks for another one and never notices.
//!
//! ```text
//! worker 3 ─▶ LendingQueue ─▶ row 3 in the pool's session: registered, beats, is watched
//!                        └──▶ row 8 in a build's session:  claims, reports, is cancelled
//! ```
//!
//! Sessions share the workers of each kind in proportion to their weights ([`Terms`]): one that comes
//! later gets its part as soon as workers have done the jobs they are at.
//!
//! Principal type: [`LendingQueue`].

mod claim;
mod fair;
mod look;
mod pass;
mod post;
mod terms;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clx_queue::{Beat, Progress, Queue, QueueError, SessionId, WorkerExit, WorkerId, WorkerMode};

use self::look::Outlook;
use self::post::{Post, Seat};
use self::terms::Borrower;
pub use self::terms::{Lending, Terms};
pub use self::watch::LendingWatch;

/// A queue for the workers of a pool.
pub struct LendingQueue {
    inner: Arc<dyn Queue>,
    home: SessionId,
    mode: WorkerMode,
    state: Mutex<State>,
    changed: Condvar,
    /// Held by the one who looks what the borrowers want.
    looking: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Sessions that borrow workers, the oldest first.
    borrowers: Vec<Borrower>,
    /// The workers of the pool.
    seats: BTreeMap<WorkerId, Seat>,
    outlook: Outlook,
}

impl fmt::Debug for LendingQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LendingQueue").field("home", &self.home).finish_non_exhaustive()
    }
}

impl LendingQueue {
    /// Lends the workers of the session `home`, which run in `mode`.
    #[must_use]
    pub fn new(inner: Arc<dyn Queue>, home: SessionId, mode: WorkerMode) -> Self {
        let (state, changed, looking) = Default::default();
        Self { inner, home, mode, state, changed, looking }
    }

    /// Returns the sessions that borrow workers now.
    #[must_use]
    pub fn borrowers(&self) -> Vec<SessionId> {
        self.lock().borrowers.iter().map(|borrower| borrower.session).collect()
    }

    fn set_borrowers(&self, borrowers: Vec<Borrower>) {
        let mut state = self.lock();
        state.borrowers = borrowers;
        state.outlook.is_outdated();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What is in it is whole whenever a thread can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat<T>(&self, worker: WorkerId, change: impl FnOnce(&mut Seat) -> T) -> Option<T> {
        self.lock().seats.get_mut(&worker).map(change)
    }

    fn seated<T>(
        &self,
        worker: WorkerId,
        change: impl FnOnce(&mut Seat) -> T,
    ) -> Result<T, QueueError> {
        self.seat(worker, change).ok_or(QueueError::WorkerGone { worker })
    }

    fn take_seat(&self, worker: WorkerId, job_type: &str) {
        self.lock().seats.insert(worker, Seat::new(job_type));
    }

    /// Gives up a worker's seat; the row of its post ends as the worker did.
    fn leave_seat(&self, worker: WorkerId, exit: &WorkerExit) -> Result<(), QueueError> {
        let seat = self.lock().seats.remove(&worker);
        self.changed.notify_all();
        match seat.and_then(|seat| seat.post) {
            Some(post) => self.inner.remove_worker(post.row, exit).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Beats for both rows; what the post's session does not want any more is cancelled.
    fn beat_at_post(
        &self,
        worker: WorkerId,
        progress: &[Progress],
        wait: Duration,
    ) -> Result<Beat, QueueError> {
        let deadline = Instant::now() + wait;
        self.inner.beat(worker, &[], Duration::ZERO)?;
        let Some(post) = self.wait_for_post(worker, deadline) else { return Ok(Beat::default()) };
        let left = deadline.saturating_duration_since(Instant::now());
        match self.inner.beat(post.row, progress, left) {
            Err(QueueError::WorkerGone { .. }) => {
                let jobs = self.seat(worker, |seat| seat.jobs_at(post.row));
                Ok(Beat { cancel: jobs.unwrap_or_default() })
            }
            other => other,
        }
    }

    fn wait_for_post(&self, worker: WorkerId, deadline: Instant) -> Option<Post> {
        let mut state = self.lock();
        loop {
            let seat = state.seats.get(&worker)?;
            let left = deadline.saturating_duration_since(Instant::now());
            if seat.post.is_some() || seat.is_nudged || left.is_zero() {
                return seat.post.clone();
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
