//! Arguments of `clx build`. Principal type: [`BuildArgs`].

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use clx_core::ProgLang;

use super::SpecArgs;
use super::selection::SelectionArgs;
use super::watch::FollowArgs;

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
    /// Make so many sources afresh whose outputs are known, picked at random, and tell where the result
    /// is not what the cache has
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "20",
        conflicts_with_all = ["no_cache", "watch"]
    )]
    pub verify: Option<usize>,
    /// Whether to go on after it.
    #[command(flatten)]
    pub follow: FollowArgs,
    /// What to print.
    #[command(flatten)]
    pub display: DisplayArgs,
}

/// How outputs are made and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Work")]
pub struct WorkArgs {
    /// Where jobs are worked on [default: in-process]
    #[arg(long, value_enum)]
    pub workers: Option<WorkersArg>,
    /// How many workers there are.
    #[command(flatten)]
    pub count: CountArgs,
    /// With `--workers pool`: part of the pool's workers that this build gets, in proportion to the
    /// weights of the others; of 300 and 100 the first gets three of four [default: 100]
    #[arg(long, value_name = "1-1000", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub weight: Option<u32>,
    /// With `--workers pool`: have at most so many workers at the same time, of all kinds and pools
    /// together, however many are idle
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub most_workers: Option<u32>,
    /// Whether the code of pages is run [default: required]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub execute: Option<ExecuteArg>,
    /// Whether diagrams are drawn [default: required]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub diagrams: Option<DiagramsArg>,
    /// Run a language with this kernel, such as `cpp=xcpp20`; may be repeated
    #[arg(long, value_name = "LANGUAGE=NAME")]
    pub kernel: Vec<KernelArg>,
    /// Kernels that are started before they are needed [default: 1]
    #[arg(long, value_name = "N")]
    pub spare_kernels: Option<u32>,
    /// Stop a cell that runs longer than this
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub cell_timeout: Option<u64>,
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
    /// Where queue and cache are.
    #[command(flatten)]
    pub state: StateArgs,
    /// Containers.
    #[command(flatten)]
    pub containers: ContainerArgs,
}

/// How many jobs are worked on at the same time.
#[derive(Debug, Args)]
pub struct CountArgs {
    /// At most so many jobs at the same time, of all kinds together; of each kind with `--workers direct`
    /// or `docker`
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,
    /// Notebooks worked on at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    pub notebook_workers: Option<u32>,
    /// PlantUML diagrams drawn at the same time [default: number of processors, 1 in containers]
    #[arg(long, value_name = "N")]
    pub plantuml_workers: Option<u32>,
    /// draw.io diagrams drawn at the same time [default: number of processors, 1 in containers]
    #[arg(long, value_name = "N")]
    pub drawio_workers: Option<u32>,
}

/// Where queue and cache are.
#[derive(Debug, Clone, Args)]
pub struct StateArgs {
    /// Directory of queue and cache [default: `.clx` in the course root]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// File of the queue [default: `jobs.db` in the state directory]
    #[arg(long, value_name = "FILE")]
    pub jobs_db_path: Option<PathBuf>,
}

/// Whether the code of pages is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExecuteArg {
    /// Yes; a missing kernel is an error (but a warning for C#).
    #[default]
    Required,
    /// Where there is a kernel; a missing one is a warning.
    IfAvailable,
    /// No: pages show code without outputs.
    Never,
}

/// Whether diagrams are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiagramsArg {
    /// Yes; a missing tool is an error.
    #[default]
    Required,
    /// Where there is a tool; a missing one is a warning.
    IfAvailable,
    /// No: pictures stay as they are.
    Never,
}

/// The kernel for a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelArg {
    /// The language.
    pub language: ProgLang,
    /// Name of the kernel.
    pub kernel: String,
}

impl FromStr for KernelArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (language, kernel) = text.split_once('=').unwrap_or((text, ""));
        if kernel.is_empty() {
            return Err("write a language and the name of a kernel, such as `cpp=xcpp20`".into());
        }
        let language = language.parse::<ProgLang>().map_err(|error| error.to_string())?;
        Ok(Self { language, kernel: kernel.to_owned() })
    }
}

/// Where jobs are worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum WorkersArg {
    /// In threads of this process.
    #[default]
    InProcess,
    /// In child processes: a crash takes one of them.
    Direct,
    /// In containers, with the tools of their images.
    Docker,
    /// By the workers of a pool that `clx pool run` keeps.
    Pool,
}

/// What is inside and around containers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Containers")]
pub struct ContainerArgs {
    /// Which image for notebooks is used [default: auto]
    #[arg(long, value_enum, value_name = "VARIANT")]
    pub notebook_image: Option<NotebookImageArg>,
    /// What code in containers can reach [default: what the spec asks for, else none]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub container_network: Option<NetworkArg>,
}

/// Which image for notebooks is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum NotebookImageArg {
    /// The full one if it is there, else the one for Python.
    #[default]
    Auto,
    /// The small one.
    Python,
    /// Python, TypeScript, Java, C++.
    Full,
}

/// What code in containers can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NetworkArg {
    /// Nothing.
    None,
    /// The host and the network, over the engine's bridge.
    Bridge,
}

/// What is printed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Display")]
pub struct DisplayArgs {
    /// How much to print [default: default]
    #[arg(short = 'O', long, value_enum)]
    pub output_mode: Option<OutputMode>,
    /// Write all that happens to this file as JSON lines, for programs that follow the build; `-` is
    /// standard output
    #[arg(long, value_name = "FILE|-")]
    pub events: Option<PathBuf>,
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
    /// Annotations for GitHub workflows on standard output, and one closing line.
    Github,
}
