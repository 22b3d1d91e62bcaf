//! Arguments of `clx pool`. Principal type: [`PoolCommand`].

use clap::{Args, Subcommand};
use clx_core::JobKind;

use super::SpecArgs;
use super::build::{ContainerArgs, CountArgs, StateArgs};

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
    /// How many workers there are.
    #[command(flatten)]
    pub count: CountArgs,
    /// Where queue and cache are.
    #[command(flatten)]
    pub state: StateArgs,
    /// Containers.
    #[command(flatten)]
    pub containers: ContainerArgs,
}
