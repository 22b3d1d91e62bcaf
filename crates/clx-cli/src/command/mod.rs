//! The commands, one file each.

mod build;
mod builds;
mod cache;
mod config;
mod containers;
mod db;
mod decks;
mod diagrams;
mod docker;
mod doctor;
mod explain;
mod failed_steps;
mod failure;
mod files;
mod git;
mod hosts;
mod identities;
mod images;
mod jobs;
mod last_build;
mod limited;
mod list;
mod manual;
mod metrics;
mod monitor;
mod narrow;
mod orphans;
mod outline;
mod pages;
mod plan;
mod planning;
mod pool;
mod queue_file;
mod restore;
mod round;
mod scaffold;
mod serve;
mod setup;
mod shown;
mod status;
mod toolbox;
mod tools;
mod underway;
mod validate;
mod wanted;
mod watch;
mod wiring;
mod worker;
mod workers;

use std::path::Path;

use clx_core::with_causes;
use clx_course::{Course, LoadOptions, Loaded};

pub(crate) use self::build::exit_of;
pub(crate) use self::cache::CacheLimits;
pub(crate) use self::last_build::LastBuild;

use crate::args::{Cli, Command, PoolCommand, SpecArgs, WorkerCommand};
use crate::exit::Exit;

/// Runs the command of the command line.
pub(crate) fn run(cli: Cli) -> Exit {
    match cli.command {
        Command::Build(args) => build::run(args),
        Command::Watch(args) => build::run((*args).into()),
        Command::Plan(args) => plan::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Init(args) => scaffold::init(&args),
        Command::New(command) => scaffold::new(&command),
        Command::Monitor(args) => monitor::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Targets(args) => list::targets(&args),
        Command::Decks(args) => decks::run(&args),
        Command::Orphans(args) => orphans::run(&args),
        Command::Outline(args) => outline::run(&args),
        Command::Git(command) => git::run(&command),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::man(&args),
        Command::Setup(args) => setup::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Jobs(command) => jobs::run(&command),
        Command::Workers(command) => workers::run(&command),
        Command::Builds(command) => builds::run(&command),
        Command::Db(command) => db::run(&command),
        Command::Cache(command) => cache::run(&command),
        Command::Config(command) => config::run(&command),
        Command::Docker(command) => docker::run(&command),
        Command::Pool(PoolCommand::Run(args)) => pool::run(&args),
        Command::Worker(WorkerCommand::Run(args)) => worker::run(&args),
    }
}

/// Says why the command line is wrong.
fn usage(why: String) -> Exit {
    crate::display::stderr_line(&format!("error: {why}"));
    Exit::Usage
}

/// Loads a course, or the part of it that `only` names.
fn load(args: &SpecArgs, only: &[String]) -> Loaded {
    let (root, only) = (args.data_dir.clone(), only.to_owned());
    clx_course::load(&args.spec, &LoadOptions { root, only, ..LoadOptions::default() })
}

/// Loads a course for a command that only reads it; prints problems, errors alone if it loads.
fn load_for_reading(spec: &Path, root: Option<&Path>) -> Result<Course, Exit> {
    let options = LoadOptions { root: root.map(Path::to_owned), ..LoadOptions::default() };
    let loaded = clx_course::load(spec, &options);
    for problem in loaded.diagnostics.iter().filter(|problem| problem.is_error()) {
        crate::display::stderr_line(&problem.to_string());
    }
    loaded.course.ok_or(Exit::Spec)
}
