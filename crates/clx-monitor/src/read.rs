//! Reads what the panes show. Principal type: [`Reader`]. Nothing is changed by it, and no call reads
//! more because the queue has done more before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clx_core::Timestamp;
use clx_queue::{
    Event, EventType, JobFilter, JobId, JobRecord, JobState, QueueError, QueueView, SessionFilter,
};
use clx_status::{Build, BuildState, IsDead, Overview, problems};

use crate::log_file;
use crate::snapshot::{Entry, Failure, Snapshot, Target, Tone};
use crate::words::printable;

/// Builds that are shown at most, beside those that are open.
const BUILDS: u32 = 10;

/// Failures that are shown at most.
const FAILURES: u32 = 200;

/// Lines of the log at most.
const ENTRIES: u32 = 200;

/// Reads snapshots one after the other; what never changes is read once.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Where worker processes leave their logs.
    logs: PathBuf,
    /// Why jobs went wrong. A job that has ended stays as it is.
    messages: BTreeMap<JobId, String>,
    /// What people call jobs.
    labels: BTreeMap<JobId, String>,
}

impl Reader {
    /// Makes a reader for a queue whose workers log into a directory.
    pub(crate) fn new(logs: PathBuf) -> Self {
        Self { logs, messages: BTreeMap::new(), labels: BTreeMap::new() }
    }

    /// Returns the directory of the logs of workers.
    pub(crate) fn logs(&self) -> &Path {
        &self.logs
    }

    /// Reads all that the panes show.
    pub(crate) fn snapshot(
        &mut self,
        queue: &dyn QueueView,
        now: Timestamp,
        is_dead: IsDead<'_>,
    ) -> Result<Snapshot, QueueError> {
        let overview = Overview::read(queue, now, is_dead)?;
        let lately = SessionFilter { limit: BUILDS, ..SessionFilter::default() };
        let lately = Build::list(queue, &lately, now, is_dead)?;
        let has_ended =
            |build: &Build| matches!(build.state, BuildState::Ended | BuildState::Abandoned);
        let mut builds = overview.builds.clone();
        builds.extend(lately.into_iter().filter(has_ended));
        Ok(Snapshot {
            read: now,
            totals: queue.totals(None)?,
            failures: self.failures(queue)?,
            log: self.log(queue)?,
            has_worker_logs: !log_file::list(&self.logs).is_empty(),
            overview,
            builds,
        })
    }

    fn failures(&mut self, queue: &dyn QueueView) -> Result<Vec<Failure>, QueueError> {
        let troubled = JobFilter { troubled: true, limit: FAILURES, ..JobFilter::default() };
        let jobs = queue.jobs(&troubled)?;
        let mut messages = BTreeMap::new();
        for job in &jobs {
            let message = match self.messages.remove(&job.id) {
                Some(known) => known,
                None => message(queue, job)?,
            };
            messages.insert(job.id, message);
        }
        self.messages = messages;
        let known = |job: &JobRecord| self.messages.get(&job.id).cloned().unwrap_or_default();
        Ok(jobs.into_iter().map(|job| Failure { message: known(&job), job }).collect())
    }

    /// Mixes events with jobs that completed, which are no events.
    fn log(&mut self, queue: &dyn QueueView) -> Result<Vec<Entry>, QueueError> {
        let mut entries = Vec::new();
        let mut labels = BTreeMap::new();
        for event in queue.latest_events(ENTRIES)? {
            let label = match event.job {
                Some(job) => Some(self.label(queue, job, &mut labels)?),
                None => None,
            };
            entries.push(of_event(&event, label.as_deref()));
        }
        self.labels = labels;
        let finished = queue.lately_finished(ENTRIES)?;
        entries.extend(finished.iter().filter_map(of_finished));
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(ENTRIES as usize);
        Ok(entries)
    }

    fn label(
        &mut self,
        queue: &dyn QueueView,
        job: JobId,
        labels: &mut BTreeMap<JobId, String>,
    ) -> Result<String, QueueError> {
        let label = match (labels.get(&job), self.labels.remove(&job)) {
            (Some(known), _) => known.clone(),
            (None, Some(known)) => known,
            (None, None) => queue.job(job)?.map(|record| record.label).unwrap_or_default(),
        };
        labels.insert(job, label.clone());
        Ok(label)
    }
}

/// Says in one sentence why a job went wrong.
fn message(queue: &dyn QueueView, job: &JobRecord) -> Result<String, QueueError> {
    let problems = problems(queue, job)?;
    let Some(first) = problems.first() else {
        return Ok(job.error_class.map(|class| class.name().to_owned()).unwrap_or_default());
    };
    let line = first.location.as_ref().and_then(|location| location.line);
    let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let more = match problems.len() - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    Ok(format!("{place}{}{more}", first.message))
}

fn of_finished(job: &JobRecord) -> Option<Entry> {
    let at = job.finished?;
    if job.state != JobState::Completed || job.error_class.is_some() {
        return None;
    }
    let text = printable(&format!("job {} completed: {}", job.id, job.label));
    Some(Entry { at, target: Target::Job(job.id), text, tone: Tone::Plain })
}

fn of_event(event: &Event, label: Option<&str>) -> Entry {
    let (happened, tone) = match event.event {
        EventType::SessionOpened => ("began", Tone::Strong),
        EventType::SessionClosed => ("ended", Tone::Strong),
        EventType::SessionAbandoned => ("was tidied up", Tone::Doubtful),
        EventType::WorkerCreated => ("is being started", Tone::Dim),
        EventType::WorkerLive => ("is ready", Tone::Dim),
        EventType::WorkerStopped => ("stopped", Tone::Dim),
        EventType::WorkerLost => ("was lost", Tone::Bad),
        EventType::JobRetried => ("will be tried again", Tone::Doubtful),
        EventType::JobPartial => ("failed in part", Tone::Bad),
        EventType::JobFailed => ("failed", Tone::Bad),
        EventType::JobDead => ("lost too many workers", Tone::Bad),
        EventType::JobCancelled => ("cancelled", Tone::Doubtful),
    };
    let who = match (event.job, event.worker) {
        (Some(job), _) => format!("job {job}"),
        (None, Some(worker)) => format!("worker {worker}"),
        (None, None) => format!("build {}", event.session),
    };
    let detail = Some(event.detail.as_str()).filter(|detail| !detail.is_empty());
    let more = match (label, detail) {
        (Some(label), Some(detail)) => format!(": {label} ({detail})"),
        (Some(text), None) | (None, Some(text)) => format!(": {text}"),
        (None, None) => String::new(),
    };
    let target = match (event.job, event.worker) {
        (Some(job), _) => Target::Job(job),
        (None, Some(_)) => Target::Event(event.id),
        (None, None) => Target::Build(event.session),
    };
    Entry { at: event.at, target, text: printable(&format!("{who} {happened}{more}")), tone }
}
