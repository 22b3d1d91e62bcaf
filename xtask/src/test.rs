//! `cargo xtask test`: what CI runs, step by step, with a table of durations at the end.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::TaskError;
use crate::run::Program;
use crate::{book, examples, faults, gen_docs, integration, package, root, tidy, tool};

/// The test runner, and the version that is installed where it is missing.
const NEXTEST: &str = "cargo install cargo-nextest --locked --version 0.9.143";

type Step = (&'static str, fn(&Path) -> Result<(), TaskError>);

/// In this order: what is fast and often wrong comes first.
const STEPS: &[Step] = &[
    ("set-up", set_up),
    ("format", |root| cargo(root, "fmt --all --check").run()),
    ("tidy", tidy::check),
    ("pages", gen_docs::check),
    ("lints", |root| cargo(root, "clippy --workspace --all-targets -- -D warnings").run()),
    ("tools", tool::set_up),
    ("servers", package::set_up),
    ("tests", tests),
    ("named tests", faults::check),
    ("doc tests", |root| cargo(root, "test --workspace --doc --quiet").run()),
    ("examples", examples::run),
    ("documentation", documentation),
    ("book", book::build),
];

/// Runs all steps, stopping at the first that fails.
pub(crate) fn run() -> Result<(), TaskError> {
    let root = root::repository()?;
    let start = Instant::now();
    let mut durations = Vec::new();
    for (name, step) in STEPS {
        let begin = Instant::now();
        let result = step(&root);
        let duration = begin.elapsed();
        crate::say(&format!("# {name}: {}", seconds(duration)));
        durations.push((*name, duration));
        result?;
    }
    crate::say("");
    for (name, duration) in durations {
        crate::say(&format!("{name:<16}{:>10}", seconds(duration)));
    }
    crate::say(&format!("Everything is in order, {} in all.", seconds(start.elapsed())));
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn cargo(root: &Path, arguments: &str) -> Program {
    Program::new(root, &format!("cargo {arguments}"))
}

fn set_up(root: &Path) -> Result<(), TaskError> {
    if cargo(root, "nextest --version").succeeds() {
        Ok(())
    } else {
        Program::new(root, NEXTEST).run()
    }
}

fn tests(root: &Path) -> Result<(), TaskError> {
    let has_containers = integration::prepare(root)?;
    integration::informed(root, cargo(root, "nextest run --workspace"), has_containers)?.run()
}

fn documentation(root: &Path) -> Result<(), TaskError> {
    cargo(root, "doc --workspace --no-deps").variable("RUSTDOCFLAGS", "-Dwarnings").run()
}
