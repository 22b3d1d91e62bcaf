//! Arguments of `clx pool`. Principal type: [`PoolCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clx_core::JobKind;

use super::SpecArgs;
use super::build::ContainerArgs;

/// Commands about workers that outlive builds.
#[derive(Debug, Subcommand)]
pub enum PoolCommand {
    /// Keep containers for the builds of a course until it is stopped
    #[command(
        after_help = "Builds use them with `clx build SPEC --workers pool`: their kernels, Java and \
        browser are warm then. Ctrl+C ends the\npool and its containers; a build that still borrows \
        them fails.\n\nExamples:\n  clx pool run course-specs/python.xml\n  clx pool run \
        course-specs/python.xml --kind notebook --notebook-workers 4"
    )]
    Run(PoolRunArgs),
}

/// Which workers to keep.
#[derive(Debug, Args)]
pub struct PoolRunArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only these kinds of jobs [default: all whose image there is]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub kind: Vec<JobKind>,
    /// Workers for notebooks [default: number of processors]
    #[arg(long, value_name = "N")]
    pub notebook_workers: Option<u32>,
    /// Workers for PlantUML diagrams [default: 1]
    #[arg(long, value_name = "N")]
    pub plantuml_workers: Option<u32>,
    /// Workers for draw.io diagrams [default: 1]
    #[arg(long, value_name = "N")]
    pub drawio_workers: Option<u32>,
    /// Directory of queue and cache [default: `.clx` in the course root]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// File of the queue [default: `jobs.db` in the state directory]
    #[arg(long, value_name = "FILE")]
    pub jobs_db_path: Option<PathBuf>,
    /// Containers.
    #[command(flatten)]
    pub containers: ContainerArgs,
}
