//! Problems in the words of diagnostics, and errors of queue and store as the backend's.

use clx_core::{BackendError, Diagnostic};
use clx_queue::{ErrorClass, FinishedJob, JobState, QueueError};
use clx_store::StoreError;
use clx_worker::JobFailure;

/// Explains why a job did not complete; `exhausted` says why its kind has no workers any more.
pub(crate) fn explain(job: &FinishedJob, label: &str, exhausted: Option<&str>) -> Vec<Diagnostic> {
    if let (JobState::Cancelled, Some(why)) = (job.state, exhausted) {
        return vec![no_workers(label, why)];
    }
    let class = job.error_class.unwrap_or(ErrorClass::Internal);
    let detail = job.error.as_deref().unwrap_or_default();
    let mut problems = JobFailure::from_detail(class, detail).diagnostics;
    for problem in &mut problems {
        if problem.location.is_none() {
            *problem = problem.clone().in_file(label);
        }
    }
    problems
}

fn no_workers(label: &str, why: &str) -> Diagnostic {
    let message = format!("no worker is left that could make it: {why}");
    Diagnostic::error("CLX0309", "no_workers", message)
        .in_file(label)
        .with_hint("see the worker's log; `clx build --workers in-process` needs no worker process")
}

pub(crate) fn mismatch(label: &str) -> Diagnostic {
    let message = "a bug in clx: the worker returned fewer results than were asked for";
    Diagnostic::error("CLX0305", "internal", message).in_file(label)
}

pub(crate) fn unreadable(label: &str, error: &serde_json::Error) -> Diagnostic {
    let message = format!("a bug in clx: the worker's result cannot be read: {error}");
    Diagnostic::error("CLX0305", "internal", message).in_file(label)
}

/// What a worker has put was not there when it was fetched.
pub(crate) fn lost_output() -> Diagnostic {
    let message = "it was made, but the shared store has lost it";
    Diagnostic::error("CLX0313", "store_lost", message).with_hint("build again")
}

pub(crate) fn lost_worker(kind: &str, how: &str, returned: usize) -> Diagnostic {
    let what = match returned {
        0 => "it had no job".to_owned(),
        1 => "its job went back into the queue".to_owned(),
        n => format!("its {n} jobs went back into the queue"),
    };
    let message = format!("a {kind} worker was lost: {how}; {what}");
    Diagnostic::new(clx_core::Severity::High, "CLX0310", "worker_lost", message)
}

pub(crate) fn start_failed(kind: &str, why: &str) -> Diagnostic {
    let message = format!("a {kind} worker could not be started: {why}");
    Diagnostic::new(clx_core::Severity::High, "CLX0311", "worker_start", message)
}

pub(crate) fn worker_noted(kind: &str, note: &str) -> Diagnostic {
    let message = format!("a {kind} worker: {note}");
    Diagnostic::new(clx_core::Severity::Medium, "CLX0312", "worker_note", message)
}

pub(crate) fn queue_error(error: &QueueError) -> BackendError {
    BackendError::Failed {
        message: error.to_string(),
        environment: matches!(error, QueueError::Database(_) | QueueError::Server { .. }),
    }
}

pub(crate) fn store_error(error: &StoreError) -> BackendError {
    BackendError::Failed { message: error.to_string(), environment: true }
}
