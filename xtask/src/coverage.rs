//! `cargo xtask coverage`: which lines of each crate the tests run; writes `docs/coverage.md` and fails
//! if a crate is below its bar.
//!
//! The compiler counts in the programs themselves, and a library reads counts and source lines from
//! what it leaves: no tool of LLVM is needed, whose versions would have to match.

use std::path::Path;

use self::build::Build;
use self::count::Counts;
use self::line::Lines;
use self::source::Sources;
use self::table::Table;
use crate::error::TaskError;
use crate::{integration, package, root, tool};

mod build;
mod count;
mod line;
mod page;
mod source;
mod table;

/// Arguments of `cargo xtask coverage`.
#[derive(Debug, clap::Args)]
pub(crate) struct Coverage {
    /// Build no images; what needs them is skipped
    #[arg(long)]
    without_images: bool,
    /// Run nothing, print the lines of a crate that the last run left out
    #[arg(long, value_name = "CRATE")]
    missing: Option<String>,
}

impl Coverage {
    fn command(&self) -> String {
        let images = if self.without_images { " --without-images" } else { "" };
        format!("cargo xtask coverage{images}")
    }
}

/// Runs all tests and writes the page, or prints what they do not run.
pub(crate) fn run(args: &Coverage) -> Result<(), TaskError> {
    let root = root::repository()?;
    let build = Build::new(&root, root::target(&root).join("coverage"))?;
    if let Some(name) = &args.missing {
        let sources = Sources::read(&root)?;
        lines(&root, &build)?.missing(&sources, name).iter().for_each(|line| crate::say(line));
        return Ok(());
    }
    tool::set_up(&root)?;
    package::set_up(&root)?;
    let has_containers = !args.without_images && integration::prepare(&root)?;
    build.forget()?;
    let suite = build.cargo("nextest run --workspace --no-fail-fast");
    let ended = integration::informed(&root, suite, has_containers)?.run();
    let table = Table::new(&lines(&root, &build)?, &Sources::read(&root)?);
    page::write(&root, &table, &args.command())?;
    ended.and_then(|()| table.check())
}

/// Reads what the programs of the last run have counted.
fn lines(root: &Path, build: &Build) -> Result<Lines, TaskError> {
    let counts = Counts::read(&build.counters()?)?;
    let mut lines = Lines::new(root);
    for program in build.programs()? {
        lines.add(&program, &counts)?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::Program;

    const PROGRAM: &str = "\
fn main() {
    let n = std::env::args().count();
    if n > 1 {
        println!(\"many\");
    }
    std::process::abort();
}

fn never() {}
";

    #[test]
    fn lines_are_counted_of_a_program_that_is_killed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("crates/clx-a/src")).unwrap();
        fs::write(root.join("crates/clx-a/src/main.rs"), PROGRAM).unwrap();
        fs::write(root.join("crates/README.md"), "# Crates\n").unwrap();
        let build = Build::new(&root, root.join("counting")).unwrap();
        build.compiler("rustc crates/clx-a/src/main.rs -o a").run().unwrap();
        let count = || build.counting(Program::new(&root, "./a")).run().unwrap_err();
        count();
        count();

        let counters = build.counters().unwrap();
        assert_eq!(counters.len(), 1, "processes share a file: {counters:?}");
        let counts = Counts::read(&counters).unwrap();
        let mut lines = Lines::new(&root);
        lines.add(&root.join("a"), &counts).unwrap();
        let missing = lines.missing(&Sources::read(&root).unwrap(), "clx-a");
        assert_eq!(missing, ["crates/clx-a/src/main.rs:4", "crates/clx-a/src/main.rs:9"]);

        build.forget().unwrap();
        assert!(build.counters().unwrap().is_empty());
    }
}
