//! Arguments of the commands about jobs, workers, builds and files. Principal types: [`StatusArgs`],
//! [`JobsCommand`], [`WorkersCommand`], [`BuildsCommand`], [`DbCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clx_core::JobKind;
use clx_queue::{JobState, WorkerState};

use super::ListFormat;
pub use super::age::Age;
use super::build::StateArgs;

/// The queue to look at.
#[derive(Debug, Clone, Args)]
pub struct LookArgs {
    /// Where queue and cache are.
    #[command(flatten)]
    pub state: StateArgs,
    /// Queue that hosts share, `postgres://USER@HOST/DATABASE`, instead of a file
    #[arg(long, value_name = "URL", conflicts_with = "jobs_db_path")]
    pub queue: Option<String>,
}

/// Where builds write what they do, and how to print what stands there.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// The queue.
    #[command(flatten)]
    pub look: LookArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
    /// No colours; `NO_COLOR` does the same
    #[arg(long)]
    pub no_color: bool,
}

/// Arguments of `clx status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The queue.
    #[command(flatten)]
    pub look: LookArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: StatusFormat,
    /// Only workers
    #[arg(long, conflicts_with = "jobs")]
    pub workers: bool,
    /// Only jobs
    #[arg(long)]
    pub jobs: bool,
    /// No colours; `NO_COLOR` does the same
    #[arg(long)]
    pub no_color: bool,
}

/// How the status is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StatusFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// One line.
    Compact,
}

/// Commands about jobs.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List jobs, those of the newest build first
    #[command(
        after_help = "Examples:\n  clx jobs list --failed\n  clx jobs list --build 12 --kind \
        drawio\n  clx jobs list --state ready,running --format json\n  clx jobs list --source loops \
        --since 2h"
    )]
    List(ListJobsArgs),
    /// Show all that is known of a job: what went wrong, its attempts, what it made
    Show(ShowJobArgs),
    /// Cancel jobs: those that wait at once, those that run as soon as their tool has stopped
    #[command(after_help = "Examples:\n  clx jobs cancel 4711\n  clx jobs cancel --kind notebook \
        --older-than 30m --dry-run\n  clx jobs cancel --build 12 --force")]
    Cancel(CancelArgs),
    /// Run failed, cancelled or dead jobs of a build that still runs once more
    Retry(RetryArgs),
    /// Print a line for each job that ends, until Ctrl+C
    Watch(WatchJobsArgs),
}

/// Which jobs.
#[derive(Debug, Args)]
pub struct JobFilterArgs {
    /// Only those of this build, see `clx builds list`
    #[arg(long, value_name = "ID", alias = "session")]
    pub build: Option<i64>,
    /// Only those of this kind
    #[arg(long, value_name = "KIND", alias = "type", value_parser = kind)]
    pub kind: Option<JobKind>,
    /// Only those in these states; `pending` is blocked, scheduled and ready
    #[arg(long, value_name = "STATE", alias = "status", value_delimiter = ',', value_parser = states)]
    pub state: Vec<States>,
    /// Only those whose source has this text in its path
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Only those enqueued within this time, such as `30m`, `2h` or `3d`
    #[arg(long, value_name = "AGE")]
    pub since: Option<Age>,
    /// Only those enqueued longer ago than this
    #[arg(long, value_name = "AGE")]
    pub older_than: Option<Age>,
}

/// States that a word stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct States(pub Vec<JobState>);

fn states(text: &str) -> Result<States, String> {
    if text == "pending" {
        return Ok(States(vec![JobState::Blocked, JobState::Scheduled, JobState::Ready]));
    }
    let found = JobState::ALL.iter().find(|state| state.name() == text);
    found.map(|&state| States(vec![state])).ok_or_else(|| {
        let names: Vec<_> = JobState::ALL.iter().map(|state| state.name()).collect();
        format!("the states are pending, {}", names.join(", "))
    })
}

fn kind(text: &str) -> Result<JobKind, String> {
    JobKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
        let names: Vec<_> = JobKind::ALL.into_iter().map(JobKind::name).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

/// Arguments of `clx jobs list`.
#[derive(Debug, Args)]
pub struct ListJobsArgs {
    /// Which jobs.
    #[command(flatten)]
    pub filter: JobFilterArgs,
    /// Only those with which something went wrong: failed, dead, or some output is missing
    #[arg(long)]
    pub failed: bool,
    /// List so many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Go on after this job, the last one of the page before
    #[arg(long, value_name = "JOB")]
    pub after: Option<i64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx jobs show`.
#[derive(Debug, Args)]
pub struct ShowJobArgs {
    /// Number of the job, see `clx jobs list`
    #[arg(value_name = "JOB")]
    pub job: i64,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx jobs cancel`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true)
    .args(["jobs", "build", "kind", "state", "source", "since", "older_than", "all"]))]
pub struct CancelArgs {
    /// Numbers of jobs
    #[arg(value_name = "JOB")]
    pub jobs: Vec<i64>,
    /// Which other jobs.
    #[command(flatten)]
    pub filter: JobFilterArgs,
    /// All jobs of all builds that run
    #[arg(long)]
    pub all: bool,
    /// Tell what would be cancelled, and cancel nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Cancel jobs that were not named one by one
    #[arg(long)]
    pub force: bool,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx jobs retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Numbers of jobs
    #[arg(value_name = "JOB", required = true)]
    pub jobs: Vec<i64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx jobs watch`.
#[derive(Debug, Args)]
pub struct WatchJobsArgs {
    /// Only this build; ends with it
    #[arg(long, value_name = "ID", alias = "session")]
    pub build: Option<i64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Commands about workers.
#[derive(Debug, Subcommand)]
pub enum WorkersCommand {
    /// List the workers of all builds that run
    List(ListWorkersArgs),
    /// Show all that is known of a worker
    Show(ShowWorkerArgs),
    /// Ask a worker to stop; its build starts another when there is work
    Stop(ShowWorkerArgs),
    /// Tidy up after builds that died: rows, jobs, containers, processes
    #[command(visible_alias = "cleanup")]
    Reap(ReapArgs),
}

/// Arguments of `clx workers list`.
#[derive(Debug, Args)]
pub struct ListWorkersArgs {
    /// Only those in this state
    #[arg(long, value_name = "STATE", value_parser = worker_state)]
    pub status: Option<WorkerState>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

fn worker_state(text: &str) -> Result<WorkerState, String> {
    WorkerState::ALL
        .iter()
        .copied()
        .find(|state| state.name() == text)
        .ok_or_else(|| "the states are created, live, stopping".to_owned())
}

/// One worker.
#[derive(Debug, Args)]
pub struct ShowWorkerArgs {
    /// Number of the worker, see `clx workers list`
    #[arg(value_name = "WORKER")]
    pub worker: i64,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx workers reap`.
#[derive(Debug, Args)]
pub struct ReapArgs {
    /// Tell what would be tidied up, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Commands about builds.
#[derive(Debug, Subcommand)]
pub enum BuildsCommand {
    /// List builds that had something to do, the newest first
    List(ListBuildsArgs),
    /// Show a build: what it did, what went wrong, what took longest
    Show(ShowBuildArgs),
}

/// Arguments of `clx builds list`.
#[derive(Debug, Args)]
pub struct ListBuildsArgs {
    /// Only those that run
    #[arg(long)]
    pub running: bool,
    /// List so many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Go on after this build, the last one of the page before
    #[arg(long, value_name = "ID")]
    pub after: Option<i64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Arguments of `clx builds show`.
#[derive(Debug, Args)]
pub struct ShowBuildArgs {
    /// Number of the build [default: the newest]
    #[arg(value_name = "ID")]
    pub build: Option<i64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Commands about the files of queue and cache.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Tell how large the files are and what they hold
    Stats(DbArgs),
    /// Remove old jobs and events of builds that have ended
    #[command(
        after_help = "Builds do it themselves. What a cache holds is pruned by `clx cache prune`."
    )]
    Prune(PruneDbArgs),
    /// Give free space in the files back
    Vacuum(WhichDbArgs),
    /// Check every page of the files
    #[command(after_help = "Exit status: 0 all is in order, 1 something is damaged.")]
    Check(WhichDbArgs),
    /// Copy the files, as they are at one moment, into a directory
    Backup(BackupArgs),
    /// Delete the files; not while a build runs
    Delete(DeleteArgs),
}

/// The files of queue and cache.
#[derive(Debug, Args)]
pub struct DbArgs {
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Which files.
#[derive(Debug, Args)]
pub struct WhichDbArgs {
    /// Which files
    #[arg(long, value_enum, default_value_t)]
    pub which: Which,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Which {
    /// The queue.
    Jobs,
    /// What builds remember.
    Cache,
    /// Both.
    #[default]
    Both,
}

/// What of the queue to keep.
#[derive(Debug, Args)]
pub struct PruneDbArgs {
    /// Keep completed jobs so many days [default: `retention.completed_jobs_retention_days`, else 7]
    #[arg(long, value_name = "DAYS")]
    pub completed_days: Option<u64>,
    /// Keep failed and dead jobs so many days [default: `retention.failed_jobs_retention_days`, else 30]
    #[arg(long, value_name = "DAYS")]
    pub failed_days: Option<u64>,
    /// Keep cancelled jobs so many days [default: `retention.cancelled_jobs_retention_days`, else 1]
    #[arg(long, value_name = "DAYS")]
    pub cancelled_days: Option<u64>,
    /// Keep events so many days [default: `retention.worker_events_retention_days`, else 30]
    #[arg(long, value_name = "DAYS")]
    pub events_days: Option<u64>,
    /// The queue.
    #[command(flatten)]
    pub queue: QueueArgs,
}

/// Where copies go.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// A directory; files that exist in it are not overwritten
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Which files.
    #[command(flatten)]
    pub which: WhichDbArgs,
}

/// What is deleted.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Really delete it: builds make everything anew then
    #[arg(long)]
    pub force: bool,
    /// Which files.
    #[command(flatten)]
    pub which: WhichDbArgs,
}
