//! Where a lent worker works. Principal types: [`Seat`], [`Post`].

use std::sync::{Arc, Mutex};

use clx_queue::{Claim, ClaimRequest, Completion, JobId, SessionId, WorkerId};

/// A worker of the pool.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) job_type: String,
    pub(super) post: Option<Post>,
    /// The session where it is about to take a post; counts as that where it is.
    pub(super) bound_for: Option<SessionId>,
    /// It is to stop; its waiting calls return.
    pub(super) is_nudged: bool,
    /// How often in a row it found no job at a session that had some, such as paused ones.
    pub(super) vain: u32,
    /// Held while a claim is made, so that a repeated one gets what the first one got.
    pub(super) turn: Arc<Mutex<()>>,
    /// The last report that was accepted at a post which the worker left then.
    reported: Option<Report>,
}

/// The row of a worker in a session that borrows it.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) session: SessionId,
    pub(super) row: WorkerId,
    /// Claims of the worker before the first that its row counts, from 1; `None` until then: a claim
    /// that neither reports nor gets anything is not counted.
    before: Option<i64>,
    /// Jobs that it claimed last.
    jobs: Vec<JobId>,
}

/// A report: the number of its claim, and which of its jobs the worker had lost.
#[derive(Debug, Clone)]
struct Report {
    seq: i64,
    lost: Vec<JobId>,
}

impl Seat {
    pub(super) fn new(job_type: &str) -> Self {
        Self {
            job_type: job_type.to_owned(),
            post: None,
            bound_for: None,
            is_nudged: false,
            vain: 0,
            turn: Arc::default(),
            reported: None,
        }
    }

    /// Returns the session that has the worker.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.bound_for.or_else(|| self.post.as_ref().map(|post| post.session))
    }

    /// Returns the row of its post.
    pub(super) fn row(&self) -> Option<WorkerId> {
        self.post.as_ref().map(|post| post.row)
    }

    /// Returns the jobs that the worker claimed last, if that was with this row.
    pub(super) fn jobs_at(&self, row: WorkerId) -> Vec<JobId> {
        let post = self.post.as_ref().filter(|post| post.row == row);
        post.map(|post| post.jobs.clone()).unwrap_or_default()
    }

    pub(super) fn leave_post(&mut self) {
        self.post = None;
    }

    /// Notes what came of a claim at the post; tells whether the worker is to stop.
    pub(super) fn has_claimed(&mut self, at_post: &ClaimRequest, seq: i64, claim: &Claim) -> bool {
        if let Some(post) = &mut self.post {
            post.jobs = claim.jobs.iter().map(|job| job.id).collect();
            if !post.jobs.is_empty() || !at_post.done.is_empty() {
                post.before.get_or_insert(seq - at_post.seq);
            }
        }
        if !claim.jobs.is_empty() {
            self.vain = 0;
        }
        self.is_nudged
    }

    /// Notes that the report of claim `seq` was accepted before the worker left its post.
    pub(super) fn has_reported(&mut self, seq: i64, lost: &[JobId]) {
        self.reported = Some(Report { seq, lost: lost.to_vec() });
    }

    /// Returns the lost jobs of a claim's report, if it was accepted at a former post.
    pub(super) fn lost_in(&self, seq: i64) -> Option<Vec<JobId>> {
        let reported = self.reported.as_ref().filter(|reported| reported.seq == seq);
        reported.map(|reported| reported.lost.clone())
    }
}

impl Post {
    pub(super) const fn new(session: SessionId, row: WorkerId) -> Self {
        Self { session, row, before: None, jobs: Vec::new() }
    }

    /// Returns the number that a claim of the worker has at this post.
    pub(super) fn seq(&self, of_worker: i64) -> i64 {
        of_worker - self.before.unwrap_or(of_worker - 1)
    }

    /// Tells whether these reports leave the worker without a job.
    pub(super) fn is_over_with(&self, done: &[Completion]) -> bool {
        self.jobs.iter().all(|job| done.iter().any(|completion| completion.job == *job))
    }
}
