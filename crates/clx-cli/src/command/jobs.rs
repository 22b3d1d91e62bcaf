//! `clx jobs`: what builds have to do, did, and could not do.

mod cancel;
mod filter;
mod show;
mod watch;

use clx_queue::{JobId, JobRecord, QueueView};
use clx_status::word;
use clx_status::words::{ago, span};
use serde_json::{Value, json};

use self::filter::job_filter;
use super::failure::Failure;
use super::queue_file::now;
use super::shown::with_queue;
use crate::args::ListFormat;
use crate::args::queue::{JobFilterArgs, JobsCommand, ListJobsArgs};
use crate::display::{plural, stdout_line, stdout_text, table};
use crate::exit::Exit;

pub(super) fn run(command: &JobsCommand) -> Exit {
    match command {
        JobsCommand::List(args) => with_queue(&args.queue.look, |queue, _| list(queue, args)),
        JobsCommand::Show(args) => with_queue(&args.queue.look, |queue, _| show::run(queue, args)),
        JobsCommand::Cancel(args) => {
            with_queue(&args.queue.look, |queue, _| cancel::cancel(queue, args))
        }
        JobsCommand::Retry(args) => {
            with_queue(&args.queue.look, |queue, _| cancel::retry(queue, args))
        }
        JobsCommand::Watch(args) => {
            with_queue(&args.queue.look, |queue, _| watch::run(queue, args))
        }
    }
}

fn list(queue: &dyn QueueView, args: &ListJobsArgs) -> Result<Exit, Failure> {
    let mut filter = job_filter(&args.filter);
    filter.troubled = args.failed;
    filter.after = args.after.map(JobId);
    // One more than is shown tells whether there is more.
    filter.limit = args.limit.saturating_add(1);
    let mut jobs = queue.jobs(&filter)?;
    let has_more = jobs.len() > args.limit as usize;
    jobs.truncate(args.limit as usize);
    match args.queue.format {
        ListFormat::Json => {
            let jobs: Vec<_> = jobs.iter().map(object).collect();
            stdout_line(&json!({ "jobs": jobs, "has_more": has_more }).to_string());
        }
        ListFormat::Table if jobs.is_empty() => {
            stdout_line(match (is_narrowed(args), args.failed) {
                (true, _) => "No such jobs.",
                (false, true) => "No job failed.",
                (false, false) => "No jobs.",
            });
        }
        ListFormat::Table => {
            let rows: Vec<_> = jobs.iter().map(row).collect();
            stdout_text(&table(["JOB", "BUILD", "KIND", "STATE", "SOURCE", "TOOK", "WHEN"], &rows));
            stdout_line(&closing_line(&jobs, has_more));
        }
    }
    Ok(Exit::Built)
}

/// Tells whether jobs are left out for more than that they did not fail.
fn is_narrowed(args: &ListJobsArgs) -> bool {
    let JobFilterArgs { build, kind, state, source, since, older_than } = &args.filter;
    let is_named = build.is_some() || kind.is_some() || !state.is_empty() || source.is_some();
    is_named || since.is_some() || older_than.is_some() || args.after.is_some()
}

fn closing_line(jobs: &[JobRecord], has_more: bool) -> String {
    let shown = plural(jobs.len(), "job");
    match jobs.last() {
        Some(last) if has_more => format!("\n{shown}; `--after {}` lists the next.", last.id),
        Some(_) | None => format!("\n{shown}."),
    }
}

fn row(job: &JobRecord) -> [String; 7] {
    let when = job.finished.or(job.started).unwrap_or(job.created);
    [
        job.id.to_string(),
        job.session.to_string(),
        job.job_type.clone(),
        word(job).to_owned(),
        job.label.clone(),
        took(job).map(span).unwrap_or_default(),
        ago(now().since(when).as_secs_f64()),
    ]
}

/// Returns how many seconds the last attempt has run, or ran.
fn took(job: &JobRecord) -> Option<f64> {
    let end = if job.state.is_final() { job.finished? } else { now() };
    Some(end.since(job.started?).as_secs_f64())
}

/// Writes a job for programs.
fn object(job: &JobRecord) -> Value {
    json!({
        "id": job.id,
        "session_id": job.session,
        "kind": job.job_type,
        "state": job.state,
        "status": if clx_status::is_partial(job) { "partial" } else { job.state.name() },
        "document": job.label,
        "attempts": job.attempt,
        "failures": job.failures,
        "losses": job.losses,
        "cancel_requested": job.cancel_requested,
        "worker_id": job.worker,
        "created": clx_status::unix_seconds(job.created),
        "started": job.started.map(clx_status::unix_seconds),
        "finished": job.finished.map(clx_status::unix_seconds),
        "elapsed_seconds": took(job),
        "error_class": job.error_class,
        "step": job.progress.as_ref().map(|progress| progress.step),
        "steps": job.progress.as_ref().map(|progress| progress.total),
        "note": job.progress.as_ref().map(|progress| &progress.note),
    })
}
