//! What the pool manager tells. Principal type: [`PoolEvent`].

use clx_queue::{Released, WorkerId};

/// Something happened to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolEvent {
    /// A worker was started.
    Started {
        /// Its kind.
        kind: String,
        /// The worker.
        worker: WorkerId,
        /// Name of its thread, process or container.
        external_id: String,
    },
    /// A worker ended unasked; its jobs went back.
    Lost {
        /// Its kind.
        kind: String,
        /// The worker.
        worker: WorkerId,
        /// How it ended, in words.
        how: String,
        /// What became of its jobs.
        released: Released,
    },
    /// Something happened to a worker that lives on.
    Noted {
        /// Its kind.
        kind: String,
        /// The worker.
        worker: WorkerId,
        /// What happened, in words.
        note: String,
    },
    /// A worker could not be started.
    StartFailed {
        /// Its kind.
        kind: String,
        /// Why, in words.
        why: String,
    },
    /// A kind has no worker left and none will be started: its jobs cannot be done.
    Exhausted {
        /// The kind.
        kind: String,
        /// Why the last worker ended.
        why: String,
    },
}
