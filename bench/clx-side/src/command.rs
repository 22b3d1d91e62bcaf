//! The built `clx` and other programs, run as users do.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Makes a command of the `clx` that is built beside this program.
pub fn clx() -> Result<Command, Box<dyn Error>> {
    Ok(Command::new(std::env::current_exe()?.with_file_name("clx")))
}

/// Runs a command; an error shows what it said.
pub fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// Runs a command and returns how long that took.
pub fn seconds(command: &mut Command) -> Result<f64, Box<dyn Error>> {
    let begin = Instant::now();
    run(command)?;
    Ok(begin.elapsed().as_secs_f64())
}

/// Fails unless there are so many files in a directory and below.
pub fn expect_files(directory: &Path, n_expected: usize) -> Result<(), Box<dyn Error>> {
    let n_files = count(directory)?;
    if n_files == n_expected {
        return Ok(());
    }
    Err(format!("{n_files} files instead of {n_expected}").into())
}

fn count(directory: &Path) -> Result<usize, Box<dyn Error>> {
    let mut n_files = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        n_files += if path.is_dir() { count(&path)? } else { 1 };
    }
    Ok(n_files)
}
