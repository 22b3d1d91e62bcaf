//! The pool manager: starts workers when there is work, notices every death at once, replaces the
//! dead with a back-off, and leaves nothing behind.
//!
//! One thread owns all state. It hears of ended workers from their executors (a joined thread, an
//! exited process), not from guesses about load; leases are the last resort for a worker that
//! lives but no longer beats.
//!
//! ```text
//! ensure(kind, n) ─▶ register in queue ─▶ Executor::start ─▶ running
//!                                              ▲                 │ exited unasked, lease over
//!                                   back-off ──┘◀── remove row ◀─┘ (jobs go back at once)
//! ```
//!
//! Principal types: [`PoolManager`], [`Executor`].

mod docker;
mod event;
mod executor;
mod exit;
mod in_process;
mod lease;
mod lending;
mod manager;
mod message;
mod process;
mod settings;
mod state;

pub use docker::{
    Admission, Docker, DockerSettings, Engine, EngineError, Network, ReapedContainers, User, reap,
};
pub use event::PoolEvent;
pub use executor::{Executor, ExitReporter, RunningWorker, StartError};
pub use exit::Exit;
pub use in_process::InProcess;
pub use lending::{LendingQueue, LendingWatch};
pub use manager::PoolManager;
pub use process::Process;
pub use settings::PoolSettings;
