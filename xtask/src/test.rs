//! `cargo xtask test`: what CI runs, step by step, with a table of durations at the end.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::TaskError;
use crate::run::{Background, Program};
use crate::{book, examples, faults, gen_docs, integration, package, root, tidy, tool};

/// The test runner, and the version that is installed where it is missing.
const NEXTEST: &str = "cargo install cargo-nextest --locked --version 0.9.143";

type Step = (&'static str, fn(&Path) -> Result<(), TaskError>);

/// What is fast and often wrong, in this order.
const FIRST: &[Step] = &[
    ("set-up", set_up),
    ("format", |root| cargo(root, "fmt --all --check").run()),
    ("tidy", tidy::check),
    ("pages", gen_docs::check),
];

/// What needs no images, in this order. They are built meanwhile: mostly that is waiting for packages.
const MEANWHILE: &[Step] = &[
    ("lints", |root| cargo(root, "clippy --workspace --all-targets -- -D warnings").run()),
    ("tools", tool::set_up),
    ("servers", package::set_up),
    ("compilation", |root| cargo(root, "nextest run --workspace --no-run").run()),
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
    let mut table = Table::default();
    for (name, step) in FIRST {
        table.time(name, || step(&root))?;
    }
    let images = integration::begin(&root)?;
    for (name, step) in MEANWHILE {
        table.time(name, || step(&root))?;
    }
    let has_containers = images.is_some();
    table.time("images", || images.map_or(Ok(()), Background::finish))?;
    table.time("tests", || tests(&root, has_containers))?;
    crate::say("");
    for (name, duration) in table.0 {
        crate::say(&format!("{name:<16}{:>10}", seconds(duration)));
    }
    crate::say(&format!("Everything is in order, {} in all.", seconds(start.elapsed())));
    Ok(())
}

/// How long each step took.
#[derive(Debug, Default)]
struct Table(Vec<(&'static str, Duration)>);

impl Table {
    fn time(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<(), TaskError>,
    ) -> Result<(), TaskError> {
        let begin = Instant::now();
        let result = step();
        let duration = begin.elapsed();
        crate::say(&format!("# {name}: {}", seconds(duration)));
        self.0.push((name, duration));
        result
    }
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

fn tests(root: &Path, has_containers: bool) -> Result<(), TaskError> {
    integration::informed(root, cargo(root, "nextest run --workspace"), has_containers)?.run()
}

fn documentation(root: &Path) -> Result<(), TaskError> {
    cargo(root, "doc --workspace --no-deps").variable("RUSTDOCFLAGS", "-Dwarnings").run()
}
