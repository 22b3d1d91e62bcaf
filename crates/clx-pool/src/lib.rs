//! The pool manager: starts workers when there is work, notices every death at once, replaces the
//! dead with a back-off, and leaves nothing behind.
//!
//! One thread owns all state. It hears of ended workers from their executors (a joined thread, an
//! exited process, an event of the container engine), not from guesses about load; leases are the
//! last resort for a worker that lives but no longer beats.
//!
//! ```text
//! ensure(kind, n) ─▶ register in queue ─▶ Executor::start ─▶ running
//!                                              ▲                 │ exited unasked, lease over
//!                                   back-off ──┘◀── remove row ◀─┘ (jobs go back at once)
//! ```
//!
//! | executor | a worker is | it is told to stop by | when the build is killed |
//! |---|---|---|---|
//! | [`InProcess`] | a thread | a signal in memory | it is gone, too |
//! | [`Process`] | a child process | `SIGTERM`, then `SIGKILL` | its lifeline ends |
//! | [`Docker`] | a container | the same | the next build's [`reap`] removes it |
//!
//! ```no_run
//! use std::sync::Arc;
//! use clx_pool::{Admission, Docker, DockerSettings, Engine, Executor};
//! # fn admit(
//! #     engine: &Engine,
//! #     owner: clx_queue::Owner,
//! #     sockets: std::path::PathBuf,
//! # ) -> Arc<dyn Executor> {
//! let settings = DockerSettings::new("notebook", "clx-notebook:lite", "5f0c…", owner);
//! // A directory for each worker; what is given as guard closes the socket when it is dropped.
//! let admit = move |worker: clx_queue::WorkerId| {
//!     let directory = sockets.join(worker.to_string());
//!     Ok(Admission::socket(directory, ()))
//! };
//! Arc::new(Docker::new(engine.clone(), settings, admit))
//! # }
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
pub use lending::{Lending, LendingQueue, LendingWatch, Terms};
pub use manager::PoolManager;
pub use process::Process;
pub use settings::PoolSettings;
