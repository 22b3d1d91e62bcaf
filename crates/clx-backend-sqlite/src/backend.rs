//! The backend itself. Principal type: [`QueueBackend`].

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{
    ActionResult, Backend, BackendError, ContentHash, JobPayload, JobResult, Step, StepEvent,
    StepId,
};
use clx_pool::{Executor, PoolManager};
use clx_queue::{
    CancelTarget, FinishedJob, JobId, JobState, NewJob, Queue, QueueError, SessionId, SessionRole,
};
use clx_store::Store;

use crate::failure::{explain, queue_error, store_error, unreadable};
use crate::lender::{Lender, LenderWatch};
use crate::pending::{Pending, Slot};
use crate::pools::{PoolNews, cancel_kind};
use crate::sessions::open_session;
use crate::settings::BackendSettings;
use crate::stall::StallWatch;
use crate::stores::{Stores, forget_lost};

/// Finished jobs collected at once.
const COLLECT: u32 = 256;

/// How long to wait for more once a job has finished: recording and publishing cost several
/// transactions however many jobs they are for.
const GATHER: Duration = Duration::from_millis(15);

/// Kinds of jobs, how their workers run, and how many there are at most.
pub type Pools = Vec<(String, Arc<dyn Executor>, u32)>;

/// Makes steps through a queue and a store.
pub struct QueueBackend {
    queue: Arc<dyn Queue>,
    stores: Stores,
    session: SessionId,
    is_open: bool,
    /// Workers of its own, unless it borrows some.
    pool: Option<PoolManager>,
    lender: Option<LenderWatch>,
    news: PoolNews,
    settings: BackendSettings,
    next_step: usize,
    pending: HashMap<JobId, (StepId, String, Pending)>,
    ready: Vec<StepEvent>,
    collected: i64,
    stall: StallWatch,
}

impl fmt::Debug for QueueBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueBackend").field("session", &self.session).finish_non_exhaustive()
    }
}

impl QueueBackend {
    /// Opens a session for `root` and readies its pools; no worker is started yet.
    ///
    /// # Errors
    /// [`BackendError::Failed`], and what `pools` returns.
    pub fn open(
        queue: Arc<dyn Queue>,
        store: Arc<Store>,
        root: &Path,
        pools: impl FnOnce(SessionId) -> Result<Pools, BackendError>,
        settings: BackendSettings,
    ) -> Result<Self, BackendError> {
        let session = open_session(&*queue, root, SessionRole::Own, &settings.note)
            .map_err(|error| queue_error(&error))?;
        let news = PoolNews::default();
        let on_event = {
            let (queue, news) = (Arc::clone(&queue), news.clone());
            move |event| news.take(event, &*queue, session)
        };
        // From here on the session is closed whatever happens.
        let mut backend = Self::with_session(queue, store, session, settings);
        let pool = PoolManager::start(
            Arc::clone(&backend.queue),
            session,
            pools(session)?,
            backend.settings.pool.clone(),
            on_event,
        )
        .map_err(|error| BackendError::Failed {
            message: format!("the pool manager's thread cannot be started: {error}"),
            environment: true,
        })?;
        backend.pool = Some(pool);
        backend.news = news;
        Ok(backend)
    }

    /// Opens a session for `root` whose jobs are done by the workers of `lender`.
    ///
    /// # Errors
    /// [`BackendError::Failed`].
    pub fn borrowing(
        queue: Arc<dyn Queue>,
        store: Arc<Store>,
        root: &Path,
        lender: Lender,
        settings: BackendSettings,
    ) -> Result<Self, BackendError> {
        let session = open_session(&*queue, root, SessionRole::Borrower, &settings.note)
            .map_err(|error| queue_error(&error))?;
        let mut backend = Self::with_session(queue, store, session, settings);
        backend.lender = Some(LenderWatch::new(lender));
        Ok(backend)
    }

    fn with_session(
        queue: Arc<dyn Queue>,
        store: Arc<Store>,
        session: SessionId,
        settings: BackendSettings,
    ) -> Self {
        Self {
            queue,
            stores: Stores::new(store, settings.shared.clone()),
            session,
            is_open: true,
            pool: None,
            lender: None,
            news: PoolNews::default(),
            stall: StallWatch::new(settings.stall_limit),
            settings,
            next_step: 0,
            pending: HashMap::new(),
            ready: Vec::new(),
            collected: 0,
        }
    }

    /// Returns the session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Stops the workers within `grace`, closes the session, prunes old rows.
    ///
    /// # Errors
    /// [`BackendError::Failed`].
    pub fn close(mut self, grace: Duration) -> Result<(), BackendError> {
        self.end(grace)?;
        let tidy = || {
            self.queue.prune(&self.settings.retention)?;
            self.queue.tidy_up()
        };
        tidy().map_err(|error| queue_error(&error))
    }

    fn end(&mut self, grace: Duration) -> Result<(), BackendError> {
        if !std::mem::replace(&mut self.is_open, false) {
            return Ok(());
        }
        // Nothing new is begun while the running jobs come to their end.
        let cancelled = self.queue.cancel(self.session, &CancelTarget::All, "the build ended");
        if let Some(pool) = self.pool.take() {
            pool.stop(grace);
        }
        self.queue.close_session(self.session).map_err(|error| queue_error(&error))?;
        cancelled.map(|_| ()).map_err(|error| queue_error(&error))
    }

    /// Looks up all keys of the steps in one read.
    fn look_up(&self, steps: &[Step]) -> Result<Vec<Option<ActionResult>>, BackendError> {
        let keys: Vec<ContentHash> =
            steps.iter().flat_map(|step| &step.outputs).map(|output| output.key.finish()).collect();
        if self.settings.read_cache {
            self.stores.lookup(&keys).map_err(|error| store_error(&error))
        } else {
            Ok(vec![None; keys.len()])
        }
    }

    fn enqueue(&mut self, queued: Vec<(StepId, Pending, NewJob)>) -> Result<(), BackendError> {
        let labels: Vec<&str> = queued.iter().map(|(_, _, job)| job.label.as_str()).collect();
        let expected =
            self.stores.own.expected_durations(&labels).map_err(|error| store_error(&error))?;
        let mut per_kind: BTreeMap<String, u32> = BTreeMap::new();
        let mut steps = Vec::with_capacity(queued.len());
        let mut jobs = Vec::with_capacity(queued.len());
        for ((step, pending, mut job), expected) in queued.into_iter().zip(expected) {
            // The longest is claimed first: one document can be half of a build.
            job.expected = expected;
            job.timeout = self.settings.job_limits.get(&job.job_type).copied();
            *per_kind.entry(job.job_type.clone()).or_default() += 1;
            steps.push((step, job.job_type.clone(), pending));
            jobs.push(job);
        }
        self.stores.send_inputs(&jobs).map_err(|error| store_error(&error))?;
        let ids = self.queue.enqueue(self.session, jobs).map_err(|error| queue_error(&error))?;
        self.pending.extend(ids.into_iter().zip(steps));
        for (kind, n) in per_kind {
            if let Some(pool) = &self.pool {
                pool.ensure(&kind, n);
            }
            if self.news.exhausted(&kind).is_some() {
                cancel_kind(&*self.queue, self.session, &kind);
            }
        }
        Ok(())
    }

    /// Waits for a finished job, and a moment longer for others, unless it was the last.
    fn gather(&self, wait: Duration) -> Result<Vec<FinishedJob>, QueueError> {
        let mut finished = self.queue.finished(self.session, self.collected, COLLECT, wait)?;
        let deadline = Instant::now() + GATHER;
        while let Some(last) = finished.last().map(|job| job.seq)
            && finished.len() < self.pending.len().min(COLLECT as usize)
        {
            // Quick jobs never cease to come; what has come is to be told.
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let more = self.queue.finished(self.session, last, COLLECT, left)?;
            if more.is_empty() {
                break;
            }
            finished.extend(more);
        }
        Ok(finished)
    }

    fn collect(&mut self, finished: Vec<FinishedJob>) -> Result<(), BackendError> {
        let mut records = Vec::new();
        let mut durations = Vec::new();
        let mut parsed: Vec<_> = finished.iter().map(parse).collect();
        let lost = self
            .stores
            .fetch_outputs(parsed.iter().flatten())
            .map_err(|error| store_error(&error))?;
        parsed.iter_mut().flatten().for_each(|result| forget_lost(result, &lost));
        for (job, parsed) in finished.into_iter().zip(parsed) {
            self.collected = job.seq;
            let Some((step, kind, pending)) = self.pending.remove(&job.id) else { continue };
            let label = pending.label.clone();
            let mut executed = Vec::new();
            let outputs = match (job.state, parsed) {
                (JobState::Completed, Ok(mut result)) => {
                    durations.extend(job.duration.map(|duration| (label.clone(), duration)));
                    executed = std::mem::take(&mut result.executed);
                    let (outputs, made) = pending.complete(result);
                    records.extend(made);
                    outputs
                }
                (JobState::Completed, Err(error)) => pending.fail(&[unreadable(&label, &error)]),
                _ => {
                    let exhausted = self.news.exhausted(&kind);
                    pending.fail(&explain(&job, &label, exhausted.as_deref()))
                }
            };
            self.ready.push(StepEvent::Finished {
                step,
                outputs,
                duration: job.duration,
                attempts: job.attempts,
                executed,
            });
        }
        let records: Vec<_> = records.iter().map(|(key, result)| (*key, result)).collect();
        let durations: Vec<_> =
            durations.iter().map(|(label, duration)| (label.as_str(), *duration)).collect();
        self.stores
            .record(&records)
            .and_then(|()| self.stores.own.remember_durations(&durations))
            .map_err(|error| store_error(&error))
    }

    fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }
}

fn parse(job: &FinishedJob) -> Result<JobResult, serde_json::Error> {
    serde_json::from_slice(job.result.as_deref().unwrap_or_default())
}

/// Splits a step into what is known and the job for the rest.
fn plan(
    step: Step,
    known: &mut impl Iterator<Item = Option<ActionResult>>,
) -> (Pending, Option<NewJob>) {
    let mut slots = Vec::with_capacity(step.outputs.len());
    let mut requests = Vec::new();
    for output in step.outputs {
        match known.next().flatten() {
            Some(result) => slots.push(Slot::Known(result)),
            None => {
                slots.push(Slot::Wanted(output.key.finish()));
                requests.push(output.request);
            }
        }
    }
    let pending = Pending::new(step.label.clone(), slots);
    if pending.is_known() {
        return (pending, None);
    }
    let payload = JobPayload {
        version: JobPayload::VERSION,
        source: step.source,
        input: step.input,
        requests,
    };
    let payload = serde_json::to_vec(&payload).expect("JSON values and a hash are always JSON");
    (pending, Some(NewJob::new(step.kind.name(), &step.label, payload)))
}

impl Backend for QueueBackend {
    fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError> {
        let mut known = self.look_up(&steps)?.into_iter();
        let mut queued = Vec::new();
        for step in steps {
            let id = StepId(self.next_step);
            self.next_step += 1;
            match plan(step, &mut known) {
                (pending, Some(job)) => queued.push((id, pending, job)),
                (pending, None) => self.ready.push(StepEvent::Finished {
                    step: id,
                    outputs: pending.fail(&[]),
                    duration: None,
                    attempts: 0,
                    executed: Vec::new(),
                }),
            }
        }
        if queued.is_empty() { Ok(()) } else { self.enqueue(queued) }
    }

    fn events(&mut self, wait: Duration) -> Result<Vec<StepEvent>, BackendError> {
        let deadline = Instant::now() + wait;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.is_waiting() {
                let wait = if self.ready.is_empty() { left } else { Duration::ZERO };
                let finished = self.gather(wait).map_err(|error| queue_error(&error))?;
                if !finished.is_empty() {
                    self.stall.moved();
                    self.collect(finished)?;
                }
            }
            self.ready.extend(self.news.notices().into_iter().map(StepEvent::Notice));
            if !self.ready.is_empty() || left.is_zero() || !self.is_waiting() {
                break;
            }
        }
        if self.ready.is_empty() && self.is_waiting() {
            if let Some(lender) = &mut self.lender {
                lender.check(&*self.queue)?;
            }
            let look = self.stall.check(&*self.queue, self.session);
            if let Some(look) = look.map_err(|error| queue_error(&error))? {
                if let Some(what) = look.stuck {
                    return Err(BackendError::Stalled { limit: self.stall.limit(), what });
                }
                self.ready.push(StepEvent::Running(look.running));
            }
        }
        Ok(std::mem::take(&mut self.ready))
    }

    fn cancel(&mut self) -> Result<(), BackendError> {
        self.queue
            .cancel(self.session, &CancelTarget::All, "the build was interrupted")
            .map(|_| ())
            .map_err(|error| queue_error(&error))
    }
}

impl Drop for QueueBackend {
    fn drop(&mut self) {
        // Errors have nowhere to go here; the next start closes what is left open.
        let _reaped_later = self.end(Duration::ZERO);
    }
}
