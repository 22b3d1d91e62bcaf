//! What can be typed. Principal type: [`Cli`].

pub mod age;
pub mod build;
pub mod cache;
pub mod config;
pub mod docker;
pub mod git;
pub mod groups;
pub mod hosts;
pub mod limit;
pub mod manual;
pub mod monitor;
pub mod orphans;
pub mod outline;
pub mod plan;
pub mod pool;
pub mod queue;
pub mod scaffold;
pub mod selection;
pub mod serve;
pub mod setup;
pub mod spec;
pub mod validate;
pub mod watch;
pub mod worker;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::build::BuildArgs;
pub use self::cache::CacheCommand;
pub use self::config::ConfigCommand;
pub use self::docker::DockerCommand;
pub use self::monitor::MonitorArgs;
pub use self::outline::OutlineArgs;
pub use self::plan::{ExplainArgs, PlanArgs};
pub use self::pool::PoolCommand;
pub use self::queue::{BuildsCommand, DbCommand, JobsCommand, StatusArgs, WorkersCommand};
pub use self::serve::ServeArgs;
pub use self::setup::SetupArgs;
pub use self::spec::SpecArgs;
pub use self::watch::WatchArgs;
pub use self::worker::WorkerCommand;

/// Builds course material: one source per topic becomes notebooks and code for every language and
/// audience.
#[derive(Debug, Parser)]
#[command(
    name = "clx",
    version,
    arg_required_else_help = true,
    after_help = "Exit status: 0 all built, 1 some outputs failed, 2 wrong command line, \
                  3 wrong spec\nor configuration, 4 something needed is missing, 5 stalled, 70 a bug in clx, \
                  130 interrupted."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the output trees of a course
    #[command(
        after_help = "Examples:\n  clx build                                the only course of this directory\n  \
        clx build course-specs/python.xml\n  \
        clx build course-specs/python.xml -L de --targets students\n  \
        clx build course-specs/python.xml --only loops,recursion --format html\n  \
        clx build course-specs/python.xml --output-dir /tmp/preview -O verbose"
    )]
    Build(BuildArgs),
    /// Tell what a build would do, why, and how long it would take, without doing it
    #[command(after_help = "Examples:\n  clx plan course-specs/python.xml\n  \
        clx plan course-specs/python.xml --only loops\n  \
        clx plan course-specs/python.xml --format json")]
    Plan(PlanArgs),
    /// Explain what a build would do with one source or output, and why
    #[command(
        after_help = "Examples:\n  clx explain slides/module_100/topic_100_loops/slides_loops.py\n  \
        clx explain 'output/public/En/Python Course/Slides/Html/Code-Along/Beginning/01 Loops.html'"
    )]
    Explain(ExplainArgs),
    /// Build a course, serve it, and build again whenever files of it change
    #[command(after_help = watch::EXAMPLES)]
    Watch(Box<WatchArgs>),
    /// Make a new course that builds at once
    #[command(after_help = scaffold::INIT_EXAMPLES)]
    Init(scaffold::InitArgs),
    /// Add something to a course
    #[command(subcommand)]
    New(scaffold::NewCommand),
    /// Watch builds in the terminal: what runs, what failed and why; cancel and retry
    #[command(after_help = monitor::EXAMPLES)]
    Monitor(MonitorArgs),
    /// Show builds, jobs and failures in a browser, while they happen and afterwards
    #[command(after_help = serve::EXAMPLES)]
    Serve(ServeArgs),
    /// Check a course and report all problems at once, building nothing
    #[command(after_help = validate::EXAMPLES)]
    Validate(validate::ValidateArgs),
    /// List the output targets of a course
    Targets(ListArgs),
    /// List the slides of a course: which sources its topics have, and how many outputs each gives
    Decks(ListArgs),
    /// List the files below `slides/` that no course spec uses
    #[command(after_help = orphans::EXAMPLES)]
    Orphans(orphans::OrphansArgs),
    /// Print the outline of a course: sections and titles, as Markdown or JSON
    #[command(after_help = outline::EXAMPLES)]
    Outline(OutlineArgs),
    /// Keep outputs in Git repositories: init, status, commit, push, sync, reset
    #[command(subcommand, after_help = git::EXAMPLES)]
    Git(git::GitCommand),
    /// Set up tools that clx works with, such as kernels, or list them
    #[command(after_help = setup::EXAMPLES)]
    Setup(SetupArgs),
    /// Look whether all tools are there and work
    #[command(after_help = "Exit status: 0 if nothing lacks that clx needs by default, else 4.")]
    Doctor(FormatArgs),
    /// Images of containers that workers run in: build, list, pull, push
    #[command(subcommand, after_help = docker::EXAMPLES)]
    Docker(DockerCommand),
    /// Tell how builds are going: health, queue, workers, last failures
    #[command(after_help = "Exit status: 0 healthy, 1 somebody should look, 2 it does not work.")]
    Status(StatusArgs),
    /// List, show, cancel and retry jobs
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// List and stop workers, tidy up after those that died
    #[command(subcommand)]
    Workers(WorkersCommand),
    /// List builds and show what they did
    #[command(subcommand)]
    Builds(BuildsCommand),
    /// Files of queue and cache: sizes, pruning, checks, copies
    #[command(subcommand)]
    Db(DbCommand),
    /// Look at, check and tidy up what builds remember
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Show and change the configuration
    #[command(subcommand, after_help = config::EXAMPLES)]
    Config(ConfigCommand),
    /// Workers in containers that outlive builds
    #[command(subcommand)]
    Pool(PoolCommand),
    /// Print a script that completes command lines in a shell
    #[command(after_help = manual::COMPLETIONS_EXAMPLES)]
    Completions(manual::CompletionsArgs),
    /// Print the manual page, or write one for each command
    #[command(after_help = manual::MAN_EXAMPLES)]
    Man(manual::ManArgs),
    /// Worker processes; started by clx itself
    #[command(subcommand, hide = true)]
    Worker(WorkerCommand),
}

/// A course and how to list something of it.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// How to list something that is about no course.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}
