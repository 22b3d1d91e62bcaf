//! Development tasks, run as `cargo xtask <task>`.
//!
//! One file per task; this one only dispatches. Each task prints the commands it runs, and fails
//! with the name of the command that failed.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::TaskError;

mod bench;
mod book;
mod build_images;
mod coverage;
mod demo;
mod error;
mod examples;
mod facts;
mod faults;
mod fuzz;
mod gen_docs;
mod golden;
mod integration;
mod package;
mod python;
mod root;
mod run;
mod test;
mod tidy;
mod tool;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure clx against its peers and physical limits; writes docs/benchmarks.md
    Bench(bench::Bench),
    /// Build the documentation as a book, into target/book
    Book,
    /// Build the images that workers run in, and run a job in each
    BuildImages(build_images::BuildImages),
    /// Count which lines the tests run; writes docs/coverage.md
    Coverage(coverage::Coverage),
    /// Build clx, set kernels up, build the demo course, and show the result
    Demo,
    /// Run the tests of the failure cases; writes docs/faults.md
    Faults(faults::Faults),
    /// Run the fuzz targets under libFuzzer; findings go to target/fuzz/artifacts
    Fuzz(fuzz::Fuzz),
    /// Write the pages that are made from sources
    GenDocs(gen_docs::GenDocs),
    /// Compare the notebook processor with recorded outputs
    Golden(golden::Golden),
    /// Build the images and run the tests that start containers
    Integration,
    /// Run everything that CI runs: format, tidy, lints, tests, documentation
    Test,
    /// Check the rules of the house that no other tool knows
    Tidy,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Bench(args) => bench::run(&args),
        Task::Book => book::run(),
        Task::BuildImages(args) => build_images::run(&args),
        Task::Coverage(args) => coverage::run(&args),
        Task::Demo => demo::run(),
        Task::Faults(args) => faults::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::GenDocs(args) => gen_docs::run(&args),
        Task::Golden(args) => golden::run(&args),
        Task::Integration => integration::run(),
        Task::Test => test::run(),
        Task::Tidy => tidy::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

/// Prints a line of a task's result.
#[expect(clippy::print_stdout, reason = "tasks talk to the person who runs them")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "tasks talk to the person who runs them")]
fn complain(error: &TaskError) {
    eprintln!("error: {error}");
}
