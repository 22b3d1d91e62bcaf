//! Arguments of `clx worker`, by which clx starts its worker processes. Principal type:
//! [`WorkerCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clx_core::JobKind;

/// Commands about worker processes.
#[derive(Debug, Subcommand)]
pub enum WorkerCommand {
    /// Work on one kind of jobs until told to stop
    Run(WorkerRunArgs),
}

/// A registered worker and where its queue and store are.
#[derive(Debug, Args)]
pub struct WorkerRunArgs {
    /// Kind of jobs: notebook, plantuml or drawio
    pub kind: JobKind,
    /// File of the queue
    #[arg(long, value_name = "FILE")]
    pub queue: PathBuf,
    /// Directory of the store
    #[arg(long, value_name = "DIR")]
    pub store: PathBuf,
    /// Id under which the worker was registered
    #[arg(long, value_name = "ID")]
    pub worker: i64,
}
