//! `clx jobs cancel` and `clx jobs retry`.

use std::collections::BTreeSet;

use clx_queue::{
    CancelTarget, JobFilter, JobId, JobRecord, JobState, QueueError, QueueView, SessionFilter,
};
use serde_json::json;

use super::filter::job_filter;
use super::show::no_such_job;
use crate::args::ListFormat;
use crate::args::queue::{CancelArgs, RetryArgs};
use crate::command::failure::Failure;
use crate::display::{plural, stderr_line, stdout_line};
use crate::exit::Exit;

/// Who cancelled, in the words of the queue.
const BY: &str = "clx jobs cancel";

/// States that a cancellation ends.
const OPEN: [JobState; 4] =
    [JobState::Blocked, JobState::Scheduled, JobState::Ready, JobState::Running];

pub(super) fn cancel(queue: &dyn QueueView, args: &CancelArgs) -> Result<Exit, Failure> {
    let named = named(queue, &args.jobs)?;
    let others = if is_by_filter(args) { filtered(queue, args)? } else { Vec::new() };
    let jobs: Vec<JobRecord> = named.into_iter().chain(others).collect();
    let mut seen = BTreeSet::new();
    let jobs: Vec<_> = jobs.into_iter().filter(|job| seen.insert(job.id)).collect();
    let json = args.queue.format == ListFormat::Json;
    if args.dry_run || (is_by_filter(args) && !args.force) {
        return Ok(would_cancel(&jobs, args.dry_run, json));
    }
    let (mut cancelled, mut requested) = (0, 0);
    for job in &jobs {
        let counts = queue.cancel(job.session, &CancelTarget::Job(job.id), BY)?;
        cancelled += counts.cancelled;
        requested += counts.requested;
    }
    if json {
        stdout_line(&json!({ "cancelled": cancelled, "requested": requested }).to_string());
    } else {
        stdout_line(&said(cancelled, requested));
    }
    Ok(Exit::Built)
}

fn is_by_filter(args: &CancelArgs) -> bool {
    args.jobs.is_empty()
}

fn said(cancelled: u64, requested: u64) -> String {
    let waiting = plural(usize::try_from(cancelled).unwrap_or(usize::MAX), "waiting job");
    match requested {
        0 if cancelled == 0 => "Nothing to cancel: no such job waits or runs.".to_owned(),
        0 => format!("Cancelled {waiting}."),
        1 => format!("Cancelled {waiting}; 1 running job was asked to stop."),
        n => format!("Cancelled {waiting}; {n} running jobs were asked to stop."),
    }
}

fn would_cancel(jobs: &[JobRecord], is_dry_run: bool, json: bool) -> Exit {
    if json {
        let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
        stdout_line(&json!({ "would_cancel": ids }).to_string());
    } else {
        for job in jobs {
            stdout_line(&format!("{} {} {} ({})", job.id, job.job_type, job.label, job.state));
        }
        stdout_line(&format!("Would cancel {}.", plural(jobs.len(), "job")));
    }
    if is_dry_run {
        return Exit::Built;
    }
    stderr_line(
        "error: nothing was cancelled\n  hint: add `--force` to cancel jobs that are not named one by one",
    );
    Exit::Usage
}

fn named(queue: &dyn QueueView, ids: &[i64]) -> Result<Vec<JobRecord>, Failure> {
    ids.iter()
        .map(|&id| {
            let job = queue.job(JobId(id))?.ok_or_else(|| no_such_job(id))?;
            if job.state.is_final() {
                let why = format!("job {id} is {} already, there is nothing to cancel", job.state);
                return Err(Failure::refused(why));
            }
            Ok(job)
        })
        .collect()
}

/// Finds what waits or runs in builds that are open.
fn filtered(queue: &dyn QueueView, args: &CancelArgs) -> Result<Vec<JobRecord>, Failure> {
    let mut wanted = job_filter(&args.filter);
    if wanted.states.is_empty() {
        wanted.states = OPEN.to_vec();
    } else {
        wanted.states.retain(|state| OPEN.contains(state));
        if wanted.states.is_empty() {
            return Ok(Vec::new());
        }
    }
    let open = SessionFilter { open: true, session: wanted.session, limit: u32::MAX, after: None };
    let mut jobs = Vec::new();
    for session in queue.list_sessions(&open)? {
        let one = JobFilter { session: Some(session.id), limit: u32::MAX, ..wanted.clone() };
        jobs.extend(queue.jobs(&one)?);
    }
    Ok(jobs)
}

pub(super) fn retry(queue: &dyn QueueView, args: &RetryArgs) -> Result<Exit, Failure> {
    let mut retried = Vec::new();
    for &id in &args.jobs {
        let copy = queue.retry(JobId(id)).map_err(|error| match error {
            QueueError::NoSuchJob { .. } => no_such_job(id),
            QueueError::SessionClosed { session } => Failure::refused(format!(
                "job {id} belongs to build {session}, which has ended\n  hint: `clx build SPEC` makes \
                 again what failed, and nothing else"
            )),
            error @ QueueError::NotRetryable { .. } => Failure::refused(error),
            error => error.into(),
        })?;
        if args.queue.format == ListFormat::Table {
            stdout_line(&format!("Job {id} runs again as job {copy}."));
        }
        retried.push(json!({ "job": id, "copy": copy }));
    }
    if args.queue.format == ListFormat::Json {
        stdout_line(&json!({ "retried": retried }).to_string());
    }
    Ok(Exit::Built)
}
