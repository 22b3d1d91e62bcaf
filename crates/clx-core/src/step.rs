//! What a build hands to whoever makes it: steps, and what comes back. Principal types: [`Step`],
//! [`StepEvent`], [`Backend`].

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::action::ActionResult;
use crate::clock::Timestamp;
use crate::diagnostic::Diagnostic;
use crate::hash::{ContentHash, KeyBuilder};
use crate::job::JobKind;

/// Position of a step in its build, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub usize);

/// Everything to be made of one source; becomes at most one job.
#[derive(Debug, Clone)]
pub struct Step {
    /// Who makes it.
    pub kind: JobKind,
    /// The source as people see it, relative to the course root.
    pub label: String,
    /// The source's bytes; they are in the store when the job runs.
    pub source: ContentHash,
    /// What all outputs have in common, as the kind's handler reads it.
    pub input: Box<RawValue>,
    /// What is wanted; those that the store knows are not made again.
    pub outputs: Vec<StepOutput>,
}

/// One wanted output of a step.
#[derive(Debug, Clone)]
pub struct StepOutput {
    /// Names everything that can change the output.
    pub key: KeyBuilder,
    /// What is wanted, as the kind's handler reads it.
    pub request: Box<RawValue>,
}

/// The payload of a step's job: the common input and the requests that the store did not know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobPayload {
    /// Version of this form, see [`JobPayload::VERSION`].
    pub version: u32,
    /// The source's bytes.
    pub source: ContentHash,
    /// What all outputs have in common.
    pub input: Box<RawValue>,
    /// What is wanted.
    pub requests: Vec<Box<RawValue>>,
}

impl JobPayload {
    /// The version that this program writes and reads.
    pub const VERSION: u32 = 1;
}

/// What a handler returns for one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestResult {
    /// It was made.
    Made(ActionResult),
    /// It could not be made; the diagnostics tell why.
    Failed(Vec<Diagnostic>),
}

/// The result of a job: one entry per request, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobResult {
    /// Results in the order of the requests.
    pub results: Vec<RequestResult>,
    /// Each time that code was run for them, well or not.
    #[serde(default)]
    pub executed: Vec<ExecutedCode>,
}

/// One run of a notebook's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutedCode {
    /// Name of the kernel.
    pub kernel: String,
    /// How long it took, starting the kernel included, in microseconds.
    pub duration_us: u64,
    /// Failures of kernels before the attempt that succeeded, the oldest first.
    pub faults: Vec<String>,
}

/// What became of one output.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputOutcome {
    /// The store knew it.
    Cached(ActionResult),
    /// It was made.
    Made(ActionResult),
    /// It could not be made.
    Failed(Vec<Diagnostic>),
}

/// Something happened to a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepEvent {
    /// A step is done, well or not; one per step.
    Finished {
        /// The step.
        step: StepId,
        /// One entry per output, in order.
        outputs: Vec<OutputOutcome>,
        /// How long its last attempt ran; `None` if no job was needed or begun.
        duration: Option<Duration>,
        /// Attempts begun; more than one means that workers or tools died.
        attempts: u32,
        /// Runs of code in the last attempt.
        executed: Vec<ExecutedCode>,
    },
    /// What is worked on now; comes about once a second while nothing finishes.
    Running(Vec<RunningStep>),
    /// Something that people should know: a lost worker, a retry.
    Notice(Diagnostic),
}

/// A step that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningStep {
    /// The source as people see it.
    pub label: String,
    /// When work on it began.
    pub since: Timestamp,
    /// How far it is, in words; may be empty.
    pub note: String,
}

/// Why a backend cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Queue or store failed.
    #[error("{message}")]
    Failed {
        /// What failed, with its file.
        message: String,
        /// Whether the machine, not clx, is at fault (disk full, file read-only).
        environment: bool,
    },
    /// Nothing has moved for the stall limit.
    #[error("nothing has finished and nothing has progressed for {} s: {what}", limit.as_secs())]
    Stalled {
        /// The limit.
        limit: Duration,
        /// What was waiting or running.
        what: String,
    },
}

/// Makes steps: looks up what is known, queues the rest, collects the results.
pub trait Backend {
    /// Takes steps, numbered in order from 0 over all calls.
    ///
    /// # Errors
    /// [`BackendError::Failed`]: no step of the call was taken.
    fn submit(&mut self, steps: Vec<Step>) -> Result<(), BackendError>;

    /// Waits for what happens next, up to `wait`; several events may have piled up.
    ///
    /// # Errors
    /// [`BackendError`]: the build is over.
    fn events(&mut self, wait: Duration) -> Result<Vec<StepEvent>, BackendError>;

    /// Gives up what is not begun; running jobs come to their end. Steps given up are reported as
    /// finished, too.
    ///
    /// # Errors
    /// [`BackendError::Failed`].
    fn cancel(&mut self) -> Result<(), BackendError>;
}
