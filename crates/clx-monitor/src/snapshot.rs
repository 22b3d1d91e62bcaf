//! What was read of a queue at one moment. Principal type: [`Snapshot`].

use clx_core::Timestamp;
use clx_queue::{JobId, JobRecord, SessionId, Total};
use clx_status::{Build, Overview};

/// A queue at one moment: all that the panes show.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// When it was read.
    pub(crate) read: Timestamp,
    /// Health, workers, sums.
    pub(crate) overview: Overview,
    /// Builds, the open ones first, in each group the newest first.
    pub(crate) builds: Vec<Build>,
    /// Jobs by kind and state.
    pub(crate) totals: Vec<Total>,
    /// What went wrong last, the latest first.
    pub(crate) failures: Vec<Failure>,
    /// What happened last, the latest first.
    pub(crate) log: Vec<Entry>,
    /// Whether worker processes have left log files.
    pub(crate) has_worker_logs: bool,
}

/// A job that went wrong.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The job.
    pub(crate) job: JobRecord,
    /// Why, in one sentence.
    pub(crate) message: String,
}

/// What a line is about and can be opened by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A build.
    Build(SessionId),
    /// Jobs of a kind.
    Kind(String),
    /// A job.
    Job(JobId),
    /// An event that is about no job.
    Event(i64),
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// When it happened.
    pub(crate) at: Timestamp,
    /// What it is about.
    pub(crate) target: Target,
    /// What happened.
    pub(crate) text: String,
    /// How it is meant.
    pub(crate) tone: Tone,
}

/// How a text is meant; the theme knows how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Of less interest.
    Dim,
    /// The name of what follows.
    Strong,
    /// All is well.
    Good,
    /// Somebody should look.
    Doubtful,
    /// It went wrong.
    Bad,
}
