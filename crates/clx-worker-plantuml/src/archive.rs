//! The class-data archive, which halves the start of Java. Principal function: [`make`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::{Invocation, Purpose};
use crate::error::PlantUmlError;
use crate::fault::Fault;
use crate::jvm::Jvm;

/// Making one takes about five seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(120);

/// One of each family of diagrams: the classes that they need go into the archive.
const SAMPLE: &str = include_str!("../samples.pu");

/// Makes the archive, unless there is one, and returns its path.
///
/// # Errors
/// [`PlantUmlError::Write`], [`PlantUmlError::Process`], [`PlantUmlError::Archive`].
pub(crate) async fn make(
    invocation: &Invocation<'_>,
    path: PathBuf,
) -> Result<PathBuf, PlantUmlError> {
    if path.is_file() {
        return Ok(path);
    }
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| PlantUmlError::Write { path, source }
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(at(parent))?;
    }
    // Beside its place, so that nobody uses a half one.
    let half = path.with_extension(format!("{}.half", std::process::id()));
    let made = draw_samples(invocation, &half).await;
    if let Err(error) = made {
        fs::remove_file(&half).ok();
        return Err(error);
    }
    fs::rename(&half, &path).map_err(at(&path))?;
    Ok(path)
}

async fn draw_samples(invocation: &Invocation<'_>, half: &Path) -> Result<(), PlantUmlError> {
    let failed = |fault: Fault| match fault {
        Fault::Start { source } => PlantUmlError::Process(source),
        other => PlantUmlError::Archive { output: format!("{other} {}", other.report()) },
    };
    let mut jvm = Jvm::start(invocation, Purpose::Archive { path: half }).map_err(failed)?;
    let answer = jvm.draw(SAMPLE, LIMIT).await.map_err(failed)?;
    // The archive is written when Java ends.
    jvm.end_within(LIMIT);
    if half.is_file() { Ok(()) } else { Err(PlantUmlError::Archive { output: answer.report }) }
}
