//! What the manager's thread is told. Principal type: [`Message`].

use std::time::Duration;

use clx_queue::WorkerId;

use crate::exit::Exit;

/// What the manager's thread is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// Have so many workers of a kind, as far as its pool allows.
    Ensure(String, u32),
    /// A worker has ended.
    Exited(WorkerId, Exit),
    /// Something happened to a worker that lives on; the sentence says what.
    Noted(WorkerId, String),
    /// Stop all within the grace time.
    Stop(Duration),
}
