//! A cold build against the time to copy what it makes, and a build with nothing to do.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Figures;
use crate::command::{clx, expect_files, run, seconds};
use crate::course::{self, N_NOTEBOOKS, N_OUTPUTS};

pub fn measure(below: &Path) -> Figures {
    // Left for the bench to remove when all is measured: for minutes after many files were deleted,
    // ext4 is so slow in making new ones that everything takes the same time.
    let directory = tempfile::tempdir_in(below)?.keep();
    let root = directory.as_path();
    let spec = course::generate(root)?;
    let mut build = clx()?;
    build.arg("build").arg(&spec).args(["-O", "quiet"]);
    let out = root.join("out");
    // Caches are warm, and the disk idle, when the clock starts.
    run(&mut Command::new("sync"))?;
    let cold = seconds(&mut build)?;
    expect_files(&out, N_NOTEBOOKS * N_OUTPUTS)?;
    let no_op = seconds(&mut build)?;
    run(&mut Command::new("sync"))?;
    let copy = seconds(Command::new("cp").arg("-r").arg(&out).arg(root.join("copy")))?;
    Ok(json!({
        "cold_s": cold,
        "no_op_s": no_op,
        "copy_s": copy,
        "cold_to_copy": cold / copy,
    }))
}
