//! Sessions of this process and of processes that died. Principal functions: [`open_session`],
//! [`reap_dead_sessions`].

use std::path::Path;

use clx_process::ProcessIdentity;
use clx_queue::{NewSession, Owner, Queue, QueueError, SessionId, SessionRole, SessionState};

/// Opens a session owned by this process.
///
/// # Errors
/// As [`Queue::open_session`].
pub fn open_session(
    queue: &dyn Queue,
    root: &Path,
    role: SessionRole,
    note: &str,
) -> Result<SessionId, QueueError> {
    let new = NewSession::new(this_process(), root);
    queue.open_session(&NewSession { role, note: note.to_owned(), ..new })
}

/// Returns this process as the owner of sessions.
#[must_use]
pub fn this_process() -> Owner {
    match ProcessIdentity::of_this_process() {
        Some(own) => Owner { pid: own.pid, start: own.start, boot_id: own.boot_id },
        // Without `/proc` nobody can tell whether we live, so nobody closes our session for us.
        None => Owner { pid: std::process::id(), start: 0, boot_id: String::new() },
    }
}

/// Tells whether a process that owns sessions is dead; one of which too little is known lives.
#[must_use]
pub fn is_dead(owner: &Owner) -> bool {
    let Owner { pid, start, boot_id } = owner.clone();
    !boot_id.is_empty() && !ProcessIdentity { pid, start, boot_id }.is_alive()
}

/// What was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reaped {
    /// Sessions whose owner had died.
    pub sessions: u32,
}

/// Closes sessions whose owner is dead: their waiting jobs are cancelled, their workers removed.
/// Sessions of living processes are not touched.
///
/// # Errors
/// As [`Queue::abandon_session`].
pub fn reap_dead_sessions(queue: &dyn Queue) -> Result<Reaped, QueueError> {
    let mut reaped = Reaped::default();
    for session in queue.sessions()? {
        if session.state == SessionState::Open
            && is_dead(&session.owner)
            && queue.abandon_session(session.id)?
        {
            reaped.sessions += 1;
        }
    }
    Ok(reaped)
}
