//! The job queue: crash-safe, in one SQLite file, for many processes, with no server.
//!
//! It knows sessions (one build, watch or daemon), workers and jobs; it knows nothing of courses,
//! containers or async runtimes. A job has a type, a payload of bytes and a state:
//!
//! ```text
//!             ┌─────────┐ needs done  ┌───────────┐ due   ┌───────┐ claim ┌─────────┐
//! enqueue ──▶ │ blocked │────────────▶│ scheduled │──────▶│ ready │──────▶│ running │
//!             └─────────┘             └───────────┘       └───────┘       └─────────┘
//!                                           ▲    retry with back-off, lost worker │
//!                                           └─────────────────────────────────────┤
//!                             completed │ failed │ cancelled │ dead  ◀────────────┘
//! ```
//!
//! Who does what: a producer opens a session and enqueues; a worker is registered by whoever starts
//! it, goes live, claims, beats while it works, and reports with its next claim; the owner of the
//! session collects what finished. Every report is fenced by (job, worker, attempt): whoever lost
//! the job meanwhile changes nothing. Execution is at least once, acceptance exactly once.
//!
//! Principal types: [`Queue`] (the trait), [`QueueView`] (what people look at), [`SqliteQueue`] (their
//! implementation).
//!
//! ```
//! use std::time::Duration;
//! use clx_queue::*;
//! let dir = tempfile::tempdir()?;
//! let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default())?;
//! let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, ""))?;
//! let job = queue.enqueue(session, vec![NewJob::new("greet", "greeting 1", b"world".into())])?[0];
//!
//! let worker = queue.register_worker(&NewWorker::new(session, "greet", WorkerMode::InProcess))?;
//! queue.activate_worker(worker, None)?;
//! let mut seat = Seat::new(worker);
//! let claimed = seat.claim(&queue, vec![], Duration::ZERO)?.jobs.remove(0);
//! assert_eq!((claimed.id, &claimed.payload[..]), (job, &b"world"[..]));
//! seat.claim(&queue, vec![claimed.completed(b"hello world".into())], Duration::ZERO)?;
//!
//! let finished = queue.finished(session, 0, 10, Duration::ZERO)?;
//! assert_eq!(finished[0].result.as_deref(), Some(&b"hello world"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod error;
mod event;
mod ids;
mod job;
pub mod policy;
mod queue;
mod session;
mod sqlite;
mod state;
mod view;
mod worker;

pub use error::QueueError;
pub use event::{Event, EventType};
pub use ids::{JobId, SessionId, WorkerId};
pub use job::{
    Attempt, CancelCounts, CancelTarget, FinishedJob, JobFilter, JobRecord, Need, NewJob,
    OnConflict, OnFailure, Progress, UniqueKey,
};
pub use queue::{Counts, Pruned, Queue, Retention};
pub use session::{NewSession, Owner, SessionRecord, SessionRole, SessionState};
pub use sqlite::{SqliteOptions, SqliteQueue};
pub use state::{ErrorClass, JobState, WorkerMode, WorkerState};
pub use view::{Minute, Place, QueueView, SessionFilter, Total};
pub use worker::{
    Activation, Beat, Claim, ClaimRequest, ClaimedJob, Completion, NewWorker, Outcome, ProcessId,
    Released, Seat, WorkerExit, WorkerRecord,
};
