//! `cargo xtask bench`: measures clx against its peers and writes `docs/benchmarks.md`.
//!
//! Every measurement is a program that prints figures; clx and its peers take turns, and medians are
//! compared. Absolute figures belong to one machine and one hour, ratios of one run do not.

use std::fs;
use std::path::Path;

use self::figures::Figures;
use self::side::Sides;
use crate::error::TaskError;
use crate::root;

mod broker;
mod comparisons;
mod figures;
mod page;
mod python;
mod row;
mod side;

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
const NAMES: [&str; 16] = [
    "build",
    "incremental",
    "page",
    "execute",
    "memory",
    "plantuml",
    "drawio",
    "containers",
    "watch",
    "queue",
    "latency",
    "latency-process",
    "idle",
    "history",
    "look",
    "scale",
];

/// Measurements that take long and vary little: one round is enough.
const ONCE: &[&str] = &["memory", "idle", "history", "look", "scale"];

/// Builds the programs, runs them in turns, and prints the comparison.
pub(crate) fn run(args: &Bench) -> Result<(), TaskError> {
    let root = root::repository()?;
    let wanted =
        |name: &&str| args.names.is_empty() || args.names.iter().any(|other| other == name);
    let names: Vec<&str> = NAMES.into_iter().filter(wanted).collect();
    let sides = Sides::set_up(&root, &names)?;
    let directory = root.join(TARGET).join("measured");
    let at = |source| TaskError::Io { path: directory.clone(), source };
    fs::create_dir_all(&directory).map_err(at)?;
    let mut figures = Figures::default();
    for round in 0..args.rounds {
        for name in &names {
            if round == 0 || !ONCE.contains(name) {
                measure(&sides, name, &directory, &mut figures)?;
            }
        }
    }
    drop(sides);
    fs::remove_dir_all(&directory).map_err(at)?;
    let rows = row::all(&figures);
    crate::say(&page::table(&rows));
    if args.names.is_empty() { page::write(&root, &rows, args.rounds) } else { Ok(()) }
}

/// Lets clx and those peers that can do it measure one thing, one after the other.
fn measure(
    sides: &Sides,
    name: &str,
    directory: &Path,
    figures: &mut Figures,
) -> Result<(), TaskError> {
    for (side, program) in sides.of(name, directory) {
        crate::say(&format!("{name}: {side}"));
        figures.add(side, name, &program)?;
    }
    Ok(())
}
