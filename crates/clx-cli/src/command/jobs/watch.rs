//! `clx jobs watch`: a line for each job that ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clx_queue::{JobRecord, QueueError, QueueView, SessionFilter, SessionId, SessionState};
use clx_status::words::span;
use clx_status::{problems, word};

use super::{object, took};
use crate::args::ListFormat;
use crate::args::queue::WatchJobsArgs;
use crate::command::failure::Failure;
use crate::display::{Style, stderr_line, stdout_line};
use crate::exit::Exit;
use crate::signals::on_interrupt;

/// How often builds that begin are looked for; jobs of known ones are waited for.
const PAUSE: Duration = Duration::from_millis(500);

/// Jobs read at once.
const PAGE: u32 = 500;

pub(super) fn run(queue: &dyn QueueView, args: &WatchJobsArgs) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::environment)?;
    let is_over = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_over);
    on_interrupt(&runtime, move || told.store(true, Ordering::Relaxed))
        .map_err(Failure::environment)?;
    let only = args.build.map(SessionId);
    let mut seen = from_now_on(queue, only)?;
    if seen.is_empty() && only.is_none() {
        stderr_line("no build runs; waits for one, Ctrl+C ends");
    }
    while !is_over.load(Ordering::Relaxed) {
        let open = open_sessions(queue, only)?;
        if let Some(build) = only
            && open.is_empty()
        {
            // What ended last is still told.
            tell_of(queue, build, &mut seen, args, Duration::ZERO)?;
            return Ok(Exit::Built);
        }
        if open.is_empty() {
            runtime.block_on(tokio::time::sleep(PAUSE));
        }
        for session in open {
            tell_of(queue, session, &mut seen, args, PAUSE)?;
        }
    }
    Ok(Exit::Interrupted)
}

/// Notes what has ended before, per session; one that is asked for by name must exist.
fn from_now_on(
    queue: &dyn QueueView,
    only: Option<SessionId>,
) -> Result<BTreeMap<SessionId, i64>, Failure> {
    let mut seen = BTreeMap::new();
    if let Some(build) = only {
        let one = SessionFilter { session: Some(build), ..SessionFilter::default() };
        let found = queue.list_sessions(&one)?;
        match found.first().map(|session| session.state) {
            Some(SessionState::Open) => {}
            Some(_) => {
                let hint = format!("`clx builds show {build}` tells what it did");
                return Err(Failure::refused(format!("build {build} has ended\n  hint: {hint}")));
            }
            None => {
                let why = format!(
                    "there is no build {build}\n  hint: `clx builds list` shows those that there are"
                );
                return Err(Failure::refused(why));
            }
        }
    }
    for session in open_sessions(queue, only)? {
        let mut last = 0;
        while let Some(job) = queue.finished(session, last, PAGE, Duration::ZERO)?.last() {
            last = job.seq;
        }
        seen.insert(session, last);
    }
    Ok(seen)
}

fn open_sessions(
    queue: &dyn QueueView,
    only: Option<SessionId>,
) -> Result<Vec<SessionId>, QueueError> {
    let filter = SessionFilter { open: true, session: only, ..SessionFilter::default() };
    Ok(queue.list_sessions(&filter)?.into_iter().map(|session| session.id).collect())
}

fn tell_of(
    queue: &dyn QueueView,
    session: SessionId,
    seen: &mut BTreeMap<SessionId, i64>,
    args: &WatchJobsArgs,
    wait: Duration,
) -> Result<(), Failure> {
    let last = seen.entry(session).or_default();
    for finished in queue.finished(session, *last, PAGE, wait)? {
        *last = finished.seq;
        if let Some(job) = queue.job(finished.id)? {
            tell(queue, &job, args)?;
        }
    }
    Ok(())
}

fn tell(queue: &dyn QueueView, job: &JobRecord, args: &WatchJobsArgs) -> Result<(), Failure> {
    if args.queue.format == ListFormat::Json {
        stdout_line(&object(job).to_string());
        return Ok(());
    }
    let style = Style::for_stdout(args.queue.no_color);
    let state = word(job);
    let state = if job.error_class.is_some() { style.bad(state) } else { style.good(state) };
    let took = took(job).map(|seconds| format!(" in {}", span(seconds))).unwrap_or_default();
    stdout_line(&format!("{} {} {}: {state}{took}", job.id, job.job_type, job.label));
    for problem in problems(queue, job)? {
        stdout_line(&format!("  {}", style.headline(&problem)));
    }
    Ok(())
}
