//! Whose workers a build borrows. Principal type: [`Lender`].

use std::time::{Duration, Instant};

use clx_core::BackendError;
use clx_queue::{Queue, SessionId, SessionRecord, SessionRole, SessionState};

use crate::failure::queue_error;
use crate::sessions::is_dead;

/// How often it is looked whether the pool lives.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a build waits for hosts when there are none any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose workers a build borrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lender {
    /// Those of this pool: without it the build fails.
    Pool(SessionId),
    /// Those of any pool; hosts come and go.
    AnyPool,
}

/// Lenders that are expected to go on.
#[derive(Debug)]
pub(crate) struct LenderWatch {
    lender: Lender,
    next_look: Instant,
    last_seen: Instant,
}

impl LenderWatch {
    pub(crate) fn new(lender: Lender) -> Self {
        let now = Instant::now();
        Self { lender, next_look: now + INTERVAL, last_seen: now }
    }

    /// Fails if there is no lender any more.
    pub(crate) fn check(&mut self, queue: &dyn Queue) -> Result<(), BackendError> {
        let now = Instant::now();
        if now < self.next_look {
            return Ok(());
        }
        self.next_look = now + INTERVAL;
        let pools = running_pools(queue)?;
        let gone = match self.lender {
            Lender::Pool(session) if pools.iter().any(|pool| pool.id == session) => return Ok(()),
            Lender::Pool(_) => "the pool that did the work has ended".to_owned(),
            Lender::AnyPool if !pools.is_empty() => {
                self.last_seen = now;
                return Ok(());
            }
            Lender::AnyPool if now.duration_since(self.last_seen) < PATIENCE => return Ok(()),
            Lender::AnyPool => {
                format!("no host has worked for this queue for {} s", PATIENCE.as_secs())
            }
        };
        Err(BackendError::Failed { message: gone, environment: true })
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
