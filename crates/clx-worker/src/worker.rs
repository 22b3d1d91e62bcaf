//! The claim loop. Principal types: [`Worker`], [`JobHandler`].

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use clx_core::Diagnostic;
use clx_queue::{
    ClaimedJob, Completion, ErrorClass, ProcessId, Queue, QueueError, Seat, WorkerExit, WorkerId,
};
use tokio::runtime::Handle;

use crate::answer::Answer;
use crate::context::JobContext;
use crate::failure::JobFailure;
use crate::heartbeat::Heartbeat;
use crate::stop::{Stop, StopSignal};

/// How long one claim waits before it is sent again.
const CLAIM_WAIT: Duration = Duration::from_secs(30);

/// Pause after a failed call to the queue, and how many in a row are endured.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
const MAX_QUEUE_ERRORS: u32 = 10;

/// What a handler gets.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// What people see, such as the source file.
    pub label: &'a str,
    /// Input as its producer wrote it.
    pub payload: &'a [u8],
}

/// The future of a handler.
pub type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Result<Answer, JobFailure>> + Send + 'a>>;

/// Works on one kind of jobs.
pub trait JobHandler: Send + Sync {
    /// Does the job. The future is dropped when the job is cancelled or its deadline passes;
    /// nothing it started may live on.
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a>;
}

/// Why a worker ended before it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The queue failed for good, or again and again.
    #[error("worker {worker} lost its queue")]
    Queue {
        /// The worker.
        worker: WorkerId,
        /// The last failure.
        source: QueueError,
    },
    /// The beat thread could not be started.
    #[error("worker {worker} could not start its beat thread")]
    Thread {
        /// The worker.
        worker: WorkerId,
        /// The reason.
        source: std::io::Error,
    },
}

/// A worker that is registered and about to go live.
pub struct Worker {
    /// The queue, through the handle that will wait for jobs.
    pub queue: Arc<dyn Queue>,
    /// The id under which it was registered.
    pub id: WorkerId,
    /// This process, if the worker is one.
    pub process: Option<ProcessId>,
    /// Works on the jobs.
    pub handler: Arc<dyn JobHandler>,
    /// Drives the handler's timers and I/O.
    pub runtime: Handle,
    /// Tells the worker to stop.
    pub stop: StopSignal,
}

impl Worker {
    /// Works until it is stopped or its row is gone; blocks, so give it a thread of its own.
    ///
    /// # Errors
    /// [`WorkerError::Queue`] if the queue cannot be reached any more. A row that is gone is no
    /// error: somebody else decided, and there is nothing left to do.
    pub fn run(self) -> Result<(), WorkerError> {
        let activation = match self.patiently(|| self.queue.activate_worker(self.id, self.process))
        {
            Err(QueueError::WorkerGone { .. }) => return Ok(()),
            other => other.map_err(|source| WorkerError::Queue { worker: self.id, source })?,
        };
        let heartbeat = Heartbeat::start(Arc::clone(&self.queue), self.id, activation.lease)
            .map_err(|source| WorkerError::Thread { worker: self.id, source })?;
        let (queue, id) = (Arc::clone(&self.queue), self.id);
        self.stop.on_request(move || queue.nudge(id));
        let ended = self.work(&heartbeat);
        drop(heartbeat);
        match ended {
            Err(QueueError::WorkerGone { .. }) => Ok(()),
            Err(source) => Err(WorkerError::Queue { worker: self.id, source }),
            Ok(()) => self
                .patiently(|| self.queue.remove_worker(self.id, &WorkerExit::Stopped))
                .map(|_| ())
                .map_err(|source| WorkerError::Queue { worker: self.id, source }),
        }
    }

    fn work(&self, heartbeat: &Heartbeat) -> Result<(), QueueError> {
        let mut seat = Seat::new(self.id);
        let mut done: Vec<Completion> = Vec::new();
        while self.stop.level() == Stop::No {
            let claim = self.patiently(|| seat.claim(&*self.queue, done.clone(), CLAIM_WAIT))?;
            done.clear();
            for job in claim.jobs {
                done.push(self.attempt(job, heartbeat));
            }
            if heartbeat.is_gone() {
                return Err(QueueError::WorkerGone { worker: self.id });
            }
        }
        if !done.is_empty() {
            self.patiently(|| seat.report(&*self.queue, done.clone()))?;
        }
        Ok(())
    }

    /// Repeats a call that failed for a reason that may pass.
    fn patiently<T>(
        &self,
        mut call: impl FnMut() -> Result<T, QueueError>,
    ) -> Result<T, QueueError> {
        let mut errors = 0;
        loop {
            match call() {
                Err(error) if error.is_transient() && errors < MAX_QUEUE_ERRORS => {
                    errors += 1;
                    self.runtime.block_on(async {
                        tokio::select! {
                            () = tokio::time::sleep(RETRY_PAUSE) => {}
                            () = self.stop.reached(Stop::Now) => {}
                        }
                    });
                }
                other => return other,
            }
        }
    }

    fn attempt(&self, job: ClaimedJob, heartbeat: &Heartbeat) -> Completion {
        let context = JobContext::new(job.id, job.attempt);
        heartbeat.set_current(Some(context.clone()));
        let ended = catch_unwind(AssertUnwindSafe(|| {
            self.runtime.block_on(self.run_handler(&job, &context))
        }));
        heartbeat.set_current(None);
        match ended {
            Ok(Ended::Result(Ok(Answer { result, partial: None }))) => job.completed(result),
            Ok(Ended::Result(Ok(Answer { result, partial: Some(why) }))) => {
                job.completed_in_part(result, why)
            }
            Ok(Ended::Result(Err(failure))) => fail(job, &failure),
            Ok(Ended::Cancelled) => job.cancelled(),
            Ok(Ended::Stopped) => job.returned(),
            Ok(Ended::TimedOut(limit)) => {
                let message = format!("it took longer than its limit of {limit:?}");
                fail(job, &failure(ErrorClass::Timeout, "CLX0302", "worker_timeout", message))
            }
            Err(panic) => {
                let message = format!("a bug in clx: the handler panicked: {}", text_of(&*panic));
                fail(job, &failure(ErrorClass::Internal, "CLX0305", "internal", message))
            }
        }
    }

    async fn run_handler(&self, job: &ClaimedJob, context: &JobContext) -> Ended {
        let input = Job { label: &job.label, payload: &job.payload };
        let work = self.handler.handle(input, context);
        tokio::select! {
            biased;
            result = work => Ended::Result(result),
            () = context.cancelled() => Ended::Cancelled,
            () = self.stop.reached(Stop::Now) => Ended::Stopped,
            limit = deadline(job.timeout) => Ended::TimedOut(limit),
        }
    }
}

enum Ended {
    Result(Result<Answer, JobFailure>),
    Cancelled,
    Stopped,
    TimedOut(Duration),
}

async fn deadline(limit: Option<Duration>) -> Duration {
    match limit {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            limit
        }
        None => std::future::pending().await,
    }
}

fn failure(class: ErrorClass, code: &str, category: &str, message: String) -> JobFailure {
    JobFailure::new(class, Diagnostic::error(code, category, message))
}

/// Reports a failure under the job's label where the handler named no place.
fn fail(job: ClaimedJob, failure: &JobFailure) -> Completion {
    let mut failure = failure.clone();
    for diagnostic in &mut failure.diagnostics {
        if diagnostic.location.is_none() {
            *diagnostic = diagnostic.clone().in_file(&job.label);
        }
    }
    job.failed(failure.class, failure.to_detail())
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use clx_queue::{SqliteOptions, SqliteQueue};

    use super::*;

    struct Nothing;

    impl JobHandler for Nothing {
        fn handle<'a>(&'a self, _: Job<'a>, _: &'a JobContext) -> HandlerFuture<'a> {
            Box::pin(async { Ok(Vec::new().into()) })
        }
    }

    /// Makes a call that fails so often; returns its end, and how often it was made.
    fn call(n_failures: u32, is_transient: bool) -> (Result<u32, QueueError>, u32) {
        let dir = tempfile::tempdir().unwrap();
        let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let worker = Worker {
            queue: Arc::new(queue.unwrap()),
            id: WorkerId(1),
            process: None,
            handler: Arc::new(Nothing),
            runtime: runtime.handle().clone(),
            stop: StopSignal::default(),
        };
        // Who must stop at once makes no pauses.
        worker.stop.request(Stop::Now);
        let mut n_calls = 0;
        let ended = worker.patiently(|| {
            n_calls += 1;
            if n_calls > n_failures {
                return Ok(n_calls);
            }
            Err(QueueError::Remote { message: "it is away".to_owned(), is_transient })
        });
        (ended, n_calls)
    }

    #[test]
    fn call_that_fails_for_a_while_is_repeated() {
        assert_eq!(call(MAX_QUEUE_ERRORS, true).0.unwrap(), MAX_QUEUE_ERRORS + 1);
        let (ended, n_calls) = call(MAX_QUEUE_ERRORS + 1, true);
        assert_eq!((ended.unwrap_err().is_transient(), n_calls), (true, MAX_QUEUE_ERRORS + 1));
    }

    #[test]
    fn call_that_fails_for_good_is_not_repeated() {
        let (ended, n_calls) = call(1, false);
        assert_eq!((ended.unwrap_err().is_transient(), n_calls), (false, 1));
    }
}
