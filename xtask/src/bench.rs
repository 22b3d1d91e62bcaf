//! `cargo xtask bench`: measures clx against its peers and writes `docs/benchmarks.md`.
//!
//! Every measurement is a program that prints figures; clx and its peers take turns, and medians are
//! compared. Absolute figures belong to one machine and one hour, ratios of one run do not.

use std::fs;
use std::path::Path;

use self::broker::Broker;
use self::figures::Figures;
use crate::error::TaskError;
use crate::root;
use crate::run::Program;

mod broker;
mod figures;
mod page;
mod row;

/// Where benchmarks are built and run.
const TARGET: &str = "bench/target";

/// Arguments of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Measurements to run; without any, all are run and the page is written
    #[arg(value_parser = NAMES)]
    names: Vec<String>,
    /// How often clx and its peers take turns
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// What can be measured.
const NAMES: [&str; 6] = ["build", "queue", "latency", "latency-process", "idle", "history"];

/// Measurements that take long and vary little: one round is enough.
const ONCE: &[&str] = &["idle", "history"];

/// What of it peers can do, too.
const PEERS: &[&str] = &["queue", "latency"];

/// Builds the programs, runs them in turns, and prints the comparison.
pub(crate) fn run(args: &Bench) -> Result<(), TaskError> {
    let root = root::repository()?;
    let wanted =
        |name: &&str| args.names.is_empty() || args.names.iter().any(|other| other == name);
    let names: Vec<&str> = NAMES.into_iter().filter(wanted).collect();
    let has_peers = names.iter().any(|name| PEERS.contains(name));
    if names.contains(&"build") {
        build(&root, "crates/clx-cli")?;
    }
    build(&root, "bench/clx-side")?;
    if has_peers {
        build(&root, "bench/peers")?;
    }
    let broker = if has_peers { Broker::start(&root)? } else { None };
    let mut figures = Figures::default();
    for round in 0..args.rounds {
        for name in &names {
            if round == 0 || !ONCE.contains(name) {
                measure(&root, name, broker.as_ref(), &mut figures)?;
            }
        }
    }
    drop(broker);
    let measured = root.join(TARGET).join("measured");
    fs::remove_dir_all(&measured)
        .map_err(|source| TaskError::Io { path: measured.clone(), source })?;
    let rows = row::all(&figures);
    crate::say(&page::table(&rows));
    if args.names.is_empty() { page::write(&root, &rows, args.rounds) } else { Ok(()) }
}

fn build(root: &Path, package: &str) -> Result<(), TaskError> {
    Program::new(root, "cargo build --release --manifest-path")
        .argument(format!("{package}/Cargo.toml"))
        .variable("CARGO_TARGET_DIR", root.join(TARGET))
        .run()
}

/// Lets clx and those peers that can do it measure one thing, one after the other.
fn measure(
    root: &Path,
    name: &str,
    broker: Option<&Broker>,
    figures: &mut Figures,
) -> Result<(), TaskError> {
    let directory = root.join(TARGET).join("measured");
    fs::create_dir_all(&directory)
        .map_err(|source| TaskError::Io { path: directory.clone(), source })?;
    let directory = directory.to_string_lossy().into_owned();
    let mut sides = vec![("clx", "clx-side", directory.as_str())];
    if PEERS.contains(&name) {
        sides.push(("effectum", "effectum", &directory));
        sides.extend(broker.map(|broker| ("RabbitMQ", "rabbit", broker.address())));
    }
    for (side, program, place) in sides {
        let program = root.join(TARGET).join("release").join(program);
        let program = Program::new(root, &program.to_string_lossy()).argument(name).argument(place);
        crate::say(&format!("{name}: {side}"));
        figures.add(side, name, &program)?;
    }
    Ok(())
}
