//! What people look at, read from the file.

use clx_core::Timestamp;

use super::SqliteQueue;
use super::operation::{jobs, list, overview, session};
use crate::error::QueueError;
use crate::event::Event;
use crate::ids::{JobId, SessionId};
use crate::job::{JobFilter, JobRecord};
use crate::session::SessionRecord;
use crate::view::{Minute, Place, QueueView, SessionFilter, Total};

impl QueueView for SqliteQueue {
    fn place(&self) -> Place {
        Place::File(self.path().to_owned())
    }

    fn change_counter(&self) -> Result<u64, QueueError> {
        self.count_changes()
    }

    fn list_sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRecord>, QueueError> {
        self.read(|reader| session::list(reader, filter))
    }

    fn totals(&self, session: Option<SessionId>) -> Result<Vec<Total>, QueueError> {
        self.read(|reader| overview::totals(reader, session))
    }

    fn minutes(
        &self,
        session: Option<SessionId>,
        since: Timestamp,
    ) -> Result<Vec<Minute>, QueueError> {
        self.read(|reader| overview::minutes(reader, session, since))
    }

    fn oldest_ready(&self) -> Result<Option<Timestamp>, QueueError> {
        self.read(overview::oldest_ready)
    }

    fn lately_finished(&self, limit: u32) -> Result<Vec<JobRecord>, QueueError> {
        self.read(|reader| overview::lately_finished(reader, limit))
    }

    fn latest_events(&self, limit: u32) -> Result<Vec<Event>, QueueError> {
        self.read(|reader| list::latest_events(reader, limit))
    }

    fn count_jobs(&self, filter: &JobFilter) -> Result<u64, QueueError> {
        self.read(|reader| jobs::count(reader, filter))
    }

    fn payload(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError> {
        self.read(|reader| overview::payload(reader, job))
    }

    fn result(&self, job: JobId) -> Result<Option<Vec<u8>>, QueueError> {
        self.read(|reader| overview::result(reader, job))
    }
}
