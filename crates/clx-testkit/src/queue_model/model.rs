//! What a queue should do, as plainly as it can be said. Principal type: [`Model`].
//!
//! Nothing here is clever: jobs are a list in the order of their ids, and each question is answered by
//! looking at all of them.

use std::collections::BTreeSet;

use clx_core::Timestamp;
use clx_queue::{ErrorClass, JobId, OnConflict, OnFailure, SessionId, WorkerId, policy};

use super::step::{Ending, JobPlan};

/// All that a queue of one type of jobs knows.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) jobs: Vec<Job>,
    pub(super) workers: Vec<Worker>,
    pub(super) closed: BTreeSet<SessionId>,
    pub(super) is_paused: bool,
    pub(super) limit: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: JobId,
    pub(super) session: SessionId,
    pub(super) state: State,
    pub(super) attempt: u32,
    pub(super) failures: u32,
    pub(super) losses: u32,
    pub(super) is_unwanted: bool,
    /// The needed jobs that are not final.
    pub(super) needs: Vec<(JobId, OnFailure)>,
    pub(super) is_partial: bool,
    pub(super) payload: Vec<u8>,
    due: Timestamp,
    priority: (i32, u64),
    max_failures: u32,
    max_losses: u32,
    key: Option<String>,
}

/// A state; whether a job waits for a worker or for its time is the business of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Blocked,
    Waiting,
    Running(WorkerId),
    Completed,
    Failed,
    Cancelled,
    Dead,
}

#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) id: WorkerId,
    pub(super) session: SessionId,
    /// Number of its last claim that left a trace, and what it was given.
    pub(super) seq: i64,
    pub(super) last: Vec<(JobId, u32)>,
}

impl State {
    pub(super) const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Dead)
    }
}

impl Model {
    pub(super) fn job(&self, id: JobId) -> &Job {
        self.jobs.iter().find(|job| job.id == id).unwrap()
    }

    fn job_mut(&mut self, id: JobId) -> &mut Job {
        self.jobs.iter_mut().find(|job| job.id == id).unwrap()
    }

    /// Returns the live job with a key.
    pub(super) fn with_key(&self, session: SessionId, key: &str) -> Option<JobId> {
        let has_key = |job: &&Job| job.session == session && job.key.as_deref() == Some(key);
        let live = self.jobs.iter().filter(has_key).find(|job| !job.state.is_final());
        live.map(|job| job.id)
    }

    /// Adds a job; returns the one that stands for it if it is none of its own. `id` is that of a new one.
    pub(super) fn enqueue(
        &mut self,
        (session, id): (SessionId, JobId),
        (plan, payload): (&JobPlan, &[u8]),
        needs: &[(JobId, OnFailure)],
        now: Timestamp,
    ) -> JobId {
        let key = plan.unique.map(|(key, _)| key_name(key));
        let taken = key.as_ref().and_then(|key| self.with_key(session, key));
        if let (Some(existing), Some((_, on_conflict))) = (taken, plan.unique) {
            let runs = matches!(self.job(existing).state, State::Running(_));
            match on_conflict {
                OnConflict::Join => return existing,
                OnConflict::Replace if !runs => {
                    payload.clone_into(&mut self.job_mut(existing).payload);
                    return existing;
                }
                OnConflict::Replace | OnConflict::Supersede => {
                    self.job_mut(existing).key = None;
                    self.cancel(existing);
                }
            }
        }
        let mut open: Vec<(JobId, OnFailure)> = Vec::new();
        let mut is_hopeless = false;
        for &(need, on_failure) in needs {
            let state = self.job(need).state;
            if !state.is_final() && open.iter().all(|(known, _)| *known != need) {
                open.push((need, on_failure));
            }
            let failed = state.is_final() && state != State::Completed;
            is_hopeless |= failed && on_failure == OnFailure::Cancel;
        }
        let state = match open.is_empty() {
            _ if is_hopeless => State::Cancelled,
            true => State::Waiting,
            false => State::Blocked,
        };
        self.jobs.push(Job {
            id,
            session,
            state,
            attempt: 0,
            failures: 0,
            losses: 0,
            is_unwanted: false,
            needs: open,
            is_partial: false,
            payload: payload.to_owned(),
            due: plan.delay_seconds.map_or(now, |seconds| later(now, seconds)),
            priority: (plan.priority, plan.expected_seconds.unwrap_or(0)),
            max_failures: plan.max_failures.max(1),
            max_losses: plan.max_losses.max(1),
            key,
        });
        id
    }

    /// Gives a worker what it may have, the most urgent first.
    pub(super) fn claim(
        &mut self,
        worker: &Worker,
        free: u32,
        now: Timestamp,
    ) -> Vec<(JobId, u32)> {
        if self.is_paused {
            return Vec::new();
        }
        let running = self.jobs.iter().filter(|job| matches!(job.state, State::Running(_))).count();
        let room = self.limit.map_or(usize::MAX, |limit| (limit as usize).saturating_sub(running));
        let is_ready = |job: &&mut Job| {
            job.session == worker.session && job.state == State::Waiting && job.due <= now
        };
        let mut ready: Vec<&mut Job> = self.jobs.iter_mut().filter(is_ready).collect();
        ready.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.id));
        let taken = ready.into_iter().take(room.min(free as usize));
        taken
            .map(|job| {
                job.state = State::Running(worker.id);
                job.attempt += 1;
                (job.id, job.attempt)
            })
            .collect()
    }

    /// Takes a report; false if the worker does not have the job in this attempt.
    pub(super) fn report(
        &mut self,
        worker: WorkerId,
        (id, attempt): (JobId, u32),
        ending: Ending,
        now: Timestamp,
    ) -> bool {
        let job = self.job_mut(id);
        if job.state != State::Running(worker) || job.attempt != attempt {
            return false;
        }
        match ending {
            _ if job.is_unwanted => self.finish(id, State::Cancelled),
            Ending::Completed => self.finish(id, State::Completed),
            Ending::CompletedInPart => {
                job.is_partial = true;
                self.finish(id, State::Completed);
            }
            Ending::Cancelled => self.finish(id, State::Cancelled),
            Ending::Returned => job.wait_until(now),
            Ending::Failed(class) => {
                job.failures += 1;
                let allowed = match class {
                    ErrorClass::Transient => job.max_failures,
                    ErrorClass::Timeout => job.max_failures.min(2),
                    _ => 0,
                };
                if job.failures < allowed {
                    job.wait_until(now.plus(policy::back_off(id, job.failures)));
                } else {
                    self.finish(id, State::Failed);
                }
            }
        }
        true
    }

    /// Cancels a job that is not final; asks its worker if it runs.
    pub(super) fn cancel(&mut self, id: JobId) {
        let job = self.job_mut(id);
        match job.state {
            State::Running(_) => job.is_unwanted = true,
            State::Blocked | State::Waiting => self.finish(id, State::Cancelled),
            State::Completed | State::Failed | State::Cancelled | State::Dead => {}
        }
    }

    /// Ends a worker.
    pub(super) fn remove(&mut self, worker: WorkerId, is_lost: bool, now: Timestamp) {
        self.workers.retain(|other| other.id != worker);
        let has = |job: &&Job| job.state == State::Running(worker);
        let orphans: Vec<JobId> = self.jobs.iter().filter(has).map(|job| job.id).collect();
        for id in orphans {
            let job = self.job_mut(id);
            if job.is_unwanted {
                self.finish(id, State::Cancelled);
            } else if !is_lost {
                job.wait_until(now);
            } else {
                job.losses += 1;
                match job.losses {
                    losses if losses >= job.max_losses => self.finish(id, State::Dead),
                    1 => job.wait_until(now),
                    losses => job.wait_until(now.plus(policy::back_off(id, losses - 1))),
                }
            }
        }
    }

    /// Closes a session.
    pub(super) fn close(&mut self, session: SessionId, now: Timestamp) {
        self.closed.insert(session);
        for id in self.live(session) {
            self.cancel(id);
        }
        let of_session = |worker: &&Worker| worker.session == session;
        let workers: Vec<_> = self.workers.iter().filter(of_session).map(|w| w.id).collect();
        for worker in workers {
            self.remove(worker, false, now);
        }
    }

    /// Returns the jobs of a session that are not final.
    pub(super) fn live(&self, session: SessionId) -> Vec<JobId> {
        let live = |job: &&Job| job.session == session && !job.state.is_final();
        self.jobs.iter().filter(live).map(|job| job.id).collect()
    }

    /// Adds a copy of a job that did not complete.
    pub(super) fn retry(&mut self, old: JobId, id: JobId, now: Timestamp) {
        let old = self.job(old).clone();
        self.jobs.push(Job {
            id,
            state: State::Waiting,
            attempt: 0,
            failures: 0,
            losses: 0,
            is_unwanted: false,
            is_partial: false,
            needs: Vec::new(),
            due: now,
            key: None,
            ..old
        });
    }

    /// Ends a job, and lets those that need it follow.
    fn finish(&mut self, id: JobId, state: State) {
        let job = self.job_mut(id);
        (job.state, job.is_unwanted) = (state, false);
        let needs_it = |job: &&Job| job.needs.iter().any(|(need, _)| *need == id);
        let dependents: Vec<_> = self.jobs.iter().filter(needs_it).map(|job| job.id).collect();
        for dependent in dependents {
            let job = self.job_mut(dependent);
            if job.state != State::Blocked {
                continue;
            }
            let (_, on_failure) = *job.needs.iter().find(|(need, _)| *need == id).unwrap();
            job.needs.retain(|(need, _)| *need != id);
            if state != State::Completed && on_failure == OnFailure::Cancel {
                self.finish(dependent, State::Cancelled);
            } else if job.needs.is_empty() {
                job.state = State::Waiting;
            }
        }
    }
}

impl Job {
    const fn wait_until(&mut self, due: Timestamp) {
        (self.state, self.due) = (State::Waiting, due);
    }
}

/// Returns the name of one of the keys.
pub(super) fn key_name(key: u8) -> String {
    format!("key-{key}")
}

/// Returns a moment some seconds from now.
pub(super) fn later(now: Timestamp, seconds: u64) -> Timestamp {
    now.plus(std::time::Duration::from_secs(seconds))
}
