//! All at a glance. Principal type: [`Overview`].

use std::collections::BTreeMap;
use std::time::Duration;

use clx_core::{Diagnostic, Timestamp};
use clx_queue::{
    EventType, JobFilter, JobId, JobRecord, JobState, Minute, QueueError, QueueView, SessionFilter,
    SessionId, Total, WorkerId, WorkerRecord, WorkerState,
};
use serde::Serialize;

use crate::build::Build;
use crate::health::{Findings, Health};
use crate::job::problems;
use crate::{IsDead, seconds_between, unix_seconds};

/// How far back the sums of the last hour go.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Failures shown at a glance.
const FAILURES: u32 = 5;

/// Events among which lost workers are looked for.
const EVENTS: u32 = 200;

/// A queue at one moment. Its JSON is that of `clx status --format json`.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// What to make of it.
    pub status: Health,
    /// The moment, in seconds since 1970-01-01 UTC.
    pub timestamp: i64,
    /// What should be looked at.
    pub warnings: Vec<String>,
    /// What does not work.
    pub errors: Vec<String>,
    /// Workers and jobs by kind.
    #[serde(rename = "workers", serialize_with = "by_name")]
    pub kinds: Vec<Kind>,
    /// Jobs of all kinds.
    pub queue: QueueLoad,
    /// Builds that are open, the newest first.
    #[serde(rename = "sessions")]
    pub builds: Vec<Build>,
    /// What went wrong last, the latest first.
    pub failures: Vec<Failure>,
    /// What ended in each minute of the last hour; the JSON has only the sums.
    #[serde(skip)]
    pub minutes: Vec<Minute>,
}

/// Workers and jobs of a kind.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Kind {
    /// The kind, such as `notebook`.
    #[serde(skip)]
    pub name: String,
    /// Workers in all.
    pub total: u64,
    /// Workers that are being started.
    pub starting: u64,
    /// Workers without a job.
    pub idle: u64,
    /// Workers with a job.
    pub busy: u64,
    /// Workers whose lease has run out.
    pub hung: u64,
    /// Workers that were lost in builds that still run.
    pub dead: u64,
    /// How the workers run: `in-process`, `process`, `container`, or `mixed`; `none` without any.
    pub execution_mode: String,
    /// What the busy workers do.
    pub busy_workers: Vec<BusyWorker>,
    /// Jobs that could be claimed now.
    pub ready: u64,
    /// Jobs that workers have.
    pub running: u64,
}

/// A worker with its job.
#[derive(Debug, Clone, Serialize)]
pub struct BusyWorker {
    /// The worker.
    pub worker_id: WorkerId,
    /// Its build.
    pub session_id: SessionId,
    /// The job.
    pub job_id: JobId,
    /// What people see of the job: the source.
    pub document: String,
    /// How long it has worked on it.
    pub elapsed_seconds: f64,
    /// Steps done, such as cells.
    pub step: u32,
    /// Steps in all, 0 if unknown.
    pub steps: u32,
    /// What it does just now.
    pub note: String,
}

/// How many jobs there are, and how long they wait.
#[derive(Debug, Clone, Default, Serialize)]
pub struct QueueLoad {
    /// Jobs that wait for whatever: blocked, scheduled, ready.
    pub pending: u64,
    /// Jobs that workers have.
    pub processing: u64,
    /// Jobs that completed entirely within the last 60 minutes.
    pub completed_last_hour: u64,
    /// Jobs that failed, died, or completed in part within the last 60 minutes.
    pub failed_last_hour: u64,
    /// How long the ready job waits that was enqueued first.
    pub oldest_pending_seconds: Option<f64>,
    /// Jobs that wait for other jobs.
    pub blocked: u64,
    /// Jobs that wait for a moment.
    pub scheduled: u64,
    /// Jobs that wait for a worker.
    pub ready: u64,
    /// Jobs that lost too many workers, as far back as the file goes.
    pub dead: u64,
}

/// A job that went wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// The job.
    pub job_id: JobId,
    /// Its build.
    pub session_id: SessionId,
    /// Its kind.
    pub kind: String,
    /// What people see of it: the source.
    pub document: String,
    /// When it ended, in seconds since 1970-01-01 UTC.
    pub ended: i64,
    /// Why, at least one.
    pub problems: Vec<Diagnostic>,
}

impl Overview {
    /// Looks at a queue.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub fn read(
        queue: &dyn QueueView,
        now: Timestamp,
        is_dead: IsDead<'_>,
    ) -> Result<Self, QueueError> {
        let open = SessionFilter { open: true, ..SessionFilter::default() };
        let builds = Build::list(queue, &open, now, is_dead)?;
        let totals = queue.totals(None)?;
        let minutes = queue.minutes(None, now.minus(HOUR))?;
        let load = QueueLoad::of(&totals, &minutes, queue.oldest_ready()?, now);
        let kinds = kinds(queue, &totals, &builds, now)?;
        let findings = Findings::of(&load, &kinds, &builds);
        Ok(Self {
            status: findings.health(),
            timestamp: unix_seconds(now),
            warnings: findings.warnings,
            errors: findings.errors,
            kinds,
            queue: load,
            builds,
            failures: failures(queue)?,
            minutes,
        })
    }
}

impl QueueLoad {
    fn of(totals: &[Total], minutes: &[Minute], oldest: Option<Timestamp>, now: Timestamp) -> Self {
        let jobs = |state: JobState| {
            totals.iter().filter(|total| total.state == state).map(|total| total.n).sum::<u64>()
        };
        let lately = |states: &[JobState]| {
            minutes.iter().filter(|minute| states.contains(&minute.state)).map(|m| m.n).sum()
        };
        let (blocked, scheduled, ready) =
            (jobs(JobState::Blocked), jobs(JobState::Scheduled), jobs(JobState::Ready));
        Self {
            pending: blocked + scheduled + ready,
            processing: jobs(JobState::Running),
            completed_last_hour: lately(&[JobState::Completed]),
            failed_last_hour: lately(&[JobState::Failed, JobState::Dead]),
            oldest_pending_seconds: oldest.map(|oldest| seconds_between(oldest, now)),
            blocked,
            scheduled,
            ready,
            dead: jobs(JobState::Dead),
        }
    }
}

/// Sums up workers and jobs by kind.
fn kinds(
    queue: &dyn QueueView,
    totals: &[Total],
    builds: &[Build],
    now: Timestamp,
) -> Result<Vec<Kind>, QueueError> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for total in totals {
        let kind = kinds.entry(total.job_type.clone()).or_default();
        match total.state {
            JobState::Ready => kind.ready += total.n,
            JobState::Running => kind.running += total.n,
            JobState::Blocked
            | JobState::Scheduled
            | JobState::Completed
            | JobState::Failed
            | JobState::Cancelled
            | JobState::Dead => {}
        }
    }
    let workers = queue.workers(None)?;
    for worker in &workers {
        let kind = kinds.entry(worker.job_type.clone()).or_default();
        let job = worker.job.map(|job| queue.job(job)).transpose()?.flatten();
        kind.add(worker, job, now);
    }
    for event in queue.latest_events(EVENTS)? {
        let is_open = builds.iter().any(|build| build.id == event.session);
        if event.event == EventType::WorkerLost && is_open {
            let name = event.detail.split(':').next().unwrap_or_default();
            kinds.entry(name.to_owned()).or_default().dead += 1;
        }
    }
    Ok(kinds.into_iter().map(|(name, kind)| Kind { name, ..kind.named() }).collect())
}

impl Kind {
    fn add(&mut self, worker: &WorkerRecord, job: Option<JobRecord>, now: Timestamp) {
        self.total += 1;
        let mode = worker.mode.name();
        match self.execution_mode.as_str() {
            "" => self.execution_mode = mode.to_owned(),
            same if same == mode => {}
            _ => self.execution_mode = "mixed".to_owned(),
        }
        if now > worker.seen.plus(worker.lease) {
            self.hung += 1;
        } else if worker.state == WorkerState::Created {
            self.starting += 1;
        } else if job.is_some() {
            self.busy += 1;
        } else {
            self.idle += 1;
        }
        self.busy_workers.extend(job.map(|job| BusyWorker::of(worker, job, now)));
    }

    fn named(mut self) -> Self {
        if self.execution_mode.is_empty() {
            self.execution_mode = "none".to_owned();
        }
        self
    }
}

impl BusyWorker {
    fn of(worker: &WorkerRecord, job: JobRecord, now: Timestamp) -> Self {
        let (step, steps, note) = job
            .progress
            .map(|progress| (progress.step, progress.total, progress.note))
            .unwrap_or_default();
        Self {
            worker_id: worker.id,
            session_id: job.session,
            job_id: job.id,
            document: job.label,
            elapsed_seconds: job.started.map_or(0.0, |started| seconds_between(started, now)),
            step,
            steps,
            note,
        }
    }
}

fn failures(queue: &dyn QueueView) -> Result<Vec<Failure>, QueueError> {
    let troubled = JobFilter { troubled: true, limit: FAILURES, ..JobFilter::default() };
    let jobs = queue.jobs(&troubled)?;
    jobs.into_iter()
        .map(|job| {
            Ok(Failure {
                problems: problems(queue, &job)?,
                job_id: job.id,
                session_id: job.session,
                kind: job.job_type,
                document: job.label,
                ended: unix_seconds(job.finished.unwrap_or(job.created)),
            })
        })
        .collect()
}

/// Writes the kinds as an object, each under its name.
fn by_name<S: serde::Serializer>(kinds: &[Kind], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kinds.iter().map(|kind| (&kind.name, kind)))
}
