//! Development tasks, run as `cargo xtask <task>`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod golden;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Compare the notebook processor with recorded outputs
    Golden(golden::Golden),
}

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TaskError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// A line of a file of cases is no JSON object.
    #[error("{}:{line}: {source}", file.display())]
    Row { file: PathBuf, line: usize, source: serde_json::Error },
    /// Outputs differ from the recorded ones.
    #[error("{different} required rows differ")]
    Golden { different: usize },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Golden(args) => golden::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
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
