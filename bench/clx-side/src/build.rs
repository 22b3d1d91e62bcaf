//! A cold build against the time to copy what it makes, and a build with nothing to do.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::Figures;
use crate::course::{self, N_NOTEBOOKS, N_OUTPUTS};

pub fn measure(below: &Path) -> Figures {
    // Left for the bench to remove when all is measured: for minutes after many files were deleted,
    // ext4 is so slow in making new ones that everything takes the same time.
    let directory = tempfile::tempdir_in(below)?.keep();
    let root = directory.as_path();
    let spec = course::generate(root)?;
    // `clx` is built beside this program.
    let clx = std::env::current_exe()?.with_file_name("clx");
    let build = || run(Command::new(&clx).arg("build").arg(&spec).args(["-O", "quiet"]));
    let out = root.join("out");
    // Caches are warm, and the disk idle, when the clock starts.
    run(&mut Command::new("sync"))?;
    let cold = seconds(build)?;
    let n_files = count(&out)?;
    if n_files != N_NOTEBOOKS * N_OUTPUTS {
        return Err(format!("{n_files} files instead of {}", N_NOTEBOOKS * N_OUTPUTS).into());
    }
    let no_op = seconds(build)?;
    run(&mut Command::new("sync"))?;
    let copy = seconds(|| run(Command::new("cp").arg("-r").arg(&out).arg(root.join("copy"))))?;
    Ok(json!({
        "cold_s": cold,
        "no_op_s": no_op,
        "copy_s": copy,
        "cold_to_copy": cold / copy,
    }))
}

fn seconds(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}

fn count(directory: &Path) -> Result<usize, Box<dyn Error>> {
    let mut n_files = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        n_files += if path.is_dir() { count(&path)? } else { 1 };
    }
    Ok(n_files)
}

/// Runs a command; an error shows what it said.
fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
