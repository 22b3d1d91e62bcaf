//! Arguments of `clx pool`. Principal type: [`PoolCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clx_core::JobKind;

use super::build::{ContainerArgs, CountArgs, StateArgs};
use super::hosts::{HostsArgs, MetricsArgs};

/// Commands about workers that outlive builds.
#[derive(Debug, Subcommand)]
pub enum PoolCommand {
    /// Keep workers until it is stopped: containers for the builds of a course, or threads for the builds
    /// of many hosts
    #[command(
        after_help = "Builds use them with `clx build SPEC --workers pool`: their kernels, Java and \
        browser are warm then. Ctrl+C ends the\npool and its containers; a build that still borrows \
        them fails.\n\nWith `--queue` and `--store` no course is named: threads of this process work for \
        the builds of any host, with\nthe tools of this one. Ctrl+C lets running jobs come to their end; \
        builds go on with other hosts.\n\nExamples:\n  clx pool run course-specs/python.xml\n  clx pool run \
        course-specs/python.xml --kind notebook --notebook-workers 4\n  clx pool run --queue \
        postgres://clx@db.example/jobs --store s3://courses/clx"
    )]
    Run(PoolRunArgs),
}

/// Which workers to keep.
#[derive(Debug, Args)]
pub struct PoolRunArgs {
    /// The course spec, such as `course-specs/python.xml`; none with `--queue`
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// Course root [default: the parent of the spec's directory]
    #[arg(short, long, value_name = "DIR", requires = "spec")]
    pub data_dir: Option<PathBuf>,
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
    /// Other hosts.
    #[command(flatten)]
    pub hosts: HostsArgs,
    /// What it tells of itself.
    #[command(flatten)]
    pub metrics: MetricsArgs,
}
