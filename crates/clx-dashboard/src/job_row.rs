//! A job in a list, for pages and as JSON. Principal types: [`JobRow`], [`JobLine`].

use clx_core::Timestamp;
use clx_queue::{ErrorClass, JobId, JobRecord, JobState, SessionId, WorkerId};
use clx_status::unix_seconds;
use serde::Serialize;

/// A job in a list. Times are seconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct JobRow {
    pub(crate) job_id: JobId,
    pub(crate) session_id: SessionId,
    pub(crate) kind: String,
    pub(crate) status: JobState,
    pub(crate) document: String,
    pub(crate) attempt: u32,
    pub(crate) worker_id: Option<WorkerId>,
    pub(crate) created: i64,
    pub(crate) started: Option<i64>,
    pub(crate) finished: Option<i64>,
    /// How long its last attempt has run, or ran.
    pub(crate) seconds: Option<f64>,
    pub(crate) error_class: Option<ErrorClass>,
    pub(crate) cancel_requested: bool,
    pub(crate) progress: Option<Step>,
}

/// A job in a list of a page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct JobLine {
    #[serde(flatten)]
    pub(crate) row: JobRow,
    pub(crate) mark: Mark,
}

impl JobLine {
    pub(crate) fn of(job: &JobRecord, now: Timestamp) -> Self {
        Self { row: JobRow::of(job, now), mark: Mark::of(job) }
    }
}

/// How far a running job is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    pub(crate) step: u32,
    /// 0 if unknown.
    pub(crate) steps: u32,
    pub(crate) note: String,
}

/// A state as people see it: a shape, a word, and a class for the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    pub(crate) shape: &'static str,
    pub(crate) word: &'static str,
    pub(crate) class: &'static str,
}

impl JobRow {
    pub(crate) fn of(job: &JobRecord, now: Timestamp) -> Self {
        let progress = job.progress.as_ref().map(|progress| Step {
            step: progress.step,
            steps: progress.total,
            note: progress.note.clone(),
        });
        Self {
            job_id: job.id,
            session_id: job.session,
            kind: job.job_type.clone(),
            status: job.state,
            document: job.label.clone(),
            attempt: job.attempt,
            worker_id: job.worker,
            created: unix_seconds(job.created),
            started: job.started.map(unix_seconds),
            finished: job.finished.map(unix_seconds),
            seconds: seconds(job, now),
            error_class: job.error_class,
            cancel_requested: job.cancel_requested,
            progress,
        }
    }
}

/// Returns how long the last attempt has run, or ran; `None` if none was begun or a new one waits.
pub(crate) fn seconds(job: &JobRecord, now: Timestamp) -> Option<f64> {
    let end = match job.state {
        JobState::Running => now,
        JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Dead => {
            job.finished?
        }
        JobState::Blocked | JobState::Scheduled | JobState::Ready => return None,
    };
    Some(end.since(job.started?).as_secs_f64())
}

impl Mark {
    pub(crate) fn of(job: &JobRecord) -> Self {
        let (shape, word, class) = match job.state {
            JobState::Blocked => ("○", "blocked", "waiting"),
            JobState::Scheduled => ("○", "scheduled", "waiting"),
            JobState::Ready => ("○", "ready", "waiting"),
            JobState::Running if job.cancel_requested => ("◐", "being cancelled", "busy"),
            JobState::Running => ("▶", "running", "busy"),
            JobState::Completed if job.error_class.is_some() => ("✗", "failed in part", "bad"),
            JobState::Completed => ("✓", "completed", "good"),
            JobState::Failed => ("✗", "failed", "bad"),
            JobState::Cancelled => ("–", "cancelled", "faint"),
            JobState::Dead => ("✗", "dead", "bad"),
        };
        Self { shape, word, class }
    }
}
