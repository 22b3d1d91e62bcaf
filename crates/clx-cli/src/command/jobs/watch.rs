//! `clx jobs watch`: a line for each job that ends.

use std::collections::{BTreeMap, BTreeSet};
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

/// Jobs and builds read at once.
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
    let mut watch = Watch::begin(queue, args)?;
    stderr_line(&watch.opening());
    while !is_over.load(Ordering::Relaxed) {
        watch.tell_news()?;
        match watch.followed.last_key_value() {
            // Until the newest build has more to tell.
            Some((build, last)) => drop(queue.finished(*build, *last, 1, PAUSE)?),
            None if watch.only.is_some() => return Ok(Exit::Built),
            None => runtime.block_on(async { tokio::time::sleep(PAUSE).await }),
        }
    }
    Ok(Exit::Interrupted)
}

/// What is watched.
struct Watch<'a> {
    queue: &'a dyn QueueView,
    args: &'a WatchJobsArgs,
    only: Option<SessionId>,
    /// The newest build that was ever seen.
    newest: Option<SessionId>,
    /// Builds that may have more to tell, with the position of the last job that was told.
    followed: BTreeMap<SessionId, i64>,
}

impl<'a> Watch<'a> {
    /// Notes what has ended before; a build that is asked for must run.
    fn begin(queue: &'a dyn QueueView, args: &'a WatchJobsArgs) -> Result<Self, Failure> {
        let only = args.build.map(SessionId);
        if let Some(build) = only {
            must_run(queue, build)?;
        }
        let newest = newest(queue)?.first().copied();
        let mut followed = BTreeMap::new();
        for build in open(queue, only)? {
            let mut last = 0;
            while let Some(job) = queue.finished(build, last, PAGE, Duration::ZERO)?.last() {
                last = job.seq;
            }
            followed.insert(build, last);
        }
        Ok(Self { queue, args, only, newest, followed })
    }

    /// Returns what is said first.
    fn opening(&self) -> String {
        let builds: Vec<_> = self.followed.keys().map(ToString::to_string).collect();
        match (builds.len(), self.only) {
            (_, Some(build)) => format!("watching build {build}, ends with it"),
            (0, None) => "no build runs; waits for one, Ctrl+C ends".to_owned(),
            (1, None) => format!("watching build {}, Ctrl+C ends", builds[0]),
            (_, None) => format!("watching builds {}, Ctrl+C ends", builds.join(", ")),
        }
    }

    /// Tells of all jobs that have ended since the last time, also of builds that have begun and ended.
    fn tell_news(&mut self) -> Result<(), Failure> {
        // In this order: whoever is not open now gets no more jobs.
        if self.only.is_none() {
            let builds = newest(self.queue)?;
            let new = builds.iter().filter(|build| Some(**build) > self.newest);
            self.followed.extend(new.map(|build| (*build, 0)));
            self.newest = self.newest.max(builds.first().copied());
        }
        let open = open(self.queue, self.only)?;
        for build in &open {
            self.followed.entry(*build).or_default();
        }
        for (build, last) in &mut self.followed {
            loop {
                let page = self.queue.finished(*build, *last, PAGE, Duration::ZERO)?;
                let Some(end) = page.last() else { break };
                *last = end.seq;
                for finished in &page {
                    if let Some(job) = self.queue.job(finished.id)? {
                        tell(self.queue, &job, self.args)?;
                    }
                }
            }
        }
        self.followed.retain(|build, _| open.contains(build));
        Ok(())
    }
}

/// Says why a build cannot be watched, if it does not run.
fn must_run(queue: &dyn QueueView, build: SessionId) -> Result<(), Failure> {
    let one = SessionFilter { session: Some(build), ..SessionFilter::default() };
    let why = match queue.list_sessions(&one)?.first().map(|session| session.state) {
        Some(SessionState::Open) => return Ok(()),
        Some(_) => {
            format!("build {build} has ended\n  hint: `clx builds show {build}` tells what it did")
        }
        None => format!(
            "there is no build {build}\n  hint: `clx builds list` shows those that there are"
        ),
    };
    Err(Failure::refused(why))
}

/// Returns the last builds, the newest first.
fn newest(queue: &dyn QueueView) -> Result<Vec<SessionId>, QueueError> {
    let sessions = queue.list_sessions(&SessionFilter::default())?;
    Ok(sessions.into_iter().map(|session| session.id).collect())
}

fn open(queue: &dyn QueueView, only: Option<SessionId>) -> Result<BTreeSet<SessionId>, QueueError> {
    let filter =
        SessionFilter { open: true, session: only, limit: PAGE, ..SessionFilter::default() };
    Ok(queue.list_sessions(&filter)?.into_iter().map(|session| session.id).collect())
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
