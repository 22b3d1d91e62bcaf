//! Arguments of `clx worker`, by which clx starts its worker processes. Principal type:
//! [`WorkerCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clx_core::JobKind;
use clx_gateway::Address;

/// Commands about worker processes.
#[derive(Debug, Subcommand)]
pub enum WorkerCommand {
    /// Work on one kind of jobs until told to stop
    Run(WorkerRunArgs),
}

/// A registered worker and where its queue and store are: in files, or behind a gateway.
#[derive(Debug, Args)]
pub struct WorkerRunArgs {
    /// Kind of jobs: notebook, plantuml or drawio
    pub kind: JobKind,
    /// File of the queue
    #[arg(long, value_name = "FILE", requires = "store", required_unless_present = "gateway")]
    pub queue: Option<PathBuf>,
    /// Directory of the store
    #[arg(long, value_name = "DIR", requires = "queue")]
    pub store: Option<PathBuf>,
    /// Gateway to both instead: path of a socket, or `http://<address>:<port>`
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["queue", "store"])]
    pub gateway: Option<Address>,
    /// File with the token that the gateway asks for
    #[arg(long, value_name = "FILE", requires = "gateway")]
    pub token_file: Option<PathBuf>,
    /// Id under which the worker was registered
    #[arg(long, value_name = "ID")]
    pub worker: i64,
}
