//! What people look at, read from the server.

use clx_core::Timestamp;
use clx_queue::{
    Event, JobFilter, JobId, JobRecord, Minute, Place, QueueError, QueueView, SessionFilter,
    SessionId, SessionRecord, Total,
};

use crate::PostgresQueue;
use crate::operation::{jobs, list, overview, session};

impl QueueView for PostgresQueue {
    fn place(&self) -> Place {
        Place::Server(self.server.address.to_string())
    }

    fn change_counter(&self) -> Result<u64, QueueError> {
        self.call(overview::written)
    }

    fn list_sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRecord>, QueueError> {
        self.server.read(|tx| session::list(tx, filter))
    }

    fn totals(&self, session: Option<SessionId>) -> Result<Vec<Total>, QueueError> {
        self.server.read(|tx| overview::totals(tx, session))
    }

    fn minutes(
        &self,
        session: Option<SessionId>,
        since: Timestamp,
    ) -> Result<Vec<Minute>, QueueError> {
        self.server.read(|tx| overview::minutes(tx, session, since))
    }

    fn oldest_ready(&self) -> Result<Option<Timestamp>, QueueError> {
        self.server.read(overview::oldest_ready)
    }

    fn lately_finished(&self, limit: u32) -> Result<Vec<JobRecord>, QueueError> {
        self.server.read(|tx| overview::lately_finished(tx, limit))
    }

    fn latest_events(&self, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.server.read(|tx| list::latest_events(tx, limit))
    }

    fn count_jobs(&self, filter: &JobFilter) -> Result<u64, QueueError> {
        self.server.read(|tx| jobs::count(tx, filter))
    }

    fn payload(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError> {
        self.server.read(|tx| overview::payload(tx, job))
    }

    fn result(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError> {
        self.server.read(|tx| overview::result(tx, job))
    }
}
