//! `cargo xtask faults`: runs the tests of the failure cases and writes `docs/faults.md`.
//!
//! The cases and their tests stand in `tests/faults.json`. Each round is one call of nextest, whose
//! report tells how each test went.

use std::fs;
use std::path::Path;

use serde_json::Value;

use self::catalogue::Catalogue;
use self::tally::Tally;
use crate::error::TaskError;
use crate::run::Program;
use crate::{integration, package, root, tool};

mod catalogue;
mod page;
mod promise;
mod tally;

/// The report of the profile; nextest puts it there whatever the target directory is.
const REPORT: &str = "target/nextest/faults/junit.xml";

/// Arguments of `cargo xtask faults`.
#[derive(Debug, clap::Args)]
pub(crate) struct Faults {
    /// How often all tests are run, one round after the other
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
    /// Build no images; what needs them is told as skipped
    #[arg(long)]
    without_images: bool,
}

impl Faults {
    fn command(&self) -> String {
        let images = if self.without_images { " --without-images" } else { "" };
        format!("cargo xtask faults --times {}{images}", self.times)
    }
}

/// Runs all tests of the catalogue and writes the page.
pub(crate) fn run(args: &Faults) -> Result<(), TaskError> {
    let root = root::repository()?;
    let catalogue = Catalogue::read(&root)?;
    tool::set_up(&root)?;
    package::set_up(&root)?;
    let has_containers = !args.without_images && integration::prepare(&root)?;
    let words = "cargo nextest run --workspace --profile faults -E";
    let suite = Program::new(&root, words).argument(catalogue.filter());
    let suite = integration::informed(&root, suite, has_containers)?;
    let report = root.join(REPORT);
    let mut tally = Tally::default();
    let mut ended = Ok(());
    for round in 1..=args.times {
        crate::say(&format!("# round {round} of {}", args.times));
        let outcome = suite.run();
        tally.add(&read(&report)?, &report)?;
        fs::remove_file(&report).map_err(|source| io(&report, source))?;
        ended = ended.and(outcome);
    }
    page::write(&root, &catalogue, &tally, &args.command())?;
    ended
}

/// Fails if the catalogue or the page on security names a test that does not exist.
pub(crate) fn check(root: &Path) -> Result<(), TaskError> {
    let catalogue = Catalogue::read(root)?;
    let program = Program::new(root, "cargo nextest list --workspace --message-format json");
    let list: Value = serde_json::from_str(&program.read()?)
        .map_err(|source| TaskError::Json { command: program.shown(), source })?;
    let exists =
        |(binary, test): (&str, &str)| list["rust-suites"][binary]["testcases"].get(test).is_some();
    catalogue.check(&exists)?;
    promise::check(root, &exists)
}

fn read(path: &Path) -> Result<String, TaskError> {
    fs::read_to_string(path).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> TaskError {
    TaskError::Io { path: path.to_owned(), source }
}
