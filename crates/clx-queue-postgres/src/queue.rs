//! The trait's calls: short ones pass to an operation, waiting ones loop over look and wait.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_queue::{
    Activation, Attempt, Beat, CancelCounts, CancelTarget, Claim, ClaimRequest, Counts, Event,
    FinishedJob, JobFilter, JobId, JobRecord, NewJob, NewSession, NewWorker, ProcessId, Progress,
    Pruned, Queue, QueueError, Released, Retention, SessionFilter, SessionId, SessionRecord,
    WorkerExit, WorkerId, WorkerRecord,
};

use crate::PostgresQueue;
use crate::error::{Failure, LONG_WAY};
use crate::hub::{Gate, JobType, Topic, lock};
use crate::operation::claim::{Call, Limits};
use crate::operation::{
    beat, cancel, claim, control, enqueue, finished, jobs, list, plain, prune, retry, session,
    worker,
};
use crate::token::fresh_token;
use crate::transaction::Effects;

impl Queue for PostgresQueue {
    fn open_session(&self, new: &NewSession) -> Result<SessionId, QueueError> {
        let token = fresh_token()?;
        let lease = self.server.session_lease;
        let id = self.write(|tx| session::open(tx, new, &token, lease))?;
        if let Some(leases) = &self.leases {
            leases.keep(id);
        }
        Ok(id)
    }

    fn close_session(&self, id: SessionId) -> Result<(), QueueError> {
        if let Some(leases) = &self.leases {
            leases.let_go(id);
        }
        self.write(|tx| session::close(tx, id, session::Ending::Closed)).map(|_| ())
    }

    fn abandon_session(&self, id: SessionId) -> Result<bool, QueueError> {
        self.write(|tx| session::close(tx, id, session::Ending::Abandoned))
    }

    fn sessions(&self) -> Result<Vec<SessionRecord>, QueueError> {
        let all = SessionFilter { limit: u32::MAX, ..SessionFilter::default() };
        self.server.read(|tx| session::list(tx, &all))
    }

    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Result<Vec<JobId>, QueueError> {
        let types = self.job_types(jobs.iter().map(|job| job.job_type.as_str()))?;
        if plain::is_plain(&jobs) {
            return self.enqueue_plain(session, &jobs, &types);
        }
        self.write(|tx| enqueue::enqueue(tx, session, &jobs, &types))
    }

    fn cancel(
        &self,
        session: SessionId,
        target: &CancelTarget,
        by: &str,
    ) -> Result<CancelCounts, QueueError> {
        self.write(|tx| cancel::cancel(tx, session, target, by))
    }

    fn finished(
        &self,
        session: SessionId,
        after: i64,
        limit: u32,
        wait: Duration,
    ) -> Result<Vec<FinishedJob>, QueueError> {
        let deadline = Instant::now() + wait;
        let gate = self.hub.gate(Topic::Finished(session));
        let function = self.server.qualified("collect");
        loop {
            let epoch = gate.epoch();
            // What an owner has seen is on disk, so that it is never seen again as another's.
            let limits = limits(self.server.clock(), self.server.owners_limits());
            let found = self.call(|client| {
                finished::collect(client, &function, (session, after, limit), &limits)
            })?;
            if !found.is_empty() || !gate.wait(None, epoch, deadline) {
                return Ok(found);
            }
        }
    }

    fn register_worker(&self, new: &NewWorker) -> Result<WorkerId, QueueError> {
        let job_type = self.job_type(&new.job_type)?;
        self.write(|tx| worker::register(tx, new, job_type))
    }

    fn activate_worker(
        &self,
        id: WorkerId,
        process: Option<ProcessId>,
    ) -> Result<Activation, QueueError> {
        self.write(|tx| worker::activate(tx, id, process))
    }

    fn claim(&self, request: ClaimRequest) -> Result<Claim, QueueError> {
        let deadline = Instant::now() + request.wait;
        let worker = request.worker;
        let gate = self.ready_gate(worker)?;
        let mut epoch = gate.epoch();
        let mut claim = self.exchange(&request)?;
        // The answer to a report is not held back.
        while claim.jobs.is_empty()
            && request.done.is_empty()
            && !self.hub.is_nudged(worker)
            && gate.wait(Some(worker), epoch, deadline)
        {
            if self.hub.is_nudged(worker) {
                // What it was woken for is another's.
                gate.ring(1);
                break;
            }
            epoch = gate.epoch();
            claim = self.exchange(&request)?;
        }
        Ok(claim)
    }

    fn beat(
        &self,
        worker: WorkerId,
        progress: &[Progress],
        wait: Duration,
    ) -> Result<Beat, QueueError> {
        let deadline = Instant::now() + wait;
        let gate = self.hub.gate(Topic::Worker(worker));
        let mut epoch = gate.epoch();
        let function = self.server.qualified("beat");
        let limits = limits(self.server.clock(), self.server.workers_limits());
        let mut requests =
            self.call(|client| beat::beat(client, &function, (worker, progress), &limits))?;
        let function = self.server.qualified("cancel_requests");
        loop {
            let cancel = requests.ok_or(QueueError::WorkerGone { worker })?;
            let over = !cancel.is_empty() || self.hub.is_nudged(worker);
            if over || !gate.wait(Some(worker), epoch, deadline) {
                return Ok(Beat { cancel });
            }
            epoch = gate.epoch();
            requests = self.call(|client| beat::cancel_requests(client, &function, worker))?;
        }
    }

    fn nudge(&self, worker: WorkerId) {
        self.hub.nudge(worker);
    }

    fn remove_worker(&self, id: WorkerId, exit: &WorkerExit) -> Result<Released, QueueError> {
        // Waiting calls of the worker are woken with the rest and find its row gone.
        let released = self.write(|tx| worker::remove(tx, id, exit));
        self.hub.forget(id);
        released
    }

    fn set_paused(&self, job_type: &str, paused: bool) -> Result<(), QueueError> {
        let job_type = self.job_type(job_type)?;
        self.write(|tx| control::set_paused(tx, job_type, paused))
    }

    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Result<(), QueueError> {
        let job_type = self.job_type(job_type)?;
        self.write(|tx| control::set_max_running(tx, job_type, limit))
    }

    fn retry(&self, job: JobId) -> Result<JobId, QueueError> {
        self.write(|tx| retry::retry(tx, job))
    }

    fn counts(&self, session: Option<SessionId>) -> Result<Counts, QueueError> {
        self.server.read(|tx| list::counts(tx, session))
    }

    fn job(&self, job: JobId) -> Result<Option<JobRecord>, QueueError> {
        self.server.read(|tx| list::job(tx, job))
    }

    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, QueueError> {
        self.server.read(|tx| jobs::jobs(tx, filter))
    }

    fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, QueueError> {
        self.server.read(|tx| list::attempts(tx, job))
    }

    fn workers(&self, session: Option<SessionId>) -> Result<Vec<WorkerRecord>, QueueError> {
        self.server.read(|tx| list::workers(tx, session))
    }

    fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.server.read(|tx| list::events(tx, after, limit))
    }

    fn prune(&self, retention: &Retention) -> Result<Pruned, QueueError> {
        let mut pruned = Pruned::default();
        loop {
            let jobs = self.write(|tx| prune::prune_jobs(tx, retention))?;
            let events = self.write(|tx| prune::prune_events(tx, retention.events))?;
            pruned.jobs += jobs;
            pruned.events += events;
            if jobs == 0 && events == 0 {
                pruned.sessions = self.write(prune::prune_sessions)?;
                return Ok(pruned);
            }
        }
    }

    fn tidy_up(&self) -> Result<(), QueueError> {
        self.results().prune()
    }
}

impl PostgresQueue {
    /// Reports and claims, in one round trip where that does.
    fn exchange(&self, request: &ClaimRequest) -> Result<Claim, QueueError> {
        let function = self.server.qualified("claim");
        if let Some(call) = Call::plain(request) {
            let limits = limits(self.server.clock(), self.server.workers_limits());
            match self.server.call(|client| call.run(client, &function, &limits)) {
                Ok(answer) => {
                    let (claim, effects) = answer.or_refusal(request.worker, request.seq)?;
                    self.wake(&effects);
                    return Ok(claim);
                }
                Err(failure) if asks_for_the_long_way(&failure) => {}
                Err(failure) => return Err(failure.at(&self.server.address)),
            }
        }
        self.write(|tx| claim::the_long_way(tx, request, &function))
    }

    /// Enqueues in one round trip, also if its answer was lost once.
    fn enqueue_plain(
        &self,
        session: SessionId,
        jobs: &[NewJob],
        types: &HashMap<String, JobType>,
    ) -> Result<Vec<JobId>, QueueError> {
        let token = fresh_token()?;
        let types = plain::types_of(jobs, types);
        let batch = plain::Batch { token: &token, session, jobs, types };
        let function = self.server.qualified("enqueue");
        let limits = limits(self.server.clock(), self.server.owners_limits());
        let ids = self
            .server
            .call(|client| plain::enqueue(client, &function, &batch, &limits))
            .map_err(|failure| plain::refusal(failure, session).at(&self.server.address))?;
        self.wake(&plain::effects(&batch));
        Ok(ids)
    }

    fn ready_gate(&self, worker: WorkerId) -> Result<Arc<Gate>, QueueError> {
        if let Some(gate) = self.hub.place(worker) {
            return Ok(gate);
        }
        let place = self.server.read(|tx| claim::place(tx, worker))?;
        let (session, job_type) = place.ok_or(QueueError::WorkerGone { worker })?;
        let gate = self.hub.gate(Topic::Ready(session, job_type));
        self.hub.set_place(worker, &gate);
        Ok(gate)
    }

    fn job_type(&self, name: &str) -> Result<JobType, QueueError> {
        Ok(self.job_types([name])?.get(name).copied().unwrap_or(JobType(0)))
    }

    /// Returns the rows of types, which never change; new names get one.
    fn job_types<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<HashMap<String, JobType>, QueueError> {
        let mut found = HashMap::new();
        for name in names {
            if found.contains_key(name) {
                continue;
            }
            let known = lock(&self.types).get(name).copied();
            let job_type = match known {
                Some(known) => known,
                None => {
                    let (job_type, _) = self.server.write(|tx| control::job_type(tx, name))?;
                    lock(&self.types).insert(name.to_owned(), job_type);
                    job_type
                }
            };
            found.insert(name.to_owned(), job_type);
        }
        Ok(found)
    }

    /// Runs a writing operation and wakes whom it concerns.
    fn write<T>(
        &self,
        operation: impl FnMut(&mut crate::transaction::Tx<'_>) -> Result<T, Failure>,
    ) -> Result<T, QueueError> {
        let (answer, effects) = self.server.write(operation)?;
        self.wake(&effects);
        Ok(answer)
    }

    pub(crate) fn call<T>(
        &self,
        call: impl FnMut(&mut postgres::Client) -> Result<T, postgres::Error>,
    ) -> Result<T, QueueError> {
        self.server.call(call).map_err(|failure| failure.at(&self.server.address))
    }

    fn wake(&self, effects: &Effects) {
        self.upkeep.shared().wake(effects);
    }
}

fn limits<'l>(clock: Option<i64>, (commit, lock_ms): (&'l str, &'l str)) -> Limits<'l> {
    Limits { clock, commit: Some(commit), lock_ms: Some(lock_ms) }
}

fn asks_for_the_long_way(failure: &Failure) -> bool {
    matches!(failure, Failure::Postgres(error)
        if error.code().is_some_and(|code| code.code() == LONG_WAY))
}
