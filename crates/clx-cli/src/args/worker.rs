//! Arguments of `clx worker`, by which clx starts its worker processes. Principal type:
//! [`WorkerCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clx_core::JobKind;
use clx_gateway::Address;

use super::build::StateArgs;
use super::hosts::MetricsArgs;

/// Commands about worker processes.
#[derive(Debug, Subcommand)]
pub enum WorkerCommand {
    /// Work on one kind of jobs until told to stop, one at a time
    #[command(
        after_help = "Example, on any host that reaches queue and store:\n  clx worker run notebook --queue \
        postgres://clx@db.example/jobs --store s3://courses/clx\n\n`clx pool run` keeps several workers of \
        all kinds in one process."
    )]
    Run(WorkerRunArgs),
}

/// A worker of many hosts, or one that clx has registered: where its queue and store are.
#[derive(Debug, Args)]
pub struct WorkerRunArgs {
    /// Kind of jobs: notebook, plantuml or drawio
    pub kind: JobKind,
    /// Queue that hosts share, `postgres://USER@HOST/DATABASE`, or the file of a registered worker's
    #[arg(long, value_name = "URL")]
    pub queue: Option<String>,
    /// Store that hosts share, `s3://BUCKET/PREFIX` or `file:///FOLDER`, or the directory of a registered
    /// worker's
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Gateway to both instead: path of a socket, or `http://<address>:<port>`
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["queue", "store", "metrics"])]
    pub gateway: Option<Address>,
    /// File with the token that the gateway asks for
    #[arg(long, value_name = "FILE", requires = "gateway")]
    pub token_file: Option<PathBuf>,
    /// Id under which clx has registered the worker
    #[arg(long, value_name = "ID", conflicts_with = "metrics")]
    pub worker: Option<i64>,
    /// Where the local store and the tools' own files are.
    #[command(flatten)]
    pub state: StateArgs,
    /// What it tells of itself.
    #[command(flatten)]
    pub metrics: MetricsArgs,
}
