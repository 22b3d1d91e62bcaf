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
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use clx_pool::{Executor, InProcess, PoolManager, PoolSettings};
//! use clx_queue::{NewJob, NewSession, Queue, SqliteOptions, SqliteQueue};
//! # use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};
//! # struct Shout;
//! # impl JobHandler for Shout {
//! #     fn handle<'a>(&'a self, job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
//! #         Box::pin(async move { Ok(job.payload.to_ascii_uppercase().into()) })
//! #     }
//! # }
//! let dir = tempfile::tempdir()?;
//! let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?;
//! let queue: Arc<dyn Queue> = Arc::new(queue);
//! let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;
//! queue.enqueue(session, vec![NewJob::new("shout", "greeting", b"hello".into())])?;
//!
//! // `Shout` is a `clx_worker::JobHandler`. Four threads at most, and one is enough.
//! let runtime = tokio::runtime::Runtime::new()?;
//! let threads = InProcess::new(Arc::clone(&queue), runtime.handle().clone(), || Arc::new(Shout));
//! let kinds = vec![("shout".to_owned(), Arc::new(threads) as Arc<dyn Executor>, 4)];
//! let settings = PoolSettings::default();
//! let pool = PoolManager::start(Arc::clone(&queue), session, kinds, settings, |_event| {})?;
//! pool.ensure("shout", 1);
//! let finished = queue.finished(session, 0, 1, Duration::from_secs(30))?;
//! assert_eq!(finished[0].result.as_deref(), Some(&b"HELLO"[..]));
//! pool.stop(Duration::from_secs(5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Workers in containers are given a directory each:
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
