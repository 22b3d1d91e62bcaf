//! The worker base: claims jobs, beats while it works, stops on request, reports.
//!
//! Whoever starts a worker registers it in the queue and hands its id over; the worker goes live
//! and loops until it is told to stop or finds its row gone:
//!
//! ```text
//! activate ─▶ claim (waits) ─▶ JobHandler::handle ─▶ report + claim next ─▶ … ─▶ remove own row
//!               beat thread: lease, progress out; cancel requests in
//! ```
//!
//! A handler gets a payload and returns an [`Answer`] or a [`JobFailure`]; it never sees the queue. Its
//! future is dropped when the job is cancelled or its deadline passes, and whatever it holds (a
//! kernel, a child process) must end with it. A panic fails the job, not the worker.
//!
//! Principal types: [`Worker`], [`JobHandler`], [`JobContext`], [`StopSignal`].
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use clx_queue::*;
//! use clx_worker::{HandlerFuture, Job, JobContext, JobHandler, Stop, StopSignal, Worker};
//!
//! struct Shout;
//!
//! impl JobHandler for Shout {
//!     fn handle<'a>(&'a self, job: Job<'a>, _context: &'a JobContext) -> HandlerFuture<'a> {
//!         Box::pin(async move { Ok(job.payload.to_ascii_uppercase().into()) })
//!     }
//! }
//!
//! let dir = tempfile::tempdir()?;
//! let queue = Arc::new(SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?);
//! let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;
//! let id = queue.register_worker(&NewWorker::new(session, "shout", WorkerMode::InProcess))?;
//! let (runtime, stop) = (tokio::runtime::Runtime::new()?, StopSignal::default());
//! let worker = Worker {
//!     queue: Arc::clone(&queue) as Arc<dyn Queue>,
//!     id,
//!     process: None,
//!     handler: Arc::new(Shout),
//!     runtime: runtime.handle().clone(),
//!     stop: stop.clone(),
//! };
//! let working = std::thread::spawn(move || worker.run());
//!
//! queue.enqueue(session, vec![NewJob::new("shout", "greeting", b"hello".into())])?;
//! let finished = queue.finished(session, 0, 1, Duration::from_secs(30))?;
//! assert_eq!(finished[0].result.as_deref(), Some(&b"HELLO"[..]));
//! stop.request(Stop::Gracefully);
//! working.join().expect("it does not panic")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod context;
mod failure;
mod heartbeat;
mod step_job;
mod stop;
mod worker;

pub use answer::Answer;
pub use context::JobContext;
pub use failure::JobFailure;
pub use step_job::StepJob;
pub use stop::{Stop, StopSignal};
pub use worker::{HandlerFuture, Job, JobHandler, Worker, WorkerError};
