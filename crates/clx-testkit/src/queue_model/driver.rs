//! Has a queue and the model do the same steps. Principal function: [`check`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use clx_core::Timestamp;
use clx_queue::{
    CancelCounts, CancelTarget, ClaimRequest, ClaimedJob, Completion, ErrorClass, JobId, Need,
    NewJob, NewSession, NewWorker, OnFailure, Owner, QueueError, SessionId, UniqueKey, WorkerExit,
    WorkerMode,
};

use super::model::{Model, State, Worker, key_name, later};
use super::step::{Ending, JobPlan, Pick, Step, Target};
use crate::queue_conformance::Subject;

/// Does the steps on fresh sessions with jobs of a type that nobody else has.
///
/// # Panics
/// The queue differs from the model.
pub(super) fn check(subject: &Subject, job_type: &str, steps: &[Step]) {
    let mut driver = Driver::new(subject, job_type);
    for step in steps {
        driver.step(step);
        driver.compare();
    }
    driver.close_all();
}

pub(super) struct Driver<'s> {
    pub(super) subject: &'s Subject,
    job_type: &'s str,
    pub(super) model: Model,
    pub(super) sessions: Vec<SessionId>,
    /// Everything that was ever claimed.
    claimed: Vec<ClaimedJob>,
    /// What each session has collected.
    pub(super) collected: BTreeMap<SessionId, Vec<JobId>>,
}

impl<'s> Driver<'s> {
    fn new(subject: &'s Subject, job_type: &'s str) -> Self {
        let owner = || Owner { pid: 1, start: 2, boot_id: "boot".to_owned() };
        let open = || subject.queue.open_session(&NewSession::new(owner(), Path::new("/course")));
        let sessions = vec![open().unwrap(), open().unwrap()];
        let (model, claimed, collected) = Default::default();
        let mut driver = Self { subject, job_type, model, sessions, claimed, collected };
        driver.register(driver.sessions[0]);
        driver
    }

    fn now(&self) -> Timestamp {
        clx_core::Clock::now(&*self.subject.clock)
    }

    fn session(&self, pick: Pick) -> SessionId {
        self.sessions[usize::from(pick) % self.sessions.len()]
    }

    fn worker(&self, pick: Pick) -> Option<Worker> {
        let workers = &self.model.workers;
        let index = usize::from(pick).checked_rem(workers.len())?;
        Some(workers[index].clone())
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Enqueue { session, batch } => self.enqueue(self.session(*session), batch),
            Step::Register { session } => self.register(self.session(*session)),
            Step::Claim { worker, n_done, ending, free } => {
                if let Some(worker) = self.worker(*worker) {
                    self.claim(&worker, *n_done, *ending, *free);
                }
            }
            Step::Repeat { worker } => {
                if let Some(worker) = self.worker(*worker) {
                    self.repeat(&worker);
                }
            }
            Step::Late { worker, job } => {
                let job = usize::from(*job).checked_rem(self.claimed.len());
                if let (Some(worker), Some(job)) = (self.worker(*worker), job) {
                    let done = vec![(self.claimed[job].clone(), Ending::Completed)];
                    self.exchange(&worker, done, 0);
                }
            }
            Step::Cancel { session, target } => self.cancel(self.session(*session), *target),
            Step::Remove { worker, is_lost } => {
                if let Some(worker) = self.worker(*worker) {
                    self.remove(&worker, *is_lost);
                }
            }
            Step::Advance { seconds } => self.subject.clock.advance(Duration::from_secs(*seconds)),
            Step::Pause { paused } => {
                self.subject.queue.set_paused(self.job_type, *paused).unwrap();
                self.model.is_paused = *paused;
            }
            Step::Bound { limit } => {
                self.subject.queue.set_max_running(self.job_type, *limit).unwrap();
                self.model.limit = *limit;
            }
            Step::Retry { job } => self.retry(*job),
            Step::Close { session } => self.close(self.session(*session)),
        }
    }

    fn enqueue(&mut self, session: SessionId, batch: &[JobPlan]) {
        // Needs by their numbers: the jobs of the session that were there before, then those of the batch.
        let of_session = self.model.jobs.iter().filter(|job| job.session == session);
        let before: Vec<JobId> = of_session.map(|job| job.id).collect();
        let needs = |plan: &JobPlan, index: usize| -> Vec<(Need, OnFailure)> {
            let choose = |&(pick, on_failure): &(Pick, OnFailure)| {
                let number = usize::from(pick).checked_rem(before.len() + index)?;
                let need = match before.get(number) {
                    Some(id) => Need::Job(*id),
                    None => Need::InBatch(number - before.len()),
                };
                Some((need, on_failure))
            };
            plan.needs.iter().filter_map(choose).collect()
        };
        let now = self.now();
        let n_jobs = self.model.jobs.len();
        let jobs: Vec<NewJob> = batch
            .iter()
            .enumerate()
            .map(|(index, plan)| NewJob {
                priority: plan.priority,
                expected: plan.expected_seconds.map(Duration::from_secs),
                not_before: plan.delay_seconds.map(|seconds| later(now, seconds)),
                max_failures: plan.max_failures,
                max_losses: plan.max_losses,
                unique: plan
                    .unique
                    .map(|(key, on_conflict)| UniqueKey { key: key_name(key), on_conflict }),
                needs: needs(plan, index),
                ..NewJob::new(self.job_type, "job", format!("{n_jobs} {index}").into_bytes())
            })
            .collect();
        let enqueued = self.subject.queue.enqueue(session, jobs.clone());
        if self.model.closed.contains(&session) {
            assert!(matches!(enqueued, Err(QueueError::SessionClosed { .. })), "{enqueued:?}");
            return;
        }
        let ids = enqueued.unwrap();
        assert_eq!(ids.len(), jobs.len());
        for ((job, plan), &id) in jobs.iter().zip(batch).zip(&ids) {
            let id_of = |&(need, on_failure): &(Need, OnFailure)| match need {
                Need::Job(id) => (id, on_failure),
                Need::InBatch(index) => (ids[index], on_failure),
            };
            let needs: Vec<_> = job.needs.iter().map(id_of).collect();
            let stands = self.model.enqueue((session, id), (plan, &job.payload), &needs, now);
            assert_eq!(stands, id, "another job stands for the one of {:?}", job.unique);
        }
    }

    fn register(&mut self, session: SessionId) {
        let new = NewWorker::new(session, self.job_type, WorkerMode::InProcess);
        let registered = self.subject.queue.register_worker(&new);
        if self.model.closed.contains(&session) {
            assert!(matches!(registered, Err(QueueError::SessionClosed { .. })), "{registered:?}");
            return;
        }
        let id = registered.unwrap();
        self.subject.queue.activate_worker(id, None).unwrap();
        self.model.workers.push(Worker { id, session, seq: 0, last: Vec::new() });
    }

    fn claim(&mut self, worker: &Worker, n_done: usize, ending: Ending, free: u32) {
        let has = |claimed: &&ClaimedJob| {
            let job = self.model.job(claimed.id);
            job.state == State::Running(worker.id) && job.attempt == claimed.attempt
        };
        let held = self.claimed.iter().filter(has).take(n_done);
        let done = held.map(|claimed| (claimed.clone(), ending)).collect();
        self.exchange(worker, done, free);
    }

    /// Reports and claims in one call; compares what was lost and what was given.
    fn exchange(&mut self, worker: &Worker, done: Vec<(ClaimedJob, Ending)>, free: u32) {
        let now = self.now();
        let mut lost = Vec::new();
        for (job, ending) in &done {
            if !self.model.report(worker.id, (job.id, job.attempt), *ending, now) {
                lost.push(job.id);
            }
        }
        let given = self.model.claim(worker, free, now);
        let reports = !done.is_empty();
        let request = ClaimRequest {
            worker: worker.id,
            seq: worker.seq + 1,
            free,
            done: done.into_iter().map(|(job, ending)| completion(job, ending)).collect(),
            wait: Duration::ZERO,
        };
        let claim = self.subject.queue.claim(request).unwrap();
        let got: Vec<_> = claim.jobs.iter().map(|job| (job.id, job.attempt)).collect();
        assert_eq!((got, claim.lost), (given.clone(), lost));
        for job in &claim.jobs {
            assert_eq!(job.payload, self.model.job(job.id).payload);
        }
        self.claimed.extend(claim.jobs);
        if reports || !given.is_empty() {
            let workers = &mut self.model.workers;
            let own = workers.iter_mut().find(|other| other.id == worker.id).unwrap();
            (own.seq, own.last) = (worker.seq + 1, given);
        }
    }

    /// Asks for the answer of the last claim again: what of it the worker still has.
    fn repeat(&self, worker: &Worker) {
        if worker.seq == 0 {
            return;
        }
        let still = |&&(id, attempt): &&(JobId, u32)| {
            let job = self.model.job(id);
            job.state == State::Running(worker.id) && job.attempt == attempt
        };
        let mut expected: Vec<_> = worker.last.iter().filter(still).copied().collect();
        expected.sort_unstable();
        let request = ClaimRequest {
            worker: worker.id,
            seq: worker.seq,
            free: 1,
            done: Vec::new(),
            wait: Duration::ZERO,
        };
        let claim = self.subject.queue.claim(request).unwrap();
        let mut got: Vec<_> = claim.jobs.iter().map(|job| (job.id, job.attempt)).collect();
        got.sort_unstable();
        assert_eq!(got, expected);
    }

    fn cancel(&mut self, session: SessionId, target: Target) {
        let of_session = self.model.jobs.iter().filter(|job| job.session == session);
        let ids: Vec<_> = of_session.map(|job| job.id).collect();
        let (target, named) = match target {
            Target::All => (CancelTarget::All, self.model.live(session)),
            Target::Job(pick) => {
                let Some(index) = usize::from(pick).checked_rem(ids.len()) else { return };
                (CancelTarget::Job(ids[index]), vec![ids[index]])
            }
            Target::Key(key) => {
                let key = key_name(key);
                let named = self.model.with_key(session, &key);
                (CancelTarget::Key(key), named.into_iter().collect())
            }
        };
        let n_cancelled = |model: &Model| {
            model.jobs.iter().filter(|job| job.state == State::Cancelled).count() as u64
        };
        let before = n_cancelled(&self.model);
        let mut expected = CancelCounts::default();
        for id in named {
            let runs = matches!(self.model.job(id).state, State::Running(_));
            expected.requested += u64::from(runs);
            self.model.cancel(id);
        }
        expected.cancelled = n_cancelled(&self.model) - before;
        let counts = self.subject.queue.cancel(session, &target, "a test").unwrap();
        assert_eq!(counts, expected);
    }

    fn remove(&mut self, worker: &Worker, is_lost: bool) {
        let exit = match is_lost {
            true => WorkerExit::Lost { how: "killed by signal 9".to_owned() },
            false => WorkerExit::Stopped,
        };
        let has = |model: &Model, state: &dyn Fn(State) -> bool| -> Vec<JobId> {
            model.jobs.iter().filter(|job| state(job.state)).map(|job| job.id).collect()
        };
        let held = has(&self.model, &|state| state == State::Running(worker.id));
        self.model.remove(worker.id, is_lost, self.now());
        let released = self.subject.queue.remove_worker(worker.id, &exit).unwrap();
        let became = |wanted: State| -> Vec<JobId> {
            let fits = held.iter().filter(|id| self.model.job(**id).state == wanted);
            fits.copied().collect()
        };
        assert_eq!(released.returned, became(State::Waiting));
        assert_eq!(released.dead, became(State::Dead));
        assert_eq!(released.cancelled, became(State::Cancelled));
    }

    fn retry(&mut self, pick: Pick) {
        let Some(index) = usize::from(pick).checked_rem(self.model.jobs.len()) else { return };
        let job = self.model.jobs[index].clone();
        let retried = self.subject.queue.retry(job.id);
        let is_success = job.state == State::Completed && !job.is_partial;
        if !job.state.is_final() || is_success {
            assert!(matches!(retried, Err(QueueError::NotRetryable { .. })), "{retried:?}");
        } else if self.model.closed.contains(&job.session) {
            assert!(matches!(retried, Err(QueueError::SessionClosed { .. })), "{retried:?}");
        } else {
            self.model.retry(job.id, retried.unwrap(), self.now());
        }
    }

    fn close(&mut self, session: SessionId) {
        self.subject.queue.close_session(session).unwrap();
        self.model.close(session, self.now());
    }

    fn close_all(&mut self) {
        for session in self.sessions.clone() {
            self.close(session);
        }
        self.compare();
    }
}

fn completion(job: ClaimedJob, ending: Ending) -> Completion {
    match ending {
        Ending::Completed => job.completed(b"result".to_vec()),
        Ending::CompletedInPart => job.completed_in_part(Vec::new(), ErrorClass::Transient),
        Ending::Failed(class) => job.failed(class, "it broke".to_owned()),
        Ending::Cancelled => job.cancelled(),
        Ending::Returned => job.returned(),
    }
}
