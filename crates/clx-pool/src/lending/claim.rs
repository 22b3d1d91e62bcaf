//! Claims at posts, and which post a worker has. Principal function: [`LendingQueue::claim_at_post`].
//!
//! A worker changes its post between two jobs: it reports at the old one and claims nothing there, its
//! row goes, and it claims at the new one.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use clx_queue::{Claim, ClaimRequest, NewWorker, QueueError, SessionId, WorkerExit, WorkerId};

use super::fair;
use super::look::{LOOK_INTERVAL, rows_of};
use super::post::{Post, Seat};
use super::{LendingQueue, State};

/// How long a worker without jobs waits at its post before it looks whether another session has some.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// So often at most that time is doubled, where the worker was not given jobs that wait at its post.
const MOST_DOUBLED: u32 = 4;

impl LendingQueue {
    /// Claims at the worker's post, finding one if it has none.
    pub(super) fn claim_at_post(&self, request: &ClaimRequest) -> Result<Claim, QueueError> {
        let worker = request.worker;
        let deadline = Instant::now() + request.wait;
        let turn = self.seated(worker, |seat| Arc::clone(&seat.turn))?;
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let claim = self.claim_in_turn(request, deadline);
        // Whatever stopped it on its way to another post, it is not on its way any more.
        self.seat(worker, |seat| seat.bound_for = None);
        claim
    }

    fn claim_in_turn(&self, request: &ClaimRequest, end: Instant) -> Result<Claim, QueueError> {
        let worker = request.worker;
        let reported = self.seated(worker, |seat| seat.lost_in(request.seq))?;
        let mut done = if reported.is_some() { Vec::new() } else { request.done.clone() };
        let mut lost = reported.unwrap_or_default();
        loop {
            let post = match self.seated(worker, |seat| seat.post.clone())? {
                None if !done.is_empty() => {
                    // The session has ended, and with it whatever was done for it.
                    lost.extend(done.iter().map(|completion| completion.job));
                    return Ok(Claim { jobs: Vec::new(), lost });
                }
                None => match self.find_post(worker, end)? {
                    Some(post) => post,
                    None => return Ok(Claim { jobs: Vec::new(), lost }),
                },
                Some(post) => post,
            };
            let may_leave = request.free > 0 && !done.is_empty() && post.is_over_with(&done);
            let next = if may_leave { self.relief(worker, &post)? } else { None };
            // The answer to a report is not held back, so this waits only where nothing is reported.
            let at_post = ClaimRequest {
                worker: post.row,
                seq: post.seq(request.seq),
                free: if next.is_some() { 0 } else { request.free },
                done: std::mem::take(&mut done),
                wait: self.patience(worker)?.min(end.saturating_duration_since(Instant::now())),
            };
            let claim = match self.inner.claim(at_post.clone()) {
                Err(QueueError::WorkerGone { .. }) => {
                    self.seated(worker, Seat::leave_post)?;
                    done = at_post.done;
                    continue;
                }
                other => other?,
            };
            let is_nudged =
                self.seated(worker, |seat| seat.has_claimed(&at_post, request.seq, &claim))?;
            lost.extend(claim.lost);
            if let Some(next) = next.filter(|_| claim.jobs.is_empty() && !is_nudged) {
                self.seated(worker, |seat| seat.has_reported(request.seq, &lost))?;
                self.change_post(worker, &post, next)?;
                continue;
            }
            let is_over = is_nudged || Instant::now() >= end;
            if !claim.jobs.is_empty() || !request.done.is_empty() || is_over {
                return Ok(Claim { jobs: claim.jobs, lost });
            }
            self.look_around(worker, &post)?;
        }
    }

    /// Returns how long the worker waits for a job at its post.
    fn patience(&self, worker: WorkerId) -> Result<Duration, QueueError> {
        self.seated(worker, |seat| LOOK_AROUND * 2_u32.pow(seat.vain.min(MOST_DOUBLED)))
    }

    /// Takes a post, waiting for a session that borrows: `None` if the time is over or the worker is to
    /// stop.
    fn find_post(&self, worker: WorkerId, end: Instant) -> Result<Option<Post>, QueueError> {
        loop {
            if self.lock().is_a_choice() {
                self.look()?;
            }
            let next = self.set_out(worker, fair::place)?;
            if let Some(next) = next {
                if let Some(post) = self.take_post(worker, next)? {
                    return Ok(Some(post));
                }
                continue;
            }
            let state = self.lock();
            let is_nudged = state.seats.get(&worker).is_some_and(|seat| seat.is_nudged);
            let left = end.saturating_duration_since(Instant::now());
            if is_nudged || left.is_zero() {
                return Ok(None);
            }
            // No row tells of jobs of a session that may have no worker that waits.
            let wait = if state.borrowers.is_empty() { left } else { left.min(LOOK_INTERVAL) };
            drop(self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Decides whether the worker leaves the post where it has done its job, and for which session.
    fn relief(&self, worker: WorkerId, post: &Post) -> Result<Option<SessionId>, QueueError> {
        let job_type = self.seated(worker, |seat| seat.job_type.clone())?;
        {
            let state = self.lock();
            let (shares, n) = state.shares(&job_type);
            if !fair::may_relieve(&shares, n, post.session) {
                return Ok(None);
            }
        }
        self.look()?;
        self.set_out(worker, |shares, n| fair::relief(shares, n, post.session))
    }

    /// Leaves a post without jobs if another session has jobs for the worker, or if this one may not have
    /// workers that wait.
    fn look_around(&self, worker: WorkerId, post: &Post) -> Result<(), QueueError> {
        if !self.lock().is_a_choice() {
            return Ok(());
        }
        self.look()?;
        let mut is_in_vain = false;
        let mut is_bounded = false;
        let next = self.set_out(worker, |shares, n| {
            let own = shares.iter().find(|share| share.session == post.session);
            is_in_vain = own.is_some_and(|share| share.is_ready);
            is_bounded = own.is_none_or(|share| share.bound.is_some());
            fair::diversion(shares, n, post.session)
        })?;
        self.seated(worker, |seat| seat.vain = if is_in_vain { seat.vain + 1 } else { 0 })?;
        match next {
            Some(next) => self.change_post(worker, post, next),
            None if is_bounded => self.leave(worker, post),
            None => Ok(()),
        }
    }

    /// Leaves a post without jobs for another session; without a post if that has none to give.
    fn change_post(
        &self,
        worker: WorkerId,
        post: &Post,
        next: SessionId,
    ) -> Result<(), QueueError> {
        self.leave(worker, post)?;
        self.take_post(worker, next).map(|_| ())
    }

    /// Decides under the lock where the worker goes, so that the next one to decide knows of it.
    fn set_out(
        &self,
        worker: WorkerId,
        decide: impl FnOnce(&[fair::Share], u32) -> Option<SessionId>,
    ) -> Result<Option<SessionId>, QueueError> {
        let mut state = self.lock();
        let job_type = state.seats.get(&worker).map(|seat| seat.job_type.clone());
        let (shares, n) = state.shares(&job_type.ok_or(QueueError::WorkerGone { worker })?);
        let next = decide(&shares, n);
        if let Some(seat) = state.seats.get_mut(&worker) {
            seat.bound_for = next;
        }
        Ok(next)
    }

    /// Removes the row of a post without jobs.
    fn leave(&self, worker: WorkerId, post: &Post) -> Result<(), QueueError> {
        self.inner.remove_worker(post.row, &WorkerExit::Stopped)?;
        self.seated(worker, Seat::leave_post)
    }

    /// Gives the worker a row in a session; `None` if that has been closed or has enough workers.
    fn take_post(&self, worker: WorkerId, next: SessionId) -> Result<Option<Post>, QueueError> {
        let post = self.enter(worker, next);
        let mut state = self.lock();
        let seat = state.seats.get_mut(&worker);
        if let Some(seat) = seat {
            seat.bound_for = None;
            if let Ok(Some(post)) = &post {
                seat.post = Some(post.clone());
            }
            drop(state);
            self.changed.notify_all();
            return post;
        }
        drop(state);
        // It was removed meanwhile, and its post with it if it had been known.
        if let Some(post) = post? {
            self.inner.remove_worker(post.row, &WorkerExit::Stopped)?;
        }
        Err(QueueError::WorkerGone { worker })
    }

    fn enter(&self, worker: WorkerId, session: SessionId) -> Result<Option<Post>, QueueError> {
        let job_type = self.seated(worker, |seat| seat.job_type.clone())?;
        let new = NewWorker::new(session, &job_type, self.mode);
        let row = match self.inner.register_worker(&new) {
            Err(QueueError::SessionClosed { .. }) => return Ok(self.has_closed(session)),
            other => other?,
        };
        let entered = self.is_within_bound(session, row).and_then(|is_within| {
            is_within.then(|| self.inner.activate_worker(row, None)).transpose()
        });
        match entered {
            Ok(Some(_)) => return Ok(Some(Post::new(session, row))),
            Err(QueueError::WorkerGone { .. }) => return Ok(self.has_closed(session)),
            Ok(None) | Err(_) => {}
        }
        self.inner.remove_worker(row, &WorkerExit::Stopped)?;
        entered.map(|_| None)
    }

    fn has_closed(&self, session: SessionId) -> Option<Post> {
        self.lock().borrowers.retain(|borrower| borrower.session != session);
        None
    }

    /// Tells whether a session may have the row that was just registered. Pools register before they
    /// count, so of two that come at once one at least sees both rows.
    fn is_within_bound(&self, session: SessionId, row: WorkerId) -> Result<bool, QueueError> {
        let most = self.lock().most_of(session);
        let Some(most) = most else { return Ok(true) };
        let rows = rows_of(&*self.inner, session)?;
        if rows.len() <= most as usize {
            return Ok(true);
        }
        let others: Vec<_> = rows.into_iter().filter(|other| *other != row).collect();
        let mut state = self.lock();
        let elsewhere = state.foreign(&others);
        state.outlook.has_elsewhere(session, elsewhere);
        Ok(false)
    }
}

impl State {
    /// Tells whether it matters which borrowers have jobs.
    fn is_a_choice(&self) -> bool {
        self.borrowers.len() > 1 || self.borrowers.iter().any(|one| one.terms.most.is_some())
    }

    fn most_of(&self, session: SessionId) -> Option<u32> {
        let borrower = self.borrowers.iter().find(|borrower| borrower.session == session);
        borrower.and_then(|borrower| borrower.terms.most)
    }
}
