//! A job and why it went wrong. Principal type: [`JobView`]; principal functions:
//! [`problems`], [`made`].

use clx_core::{ActionResult, Diagnostic, JobResult, RequestResult, Subject, Timestamp};
use clx_queue::{Attempt, ErrorClass, JobId, JobRecord, JobState, QueueError, QueueView, WorkerId};
use clx_worker::JobFailure;
use serde::Serialize;

use crate::{seconds_between, unix_seconds};

/// A job with all that is known of it.
#[derive(Debug, Clone, Serialize)]
pub struct JobView {
    /// The job as stored.
    #[serde(skip)]
    pub record: JobRecord,
    /// Its failed and lost attempts, the first one first.
    pub attempts: Vec<AttemptView>,
    /// Why it did not complete, or what lacks in its result.
    pub problems: Vec<Diagnostic>,
    /// What it made.
    pub made: Vec<Subject>,
}

/// An attempt that came to nothing.
#[derive(Debug, Clone, Serialize)]
pub struct AttemptView {
    /// Its number, from 1.
    pub attempt: u32,
    /// The worker that had it.
    pub worker: Option<WorkerId>,
    /// Why it failed.
    pub error_class: ErrorClass,
    /// When it ended, in seconds since 1970-01-01 UTC.
    pub ended: i64,
    /// How long it ran.
    pub seconds: Option<f64>,
    /// What was said about it.
    pub problems: Vec<Diagnostic>,
}

impl JobView {
    /// Reads a job and what belongs to it; `None` if there is no such job.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub fn read(queue: &dyn QueueView, job: JobId) -> Result<Option<Self>, QueueError> {
        let Some(record) = queue.job(job)? else { return Ok(None) };
        let attempts = queue.attempts(job)?;
        Ok(Some(Self {
            problems: problems_of(queue, &record, &attempts)?,
            attempts: attempts.iter().map(|attempt| view(attempt, &record.label)).collect(),
            made: made(queue, &record)?.into_iter().filter_map(|made| made.subject).collect(),
            record,
        }))
    }
}

/// Returns the words that people see for the state of a job: `failed in part` for one that completed, but
/// whose result lacks something.
#[must_use]
pub const fn word(record: &JobRecord) -> &'static str {
    if is_partial(record) { "failed in part" } else { record.state.name() }
}

/// Tells whether a job completed although its result lacks something.
#[must_use]
pub const fn is_partial(record: &JobRecord) -> bool {
    matches!((record.state, record.error_class), (JobState::Completed, Some(_)))
}

/// Tells why a job did not complete, or what lacks in its result; empty if nothing is wrong.
///
/// # Errors
/// [`QueueError::Database`].
pub fn problems(queue: &dyn QueueView, record: &JobRecord) -> Result<Vec<Diagnostic>, QueueError> {
    if record.error_class.is_none() {
        return Ok(Vec::new());
    }
    problems_of(queue, record, &queue.attempts(record.id)?)
}

fn problems_of(
    queue: &dyn QueueView,
    record: &JobRecord,
    attempts: &[Attempt],
) -> Result<Vec<Diagnostic>, QueueError> {
    let Some(class) = record.error_class else { return Ok(Vec::new()) };
    if record.state != JobState::Completed {
        let detail = attempts.last().map(|attempt| attempt.detail.as_str()).unwrap_or_default();
        return Ok(explain(class, detail, &record.label));
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for result in result_of(queue, record)?.results {
        if let RequestResult::Failed(problems) = result {
            // All outputs of a source may lack for the same reason.
            found.extend(
                problems.into_iter().filter(|problem| !found.contains(problem)).collect::<Vec<_>>(),
            );
        }
    }
    Ok(found)
}

/// Returns what a job made, with its artifacts.
///
/// # Errors
/// [`QueueError::Database`].
pub fn made(queue: &dyn QueueView, record: &JobRecord) -> Result<Vec<ActionResult>, QueueError> {
    if record.state != JobState::Completed {
        return Ok(Vec::new());
    }
    let results = result_of(queue, record)?.results.into_iter();
    Ok(results
        .filter_map(|result| match result {
            RequestResult::Made(made) => Some(made),
            RequestResult::Failed(_) => None,
        })
        .collect())
}

/// Reads the result of a build's step; jobs of other programs have results of their own.
fn result_of(queue: &dyn QueueView, record: &JobRecord) -> Result<JobResult, QueueError> {
    let result = queue.result(record.id)?.unwrap_or_default();
    let nothing = JobResult { results: Vec::new(), executed: Vec::new() };
    Ok(serde_json::from_slice(&result).unwrap_or(nothing))
}

fn explain(class: ErrorClass, detail: &str, label: &str) -> Vec<Diagnostic> {
    let mut problems = JobFailure::from_detail(class, detail).diagnostics;
    for problem in problems.iter_mut().filter(|problem| problem.location.is_none()) {
        *problem = problem.clone().in_file(label);
    }
    problems
}

fn view(attempt: &Attempt, label: &str) -> AttemptView {
    let ran = |started: Timestamp| seconds_between(started, attempt.finished);
    AttemptView {
        attempt: attempt.attempt,
        worker: attempt.worker,
        error_class: attempt.error_class,
        ended: unix_seconds(attempt.finished),
        seconds: attempt.started.map(ran),
        problems: explain(attempt.error_class, &attempt.detail, label),
    }
}
