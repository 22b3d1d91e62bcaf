//! Arguments of `clx plan` and `clx explain`. Principal types: [`PlanArgs`], [`ExplainArgs`].

use std::path::PathBuf;

use clap::Args;

use super::build::WorkArgs;
use super::selection::{SelectionArgs, leave_format_free};
use super::{ListFormat, SpecArgs};

/// A build that is to be foreseen.
#[derive(Debug, Args)]
#[command(mut_arg("formats", leave_format_free))]
pub struct PlanArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// What to build.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How to make it.
    #[command(flatten)]
    pub work: WorkArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// A file whose state is to be explained.
#[derive(Debug, Args)]
#[command(mut_arg("formats", leave_format_free))]
pub struct ExplainArgs {
    /// A source or an output
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// The course spec [default: the first in `course-specs` above PATH that has to do with it]
    #[arg(long, value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// Course root [default: the parent of the spec's directory]
    #[arg(short, long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to build.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How to make it.
    #[command(flatten)]
    pub work: WorkArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}
