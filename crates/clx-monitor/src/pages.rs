//! Reads what pages show. Principal function: [`read`].

use std::path::Path;

use clx_core::{Diagnostic, Timestamp};
use clx_queue::{JobFilter, JobId, JobRecord, JobState, QueueError, QueueView, SessionId};
use clx_status::{Build, IsDead, JobView};

use crate::log_file;
use crate::page::{Page, Subject};
use crate::rows::{build_elapsed, build_name, build_state};
use crate::snapshot::{Snapshot, Target, Tone};
use crate::words::{age, duration};
use clx_status::words::counted;

/// Jobs that a page lists at most.
const JOBS: u32 = 200;

/// What pages are read from.
pub(crate) struct Sources<'a> {
    pub(crate) queue: &'a dyn QueueView,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) logs: &'a Path,
    pub(crate) now: Timestamp,
    pub(crate) is_dead: IsDead<'a>,
}

/// Reads the page about a subject.
pub(crate) fn read(subject: &Subject, sources: &Sources<'_>) -> Result<Page, QueueError> {
    match subject {
        Subject::Line(Target::Job(job)) => sources.job(*job),
        Subject::Line(Target::Build(build)) => sources.build(*build),
        Subject::Line(Target::Kind(kind)) => sources.kind(kind),
        Subject::Line(Target::Event(event)) => Ok(sources.event(*event)),
        Subject::Warnings => Ok(sources.warnings()),
        Subject::WorkerLogs => Ok(sources.worker_logs()),
        Subject::Help => Ok(crate::help::page()),
    }
}

impl Sources<'_> {
    fn job(&self, id: JobId) -> Result<Page, QueueError> {
        let mut page = new(Target::Job(id), format!("Job {id}"));
        let Some(view) = JobView::read(self.queue, id)? else {
            page.say(0, Tone::Doubtful, "the job is gone: old ones are removed");
            return Ok(page);
        };
        let job = &view.record;
        page.say(0, Tone::Strong, &job.label);
        let (word, tone) = state_of(job);
        page.say(0, tone, word);
        page.say(0, Tone::Dim, &self.course_of(job));
        if job.state == JobState::Running
            && let Some(progress) = job.progress.as_ref().filter(|known| !known.note.is_empty())
        {
            page.say(0, Tone::Plain, &progress.note);
        }
        if job.cancel_requested && job.state == JobState::Running {
            page.say(0, Tone::Doubtful, "its worker was asked to stop");
        }
        if job.blocked_by > 0 {
            let jobs = counted(job.blocked_by.into(), "job");
            page.say(0, Tone::Plain, &format!("waits for {jobs}"));
        }
        for problem in &view.problems {
            page.gap();
            diagnostic(&mut page, problem);
        }
        let earlier = view.attempts.len().saturating_sub(usize::from(job.state.is_final()));
        for attempt in &view.attempts[..earlier] {
            page.gap();
            let ran =
                attempt.seconds.map(|s| format!(" after {}", duration(crate::rows::seconds(s))));
            let (number, class) = (attempt.attempt, attempt.error_class.name());
            let line = format!("Attempt {number}: {class}{}", ran.unwrap_or_default());
            page.say(0, Tone::Strong, &line);
            attempt.problems.iter().for_each(|problem| diagnostic(&mut page, problem));
        }
        if !view.made.is_empty() {
            page.gap();
            page.say(0, Tone::Strong, "Made");
            for made in &view.made {
                page.say(2, Tone::Plain, &format!("{} {}", made.kind, made.variant));
            }
        }
        Ok(page)
    }

    /// Says of which build and kind a job is, when it began and how long it took.
    fn course_of(&self, job: &JobRecord) -> String {
        let mut parts = vec![job.job_type.clone(), format!("build {}", job.session)];
        if job.attempt > 1 {
            parts.push(format!("attempt {}", job.attempt));
        }
        if let Some(worker) = job.worker {
            parts.push(format!("worker {worker}"));
        }
        let ended = job.finished.unwrap_or(self.now);
        match job.started {
            Some(began) if job.state == JobState::Running || job.finished.is_some() => {
                parts.push(format!("ran {}", duration(ended.since(began))));
            }
            _ => parts.push(format!("waits {}", duration(ended.since(job.created)))),
        }
        if let Some(finished) = job.finished {
            parts.push(match age(self.now.since(finished)) {
                now if now == "now" => "ended just now".to_owned(),
                age => format!("ended {age} ago"),
            });
        }
        parts.join(", ")
    }

    fn build(&self, id: SessionId) -> Result<Page, QueueError> {
        let mut page = new(Target::Build(id), format!("Build {id}"));
        let Some(build) = Build::find(self.queue, id, self.now, self.is_dead)? else {
            page.say(0, Tone::Doubtful, "the build is gone: old ones are removed");
            return Ok(page);
        };
        page.say(0, Tone::Strong, &build_name(&build));
        let (word, tone) = build_state(&build);
        let took = duration(build_elapsed(&build, std::time::Duration::ZERO));
        page.say(0, tone, &format!("{word}, {took}, process {}", build.pid));
        page.say(0, Tone::Dim, &build.root.display().to_string());
        page.say(0, Tone::Dim, &build.note.course);
        let (done, jobs, running) = (build.done, counted(build.jobs, "job"), build.running);
        let waiting = build.jobs.saturating_sub(done + running);
        page.say(
            0,
            Tone::Plain,
            &format!(
                "{done} of {jobs} done ({} failed, {} cancelled), {running} running, {waiting} waiting",
                build.failed, build.cancelled
            ),
        );
        let of_build = JobFilter { session: Some(id), limit: JOBS, ..JobFilter::default() };
        let failed = JobFilter { troubled: true, ..of_build.clone() };
        self.list(&mut page, "Failed", &failed)?;
        let states = vec![JobState::Running];
        self.list(&mut page, "Running", &JobFilter { states, ..of_build.clone() })?;
        let states = waiting_states();
        self.list(&mut page, "Waiting", &JobFilter { states, ..of_build })?;
        Ok(page)
    }

    fn kind(&self, kind: &str) -> Result<Page, QueueError> {
        let mut page = new(Target::Kind(kind.to_owned()), format!("Jobs of kind {kind}"));
        let job_type = Some(kind.to_owned());
        let of_kind = JobFilter { job_type, limit: JOBS, ..JobFilter::default() };
        let states = vec![JobState::Running];
        self.list(&mut page, "Running", &JobFilter { states, ..of_kind.clone() })?;
        self.list(&mut page, "Waiting", &JobFilter { states: waiting_states(), ..of_kind })?;
        if page.lines.is_empty() {
            page.say(0, Tone::Plain, "no job of this kind runs or waits");
        }
        Ok(page)
    }

    fn list(&self, page: &mut Page, title: &str, filter: &JobFilter) -> Result<(), QueueError> {
        let jobs = self.queue.jobs(filter)?;
        if jobs.is_empty() {
            return Ok(());
        }
        if !page.lines.is_empty() {
            page.gap();
        }
        page.say(0, Tone::Strong, title);
        for job in &jobs {
            let (word, tone) = state_of(job);
            page.say(2, tone, &format!("#{} {}: {word}", job.id, job.label));
        }
        if jobs.len() == filter.limit as usize {
            page.say(2, Tone::Dim, "and more");
        }
        Ok(())
    }

    fn event(&self, id: i64) -> Page {
        let mut page = new(Target::Event(id), "Event".to_owned());
        let wanted = Target::Event(id);
        match self.snapshot.log.iter().find(|entry| entry.target == wanted) {
            Some(entry) => {
                page.say(0, entry.tone, &entry.text);
                let age = age(self.now.since(entry.at));
                page.say(0, Tone::Dim, &if age == "now" { age } else { format!("{age} ago") });
            }
            None => page.say(0, Tone::Doubtful, "the event is gone: newer ones took its place"),
        }
        page
    }

    fn warnings(&self) -> Page {
        let mut page = Page::new(Subject::Warnings, "Warnings".to_owned());
        let overview = &self.snapshot.overview;
        overview.errors.iter().for_each(|error| page.say(0, Tone::Bad, error));
        overview.warnings.iter().for_each(|warning| page.say(0, Tone::Doubtful, warning));
        if page.lines.is_empty() {
            page.say(0, Tone::Good, "all is well");
        }
        page
    }

    fn worker_logs(&self) -> Page {
        let mut page = Page::new(Subject::WorkerLogs, "What workers wrote last".to_owned());
        page.scroll = usize::MAX;
        for path in log_file::list(self.logs) {
            if !page.lines.is_empty() {
                page.gap();
            }
            page.say(0, Tone::Strong, &path.display().to_string());
            match log_file::end(&path) {
                Ok(text) if text.is_empty() => page.say(0, Tone::Dim, "nothing yet"),
                Ok(text) => page.say(0, Tone::Plain, &text),
                Err(error) => page.say(0, Tone::Doubtful, &format!("cannot be read: {error}")),
            }
        }
        if page.lines.is_empty() {
            let logs = self.logs.display();
            page.say(
                0,
                Tone::Plain,
                &format!(
                    "no log files in {logs}; worker processes (`clx build SPEC --workers direct`) \
                     write there"
                ),
            );
        }
        page
    }
}

fn new(target: Target, title: String) -> Page {
    Page::new(Subject::Line(target), title)
}

fn waiting_states() -> Vec<JobState> {
    vec![JobState::Ready, JobState::Scheduled, JobState::Blocked]
}

/// Returns the state of a job as people would name it.
fn state_of(job: &JobRecord) -> (&'static str, Tone) {
    match job.state {
        JobState::Completed if job.error_class.is_some() => ("failed in part", Tone::Bad),
        JobState::Completed => (job.state.name(), Tone::Good),
        JobState::Failed | JobState::Dead => (job.state.name(), Tone::Bad),
        JobState::Cancelled => (job.state.name(), Tone::Doubtful),
        JobState::Running => (job.state.name(), Tone::Good),
        JobState::Blocked | JobState::Scheduled | JobState::Ready => {
            (job.state.name(), Tone::Plain)
        }
    }
}

/// Writes a problem as `clx build` does: place, code and sentence, code frame, hint.
fn diagnostic(page: &mut Page, problem: &Diagnostic) {
    if let Some(place) = &problem.location {
        page.say(0, Tone::Strong, &place.to_string());
    }
    let tone = if problem.is_error() { Tone::Bad } else { Tone::Doubtful };
    let (word, code) = (problem.severity.word(), &problem.code);
    page.say(0, tone, &format!("{word}[{code}]: {}", problem.message));
    if let Some(frame) = &problem.frame {
        page.say(4, Tone::Plain, frame);
    }
    if let Some(hint) = &problem.hint {
        page.say(2, Tone::Plain, &format!("hint: {hint}"));
    }
}
