//! Where a lent worker works. Principal types: [`Seat`], [`Post`].

use clx_queue::{JobId, SessionId, WorkerId};

/// A worker of the pool.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) job_type: String,
    pub(super) post: Option<Post>,
    /// It is to stop; its waiting calls return.
    pub(super) is_nudged: bool,
}

/// The row of a worker in a session that borrows it.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) session: SessionId,
    pub(super) row: WorkerId,
    /// Claims of the worker before it had this post: its row counts from 1.
    pub(super) before: i64,
    /// Jobs that it claimed last.
    pub(super) jobs: Vec<JobId>,
}

impl Seat {
    pub(super) fn new(job_type: &str) -> Self {
        Self { job_type: job_type.to_owned(), post: None, is_nudged: false }
    }

    /// Returns the jobs that the worker claimed last, if that was with this row.
    pub(super) fn jobs_at(&mut self, row: WorkerId) -> Vec<JobId> {
        let post = self.post.as_ref().filter(|post| post.row == row);
        post.map(|post| post.jobs.clone()).unwrap_or_default()
    }

    pub(super) fn leave_post(&mut self) {
        self.post = None;
    }

    /// Notes what was claimed; tells whether the worker is to stop.
    pub(super) fn has_claimed(&mut self, jobs: Vec<JobId>) -> bool {
        if let Some(post) = &mut self.post {
            post.jobs = jobs;
        }
        self.is_nudged
    }
}

impl Post {
    /// Returns the number that a claim of the worker has at this post.
    pub(super) const fn seq(&self, of_worker: i64) -> i64 {
        of_worker - self.before
    }
}
