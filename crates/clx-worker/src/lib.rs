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
