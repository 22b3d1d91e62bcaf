//! What a handler can say and ask while it works. Principal type: [`JobContext`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clx_queue::{JobId, Progress};
use tokio::sync::watch;

/// One attempt at a job, shared by the handler, the worker and its beat thread.
#[derive(Debug, Clone)]
pub struct JobContext {
    job: JobId,
    attempt: u32,
    cancelled: watch::Sender<bool>,
    unsent: Arc<Mutex<Option<Progress>>>,
}

impl JobContext {
    /// Makes the context of an attempt.
    #[must_use]
    pub fn new(job: JobId, attempt: u32) -> Self {
        Self { job, attempt, cancelled: watch::Sender::new(false), unsent: Arc::default() }
    }

    /// Returns the job.
    #[must_use]
    pub const fn job(&self) -> JobId {
        self.job
    }

    /// Returns the number of the attempt, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Reports progress: `step` of `total` (0 if unknown). Cheap; sent with the next beat.
    pub fn progress(&self, step: u32, total: u32, note: &str) {
        let (job, attempt) = (self.job, self.attempt);
        *self.unsent() = Some(Progress { job, attempt, step, total, note: note.to_owned() });
    }

    /// Tells whether the work is unwanted by now. A handler that computes without awaiting asks
    /// between its steps.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Waits until the work is unwanted.
    pub async fn cancelled(&self) {
        let mut cancelled = self.cancelled.subscribe();
        // The sender lives in `self`, so the channel cannot close.
        let _cancelled = cancelled.wait_for(|cancelled| *cancelled).await;
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    pub(crate) fn take_progress(&self) -> Option<Progress> {
        self.unsent().take()
    }

    fn unsent(&self) -> MutexGuard<'_, Option<Progress>> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
