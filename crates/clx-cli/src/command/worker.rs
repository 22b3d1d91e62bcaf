//! `clx worker run`: a worker process, registered by whoever started it. Ends when it is told to, when its row is gone, or when its
//! parent dies or its gateway is gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_config::{Config, Sources};
use clx_gateway::{Address, ClientSettings, GatewayClient};
use clx_process::{Lifeline, ProcessIdentity};
use clx_queue::{ProcessId, Queue, SqliteOptions, SqliteQueue, WorkerId};
use clx_store::{ArtifactStore, Store, StoreOptions};
use clx_worker::{Stop, StopSignal, Worker};

use super::hosts;
use super::tools::Tools;
use super::wiring;
use crate::args::hosts::HostsArgs;
use crate::args::worker::WorkerRunArgs;
use crate::display::stderr_line;
use crate::exit::Exit;
use crate::settings::{HostsSettings, ToolSettings, configured, print_problems};
use crate::signals;

pub(super) fn run(args: &WorkerRunArgs) -> Exit {
    let Some(worker) = args.worker else { return for_any_host(args) };
    match work(args, worker) {
        Ok(exit) => exit,
        Err(error) => {
            stderr_line(&format!("worker {worker}: {error}"));
            Exit::Environment
        }
    }
}

/// Works for the builds of many hosts.
fn for_any_host(args: &WorkerRunArgs) -> Exit {
    let config = match configured(None) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let named = HostsArgs { queue: args.queue.clone(), store: args.store.clone() };
    let hosts = HostsSettings::new(&named, &config);
    match hosts::work(args, &hosts, &config) {
        Ok(()) => Exit::Built,
        Err(failure) => failure.print(),
    }
}

fn work(args: &WorkerRunArgs, worker: i64) -> Result<Exit, Box<dyn std::error::Error>> {
    let Post { queue, store, state, process, _lifeline } = Post::take(args)?;
    let runtime = wiring::runtime()?;
    let stop = StopSignal::default();
    let mut asked = 0;
    signals::on_interrupt(&runtime, {
        let stop = stop.clone();
        move || {
            asked += 1;
            stop.request(if asked == 1 { Stop::Gracefully } else { Stop::Now });
        }
    })?;
    let tools = Tools::new(&state, tool_settings());
    let Some(handler) = tools.handler(args.kind, store) else {
        stderr_line(&format!("worker {worker}: the tool for {} jobs is missing", args.kind));
        return Ok(Exit::Environment);
    };
    let worker = Worker {
        queue,
        id: WorkerId(worker),
        process,
        handler,
        runtime: runtime.handle().clone(),
        stop,
    };
    worker.run()?;
    runtime.block_on(tools.kernels_ended());
    Ok(Exit::Built)
}

/// Takes the tools that whoever started the worker names in its environment. It needs no spare kernels:
/// there is one job at a time.
fn tool_settings() -> ToolSettings {
    let config = Config::load(&Sources::of_worker());
    print_problems(config.problems());
    ToolSettings { spare_kernels: 0, ..ToolSettings::new(&config) }
}

/// Where a worker works.
struct Post {
    queue: Arc<dyn Queue>,
    store: Arc<dyn ArtifactStore>,
    /// Tools have their directories below it.
    state: PathBuf,
    process: Option<ProcessId>,
    _lifeline: Option<Lifeline>,
}

impl Post {
    fn take(args: &WorkerRunArgs) -> Result<Self, Box<dyn std::error::Error>> {
        match (&args.queue, &args.store, &args.gateway) {
            (Some(queue), Some(store), _) => Self::at_files(Path::new(queue), Path::new(store)),
            (_, _, Some(address)) => Self::behind_gateway(address, args.token_file.as_deref()),
            _ => Err("neither files nor a gateway are named".into()),
        }
    }

    fn at_files(queue: &Path, store: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        // First of all, so that no moment of its life outlasts the parent.
        let lifeline = Lifeline::die_with_parent()?;
        let own = ProcessIdentity::of_this_process();
        Ok(Self {
            queue: Arc::new(SqliteQueue::open(queue, &SqliteOptions::default())?),
            store: Arc::new(Store::open(store, &StoreOptions::default())?),
            state: store.to_owned(),
            process: own.map(|own| ProcessId { pid: own.pid, start: own.start }),
            _lifeline: Some(lifeline),
        })
    }

    /// The process has a number of its own there, which means nothing to others, and nobody holds its
    /// standard input: it ends when the gateway does.
    fn behind_gateway(
        address: &Address,
        token_file: Option<&Path>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let token = token_file.map(std::fs::read_to_string).transpose()?;
        let settings = ClientSettings {
            token: token.map(|token| token.trim().to_owned()),
            ..ClientSettings::new(address.clone())
        };
        let client = Arc::new(GatewayClient::connect(settings)?);
        Ok(Self {
            queue: Arc::clone(&client) as _,
            store: client,
            state: std::env::temp_dir().join("clx"),
            process: None,
            _lifeline: None,
        })
    }
}
