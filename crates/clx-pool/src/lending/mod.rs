//! Workers that outlive builds. A pool's workers have their rows in the pool's session; this queue
//! stands between them and the file, and gives each a second row, its post, in a session that
//! borrows workers. When that session ends, the worker looks for another one and never notices.
//!
//! ```text
//! worker 3 ─▶ LendingQueue ─▶ row 3 in the pool's session: registered, beats, is watched
//!                        └──▶ row 8 in a build's session:  claims, reports, is cancelled
//! ```
//!
//! Principal type: [`LendingQueue`].

mod pass;
mod post;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clx_queue::{
    Beat, Claim, ClaimRequest, JobFilter, JobState, NewWorker, Progress, Queue, QueueError,
    SessionId, WorkerExit, WorkerId, WorkerMode,
};

use self::post::{Post, Seat};
pub use self::watch::LendingWatch;

/// How long a worker without jobs waits at its post before it looks whether another session has some.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// A queue for the workers of a pool.
pub struct LendingQueue {
    inner: Arc<dyn Queue>,
    home: SessionId,
    mode: WorkerMode,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Sessions that borrow workers, the oldest first.
    borrowers: Vec<SessionId>,
    /// The workers of the pool.
    seats: BTreeMap<WorkerId, Seat>,
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
        Self { inner, home, mode, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Returns the sessions that borrow workers now.
    #[must_use]
    pub fn borrowers(&self) -> Vec<SessionId> {
        self.lock().borrowers.clone()
    }

    fn set_borrowers(&self, borrowers: Vec<SessionId>) {
        self.lock().borrowers = borrowers;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What is in it is whole whenever a thread can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat<T>(&self, worker: WorkerId, change: impl FnOnce(&mut Seat) -> T) -> Option<T> {
        self.lock().seats.get_mut(&worker).map(change)
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

    /// Claims at the worker's post, finding one if it has none.
    fn claim_at_post(&self, request: &ClaimRequest) -> Result<Claim, QueueError> {
        let worker = request.worker;
        let gone = || QueueError::WorkerGone { worker };
        let deadline = Instant::now() + request.wait;
        let mut done = request.done.clone();
        loop {
            let Some(post) = self.post_of(worker, request.seq, deadline).ok_or_else(gone)? else {
                // Nobody borrows, so nobody waits for what is reported either.
                let lost = done.iter().map(|completion| completion.job).collect();
                return Ok(Claim { jobs: Vec::new(), lost });
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let at_post = ClaimRequest {
                worker: post.row,
                seq: post.seq(request.seq),
                free: request.free,
                done: done.clone(),
                wait: left.min(LOOK_AROUND),
            };
            match self.inner.claim(at_post) {
                Err(QueueError::WorkerGone { .. }) => {
                    // The session has ended, and with it whatever was done for it.
                    self.seat(worker, Seat::leave_post).ok_or_else(gone)?;
                    if !done.is_empty() {
                        let lost = done.drain(..).map(|completion| completion.job).collect();
                        return Ok(Claim { jobs: Vec::new(), lost });
                    }
                }
                Ok(claim) => {
                    let jobs = claim.jobs.iter().map(|job| job.id).collect();
                    let nudged = self.seat(worker, |seat| seat.has_claimed(jobs));
                    let is_over = Instant::now() >= deadline;
                    let reported = !done.is_empty();
                    if !claim.jobs.is_empty() || reported || is_over || nudged.ok_or_else(gone)? {
                        return Ok(claim);
                    }
                    self.move_on(request, &post)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the worker's post, waiting for a session that borrows: `None` if the worker has no
    /// seat, `Some(None)` if the time is over or the worker is to stop.
    fn post_of(&self, worker: WorkerId, seq: i64, deadline: Instant) -> Option<Option<Post>> {
        let mut state = self.lock();
        loop {
            let seat = state.seats.get(&worker)?;
            if let Some(post) = &seat.post {
                return Some(Some(post.clone()));
            }
            let (job_type, is_nudged) = (seat.job_type.clone(), seat.is_nudged);
            if let Some(session) = state.next_borrower(&job_type) {
                drop(state);
                let post = self.take_post(session, &job_type, seq);
                state = self.lock();
                match post {
                    Ok(post) => {
                        state.seats.get_mut(&worker)?.post = Some(post);
                        self.changed.notify_all();
                    }
                    // It has been closed.
                    Err(_) => state.borrowers.retain(|borrower| *borrower != session),
                }
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if is_nudged || left.is_zero() {
                return Some(None);
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take_post(&self, session: SessionId, job_type: &str, seq: i64) -> Result<Post, QueueError> {
        let new = NewWorker::new(session, job_type, self.mode);
        let row = self.inner.register_worker(&new)?;
        self.inner.activate_worker(row, None)?;
        Ok(Post { session, row, before: seq - 1, jobs: Vec::new() })
    }

    /// Leaves a post without jobs if another session has jobs for the worker.
    fn move_on(&self, request: &ClaimRequest, post: &Post) -> Result<(), QueueError> {
        let worker = request.worker;
        let others: Vec<_> =
            self.borrowers().into_iter().filter(|session| *session != post.session).collect();
        let Some(job_type) = self.seat(worker, |seat| seat.job_type.clone()) else { return Ok(()) };
        for session in others {
            let filter = JobFilter {
                session: Some(session),
                states: vec![JobState::Ready],
                job_type: Some(job_type.clone()),
                limit: 1,
                ..JobFilter::default()
            };
            if !self.inner.jobs(&filter)?.is_empty() {
                self.inner.remove_worker(post.row, &WorkerExit::Stopped)?;
                let next = self.take_post(session, &job_type, request.seq)?;
                self.seat(worker, |seat| seat.post = Some(next));
                return Ok(());
            }
        }
        Ok(())
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

impl State {
    /// Returns the session that borrows the fewest workers of a type.
    fn next_borrower(&self, job_type: &str) -> Option<SessionId> {
        let lent = |session: SessionId| {
            let at = |seat: &&Seat| {
                let post = seat.post.as_ref();
                seat.job_type == job_type && post.is_some_and(|post| post.session == session)
            };
            self.seats.values().filter(at).count()
        };
        self.borrowers.iter().copied().min_by_key(|session| lent(*session))
    }
}
