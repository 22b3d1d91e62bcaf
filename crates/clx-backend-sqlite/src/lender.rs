//! The pool whose workers a build borrows. Principal type: [`Lender`].

use std::time::{Duration, Instant};

use clx_core::BackendError;
use clx_queue::{Queue, SessionId, SessionRecord, SessionRole, SessionState};

use crate::failure::queue_error;
use crate::sessions::is_dead;

/// How often it is looked whether the pool lives.
const INTERVAL: Duration = Duration::from_secs(1);

/// A pool that is expected to go on.
#[derive(Debug)]
pub(crate) struct Lender {
    session: SessionId,
    next_look: Instant,
}

impl Lender {
    pub(crate) fn new(session: SessionId) -> Self {
        Self { session, next_look: Instant::now() + INTERVAL }
    }

    /// Fails if the pool has ended.
    pub(crate) fn check(&mut self, queue: &dyn Queue) -> Result<(), BackendError> {
        if Instant::now() < self.next_look {
            return Ok(());
        }
        self.next_look = Instant::now() + INTERVAL;
        let pools = running_pools(queue)?;
        if pools.iter().any(|pool| pool.id == self.session) {
            return Ok(());
        }
        let message = "the pool that did the work has ended".to_owned();
        Err(BackendError::Failed { message, environment: true })
    }
}

/// Returns the pools that keep workers for other sessions of the file, the newest first.
///
/// # Errors
/// [`BackendError::Failed`].
pub fn running_pools(queue: &dyn Queue) -> Result<Vec<SessionRecord>, BackendError> {
    let mut sessions = queue.sessions().map_err(|error| queue_error(&error))?;
    sessions.retain(|session| {
        session.role == SessionRole::Pool
            && session.state == SessionState::Open
            && !is_dead(&session.owner)
    });
    Ok(sessions)
}
