//! Arguments of `clx build`. Principal type: [`BuildArgs`].

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clx_core::Language;

use super::SpecArgs;

/// What to build and how.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// What to build.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How to make it.
    #[command(flatten)]
    pub work: WorkArgs,
    /// What to print.
    #[command(flatten)]
    pub display: DisplayArgs,
}

/// Which outputs are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArgs {
    /// Build everything into this directory instead of the targets of the spec
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Only these targets of the spec
    #[arg(short = 'T', long, value_name = "NAME", value_delimiter = ',')]
    pub targets: Vec<String>,
    /// Only these languages
    #[arg(short = 'L', long, value_name = "CODE", value_delimiter = ',')]
    pub language: Vec<Language>,
    /// Only outputs for the speaker
    #[arg(long)]
    pub speaker_only: bool,
    /// Where images go: a copy per output directory, or one per course directory
    #[arg(long, value_enum, default_value_t)]
    pub image_mode: ImageModeArg,
}

/// Where images go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ImageModeArg {
    /// A copy beside every notebook directory.
    #[default]
    Duplicated,
    /// One copy per language and audience.
    Shared,
}

/// How outputs are made and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Work")]
pub struct WorkArgs {
    /// Where jobs are worked on
    #[arg(long, value_enum, default_value_t)]
    pub workers: WorkersArg,
    /// Notebooks worked on at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    pub notebook_workers: Option<u32>,
    /// Make everything anew; results are still stored
    #[arg(long, visible_alias = "ignore-cache")]
    pub no_cache: bool,
    /// Remove no output that is no longer wanted
    #[arg(long)]
    pub keep_directory: bool,
    /// Take over files at output paths that clx did not write
    #[arg(long)]
    pub adopt: bool,
    /// Stop at the first failure
    #[arg(long)]
    pub fail_fast: bool,
    /// Directory of queue and cache [default: `.clx` in the course root]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// File of the queue [default: `jobs.db` in the state directory]
    #[arg(long, value_name = "FILE")]
    pub jobs_db_path: Option<PathBuf>,
}

/// Where jobs are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum WorkersArg {
    /// In threads of this process.
    #[default]
    InProcess,
    /// In child processes: a crash takes one of them.
    Direct,
}

/// What is printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Display")]
pub struct DisplayArgs {
    /// How much to print
    #[arg(short = 'O', long, value_enum, default_value_t)]
    pub output_mode: OutputMode,
    /// No progress bar
    #[arg(long)]
    pub no_progress: bool,
    /// No colours; `NO_COLOR` does the same
    #[arg(long)]
    pub no_color: bool,
}

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputMode {
    /// Progress, errors and high warnings as they come, a summary.
    #[default]
    Default,
    /// A line per source, too, and all warnings.
    Verbose,
    /// Errors and one closing line.
    Quiet,
    /// One JSON object on standard output at the end.
    Json,
}
