//! Builds of a large course after the first: with nothing to do, with one notebook changed, with its
//! outputs gone; and planning alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Figures;
use crate::command::{clx, expect_files, run, seconds};
use crate::course::{self, N_LARGE_OUTPUTS};
use crate::timing::median;

/// How often everything that is quick is done.
const TIMES: usize = 7;

pub fn measure(below: &Path) -> Figures {
    // Left for the bench to remove, see `build`.
    let directory = tempfile::tempdir_in(below)?.keep();
    let root = directory.as_path();
    let spec = course::generate_large(root)?;
    let out = root.join("out");
    let build = || -> Result<f64, Box<dyn std::error::Error>> {
        seconds(clx()?.arg("build").arg(&spec).args(["-O", "quiet"]))
    };
    build()?;
    expect_files(&out, N_LARGE_OUTPUTS)?;
    git(&out, &["init", "--quiet"])?;
    git(&out, &["add", "."])?;
    git(
        &out,
        &["-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "--quiet", "-m", "b"],
    )?;
    run(&mut Command::new("sync"))?;
    let (mut no_op, mut status, mut changed) = (vec![], vec![], vec![]);
    let (mut plan, mut plan_again) = (vec![], vec![]);
    build()?;
    for _ in 0..TIMES {
        no_op.push(build()?);
        status.push(seconds(Command::new("git").arg("-C").arg(&out).args(["status", "--short"]))?);
        plan_again.push(seconds(clx()?.arg("plan").arg(&spec))?);
    }
    // What the last build left would answer at once.
    let traces = root.join(".clx/traces");
    fs::rename(&traces, root.join("traces"))?;
    for _ in 0..TIMES {
        plan.push(seconds(clx()?.arg("plan").arg(&spec))?);
    }
    fs::rename(root.join("traces"), &traces)?;
    for turn in 0..TIMES {
        let source = course::source(root, turn);
        OpenOptions::new().append(true).open(source)?.write_all(b"\n# More prose.\n")?;
        changed.push(build()?);
    }
    let old = root.join("old");
    // Not removed: ext4 looks for a minute at each inode that was freed before it makes a new one.
    fs::rename(out.join(".git"), root.join("repository"))?;
    fs::rename(&out, &old)?;
    run(&mut Command::new("sync"))?;
    let restored = build()?;
    expect_files(&out, N_LARGE_OUTPUTS)?;
    run(&mut Command::new("sync"))?;
    let copied = seconds(Command::new("cp").arg("-r").arg(&old).arg(root.join("copy")))?;
    let (no_op, changed) = (median(&mut no_op), median(&mut changed));
    Ok(json!({
        "no_op_ms": no_op * 1e3,
        "status_ms": median(&mut status) * 1e3,
        "plan_ms": median(&mut plan) * 1e3,
        "plan_again_ms": median(&mut plan_again) * 1e3,
        "changed_ms": (changed - no_op) * 1e3,
        "restored_to_copy": restored / copied,
        "restored_s": restored,
        "copy_s": copied,
    }))
}

fn git(directory: &Path, arguments: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    run(Command::new("git").arg("-C").arg(directory).args(arguments))
}
