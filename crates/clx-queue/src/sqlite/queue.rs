//! The trait's calls: short ones pass to an operation, waiting ones loop over look and wait.

use std::time::{Duration, Instant};

use super::operation::{
    beat, cancel, claim, control, enqueue, finished, jobs, list, prune, retry, session, worker,
};
use super::wake::{Gate, Topic};
use super::{SqliteQueue, token};
use crate::error::QueueError;
use crate::event::Event;
use crate::ids::{JobId, SessionId, WorkerId};
use crate::job::{
    Attempt, CancelCounts, CancelTarget, FinishedJob, JobFilter, JobRecord, NewJob, Progress,
};
use crate::queue::{Counts, Pruned, Queue, Retention};
use crate::session::{NewSession, SessionRecord};
use crate::view::SessionFilter;
use crate::worker::{
    Activation, Beat, Claim, ClaimRequest, NewWorker, ProcessId, Released, WorkerExit, WorkerRecord,
};

impl Queue for SqliteQueue {
    fn open_session(&self, new: &NewSession) -> Result<SessionId, QueueError> {
        let token = token::random_hex().map_err(|source| clx_db::DbError::Directory {
            path: self.path().to_owned(),
            source,
        })?;
        let (new, doorbell) = (new.clone(), self.doorbell.name().to_owned());
        self.write(move |tx| session::open(tx, &new, &token, &doorbell))
    }

    fn close_session(&self, id: SessionId) -> Result<(), QueueError> {
        self.write(move |tx| session::close(tx, id, session::Ending::Closed)).map(|_| ())
    }

    fn abandon_session(&self, id: SessionId) -> Result<bool, QueueError> {
        self.write(move |tx| session::close(tx, id, session::Ending::Abandoned))
    }

    fn sessions(&self) -> Result<Vec<SessionRecord>, QueueError> {
        let all = SessionFilter { limit: u32::MAX, ..SessionFilter::default() };
        self.read(|reader| session::list(reader, &all))
    }

    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Result<Vec<JobId>, QueueError> {
        self.write(move |tx| enqueue::enqueue(tx, session, &jobs))
    }

    fn cancel(
        &self,
        session: SessionId,
        target: &CancelTarget,
        by: &str,
    ) -> Result<CancelCounts, QueueError> {
        let (target, by) = (target.clone(), by.to_owned());
        self.write(move |tx| cancel::cancel(tx, session, &target, &by))
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
        loop {
            let epoch = gate.epoch();
            let found = self.read(|reader| finished::finished(reader, session, after, limit))?;
            if !found.is_empty() || Instant::now() >= deadline {
                return Ok(found);
            }
            gate.wait(epoch, deadline);
        }
    }

    fn register_worker(&self, new: &NewWorker) -> Result<WorkerId, QueueError> {
        let new = new.clone();
        self.write(move |tx| worker::register(tx, &new))
    }

    fn activate_worker(
        &self,
        id: WorkerId,
        process: Option<ProcessId>,
    ) -> Result<Activation, QueueError> {
        let doorbell = self.doorbell.name().to_owned();
        self.write(move |tx| worker::activate(tx, id, process, &doorbell))
    }

    fn claim(&self, request: ClaimRequest) -> Result<Claim, QueueError> {
        let deadline = Instant::now() + request.wait;
        let worker = request.worker;
        let reports = !request.done.is_empty();
        let ClaimRequest { seq, free, wait, .. } = request;
        let again = move || ClaimRequest { worker, seq, free, done: Vec::new(), wait };
        let gate = self.ready_gate(worker)?;
        let mut epoch = gate.epoch();
        let mut claim = self.write(move |tx| claim::claim(tx, &request))?;
        // The answer to a report is not held back.
        while claim.jobs.is_empty()
            && !reports
            && !self.hub.is_nudged(worker)
            && self.wait_for_ready(worker, &gate, epoch, deadline)?
        {
            epoch = gate.epoch();
            let request = again();
            claim = self.write(move |tx| claim::claim(tx, &request))?;
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
        let progress = progress.to_vec();
        self.write(move |tx| beat::beat(tx, worker, &progress))?;
        loop {
            let epoch = gate.epoch();
            let requests = self.read(|reader| beat::cancel_requests(reader, worker))?;
            let cancel = requests.ok_or(QueueError::WorkerGone { worker })?;
            let over = Instant::now() >= deadline || self.hub.is_nudged(worker);
            if !cancel.is_empty() || over {
                return Ok(Beat { cancel });
            }
            gate.wait(epoch, deadline);
        }
    }

    fn nudge(&self, worker: WorkerId) {
        self.hub.nudge(worker);
    }

    fn remove_worker(&self, id: WorkerId, exit: &WorkerExit) -> Result<Released, QueueError> {
        let exit = exit.clone();
        let released = self.write(move |tx| worker::remove(tx, id, &exit));
        // Waiting calls of the worker find its row gone.
        self.hub.ring_all();
        self.hub.forget(id);
        released
    }

    fn set_paused(&self, job_type: &str, paused: bool) -> Result<(), QueueError> {
        let job_type = job_type.to_owned();
        self.write(move |tx| control::set_paused(tx, &job_type, paused))
    }

    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Result<(), QueueError> {
        let job_type = job_type.to_owned();
        self.write(move |tx| control::set_max_running(tx, &job_type, limit))
    }

    fn retry(&self, job: JobId) -> Result<JobId, QueueError> {
        self.write(move |tx| retry::retry(tx, job))
    }

    fn counts(&self, session: Option<SessionId>) -> Result<Counts, QueueError> {
        self.read(|reader| list::counts(reader, session))
    }

    fn job(&self, job: JobId) -> Result<Option<JobRecord>, QueueError> {
        self.read(|reader| list::job(reader, job))
    }

    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, QueueError> {
        self.read(|reader| jobs::jobs(reader, filter))
    }

    fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, QueueError> {
        self.read(|reader| list::attempts(reader, job))
    }

    fn workers(&self, session: Option<SessionId>) -> Result<Vec<WorkerRecord>, QueueError> {
        self.read(|reader| list::workers(reader, session))
    }

    fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.read(|reader| list::events(reader, after, limit))
    }

    fn prune(&self, retention: &Retention) -> Result<Pruned, QueueError> {
        let mut pruned = Pruned::default();
        loop {
            let bounds = retention.clone();
            let jobs = self.write(move |tx| prune::prune_jobs(tx, &bounds))?;
            let age = retention.events;
            let events = self.write(move |tx| prune::prune_events(tx, age))?;
            pruned.jobs += jobs;
            pruned.events += events;
            if jobs == 0 && events == 0 {
                pruned.sessions = self.write(|tx| prune::prune_sessions(tx))?;
                return Ok(pruned);
            }
        }
    }

    fn tidy_up(&self) -> Result<(), QueueError> {
        self.tidy()
    }
}

impl SqliteQueue {
    fn ready_gate(&self, worker: WorkerId) -> Result<std::sync::Arc<Gate>, QueueError> {
        if let Some(gate) = self.hub.place(worker) {
            return Ok(gate);
        }
        let place = self.read(|reader| claim::place(reader, worker))?;
        let place = place.ok_or(QueueError::WorkerGone { worker })?;
        let gate = self.hub.gate(Topic::Ready(place.session, place.job_type));
        self.hub.set_place(worker, &gate);
        Ok(gate)
    }

    /// Waits until a claim is worth its write lock; false when the time is over.
    fn wait_for_ready(
        &self,
        worker: WorkerId,
        gate: &Gate,
        epoch: u64,
        deadline: Instant,
    ) -> Result<bool, QueueError> {
        let rung = gate.wait(epoch, deadline);
        if self.hub.is_vanished() {
            self.committer.database().check_identity()?;
        }
        Ok(rung && !self.hub.is_nudged(worker))
    }
}
