//! The queue over the gateway.

use std::time::Duration;

use clx_queue::{
    Activation, Attempt, Beat, CancelCounts, CancelTarget, Claim, ClaimRequest, Counts, Event,
    FinishedJob, JobFilter, JobId, JobRecord, JobState, NewJob, NewSession, NewWorker, ProcessId,
    Progress, Pruned, Queue, QueueError, Released, Retention, SessionId, SessionRecord, WorkerExit,
    WorkerId, WorkerRecord,
};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{GatewayClient, GatewayError};
use crate::protocol::{BeatRequest, OwnerCall, Problem};

impl From<GatewayError> for QueueError {
    fn from(error: GatewayError) -> Self {
        let message = error.to_string();
        match error {
            GatewayError::Refused { problem: Problem::Queue { error }, .. } => error.into(),
            GatewayError::Refused {
                problem: Problem::Failed { message, is_transient }, ..
            } => Self::Remote { message, is_transient },
            // The client has been patient for as long as a lease lasts.
            GatewayError::Refused { .. }
            | GatewayError::Unreachable { .. }
            | GatewayError::Thread { .. }
            | GatewayError::Version { .. }
            | GatewayError::Answer { .. } => Self::Remote { message, is_transient: false },
        }
    }
}

impl GatewayClient {
    fn of_worker<T: DeserializeOwned>(
        &self,
        worker: WorkerId,
        call: &str,
        body: &impl Serialize,
    ) -> Result<T, QueueError> {
        let path = format!("/v1/workers/{worker}/{call}");
        Ok(self.repeatable(Method::POST, path, body)?)
    }

    fn of_owner<T: DeserializeOwned>(
        &self,
        method: &str,
        call: &OwnerCall,
    ) -> Result<T, QueueError> {
        Ok(self.once(&format!("/v1/queue/{method}"), call)?)
    }
}

impl Queue for GatewayClient {
    fn open_session(&self, new: &NewSession) -> Result<SessionId, QueueError> {
        self.of_owner("open_session", &OwnerCall::OpenSession { new: new.clone() })
    }

    fn close_session(&self, session: SessionId) -> Result<(), QueueError> {
        self.of_owner("close_session", &OwnerCall::CloseSession { session })
    }

    fn abandon_session(&self, session: SessionId) -> Result<bool, QueueError> {
        self.of_owner("abandon_session", &OwnerCall::AbandonSession { session })
    }

    fn sessions(&self) -> Result<Vec<SessionRecord>, QueueError> {
        self.of_owner("sessions", &OwnerCall::Sessions)
    }

    fn enqueue(&self, session: SessionId, jobs: Vec<NewJob>) -> Result<Vec<JobId>, QueueError> {
        self.of_owner("enqueue", &OwnerCall::Enqueue { session, jobs })
    }

    fn cancel(
        &self,
        session: SessionId,
        target: &CancelTarget,
        by: &str,
    ) -> Result<CancelCounts, QueueError> {
        let (target, by) = (target.clone(), by.to_owned());
        self.of_owner("cancel", &OwnerCall::Cancel { session, target, by })
    }

    fn finished(
        &self,
        session: SessionId,
        after: i64,
        limit: u32,
        wait: Duration,
    ) -> Result<Vec<FinishedJob>, QueueError> {
        self.of_owner("finished", &OwnerCall::Finished { session, after, limit, wait })
    }

    fn register_worker(&self, new: &NewWorker) -> Result<WorkerId, QueueError> {
        self.of_owner("register_worker", &OwnerCall::RegisterWorker { new: new.clone() })
    }

    fn activate_worker(
        &self,
        worker: WorkerId,
        process: Option<ProcessId>,
    ) -> Result<Activation, QueueError> {
        self.of_worker(worker, "live", &process)
    }

    fn claim(&self, request: ClaimRequest) -> Result<Claim, QueueError> {
        self.of_worker(request.worker, "claim", &request)
    }

    fn beat(
        &self,
        worker: WorkerId,
        progress: &[Progress],
        wait: Duration,
    ) -> Result<Beat, QueueError> {
        let beat = BeatRequest { progress: progress.to_vec(), wait };
        self.of_worker(worker, "beat", &beat)
    }

    fn nudge(&self, worker: WorkerId) {
        // A gateway that cannot be reached does not hold the calls either.
        let _unreachable: Result<(), _> = self.of_worker(worker, "nudge", &());
    }

    fn remove_worker(&self, worker: WorkerId, exit: &WorkerExit) -> Result<Released, QueueError> {
        Ok(self.repeatable(Method::DELETE, format!("/v1/workers/{worker}"), exit)?)
    }

    fn set_paused(&self, job_type: &str, paused: bool) -> Result<(), QueueError> {
        let job_type = job_type.to_owned();
        self.of_owner("set_paused", &OwnerCall::SetPaused { job_type, paused })
    }

    fn set_max_running(&self, job_type: &str, limit: Option<u32>) -> Result<(), QueueError> {
        let job_type = job_type.to_owned();
        self.of_owner("set_max_running", &OwnerCall::SetMaxRunning { job_type, limit })
    }

    fn retry(&self, job: JobId) -> Result<JobId, QueueError> {
        self.of_owner("retry", &OwnerCall::Retry { job })
    }

    fn counts(&self, session: Option<SessionId>) -> Result<Counts, QueueError> {
        let counts: Vec<(JobState, u64)> =
            self.of_owner("counts", &OwnerCall::Counts { session })?;
        Ok(counts.into_iter().collect())
    }

    fn job(&self, job: JobId) -> Result<Option<JobRecord>, QueueError> {
        self.of_owner("job", &OwnerCall::Job { job })
    }

    fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>, QueueError> {
        self.of_owner("jobs", &OwnerCall::Jobs { filter: filter.clone() })
    }

    fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, QueueError> {
        self.of_owner("attempts", &OwnerCall::Attempts { job })
    }

    fn workers(&self, session: Option<SessionId>) -> Result<Vec<WorkerRecord>, QueueError> {
        self.of_owner("workers", &OwnerCall::Workers { session })
    }

    fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.of_owner("events", &OwnerCall::Events { after, limit })
    }

    fn prune(&self, retention: &Retention) -> Result<Pruned, QueueError> {
        self.of_owner("prune", &OwnerCall::Prune { retention: retention.clone() })
    }
}
