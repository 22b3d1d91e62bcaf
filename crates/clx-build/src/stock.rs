//! Puts what jobs need where workers find it. Principal function: [`stock`].

use std::fs;
use std::path::Path;

use clx_core::{ContentHash, Diagnostic};
use clx_store::{Store, StoreError};

use crate::code;
use crate::plan::PlannedStep;

/// Puts the sources of steps, and the files that their code may see, into the store where it lacks
/// them. Returns what could not be read as it was planned.
pub(crate) fn stock<'p>(
    store: &Store,
    steps: impl Iterator<Item = &'p PlannedStep>,
) -> Result<Vec<Diagnostic>, StoreError> {
    let mut problems = Vec::new();
    let mut missing: Vec<(&PlannedStep, Vec<u8>)> = Vec::new();
    let steps: Vec<_> = steps.collect();
    let sources: Vec<_> = steps.iter().map(|planned| planned.step.source).collect();
    for (planned, is_there) in steps.into_iter().zip(store.contains_many(&sources)?) {
        if !is_there && let Ok(bytes) = fs::read(&planned.source) {
            missing.push((planned, bytes));
        }
        for (path, hash) in &planned.inputs {
            problems.extend(stock_input(store, path, hash, &planned.step.label)?);
        }
    }
    let bytes: Vec<&[u8]> = missing.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let hashes = store.put_many(&bytes)?;
    for ((planned, _), hash) in missing.iter().zip(hashes) {
        if hash != planned.step.source {
            problems.push(changed_while_read(Path::new(&planned.step.label)));
        }
    }
    Ok(problems)
}

/// Puts a file that code may see into the store, piece by piece if it is large.
fn stock_input(
    store: &Store,
    path: &Path,
    hash: &ContentHash,
    label: &str,
) -> Result<Option<Diagnostic>, StoreError> {
    if store.contains(hash)? {
        return Ok(None);
    }
    match store.put_file(path) {
        Ok(found) if found == *hash => Ok(None),
        Ok(_) => {
            let beside = Path::new(label).with_file_name(path.file_name().unwrap_or_default());
            Ok(Some(changed_while_read(&beside)))
        }
        Err(StoreError::Io { .. }) => {
            let message = format!("`{}` cannot be read", path.display());
            let problem = Diagnostic::error(code::READ_FAILED, "file_load_error", message);
            Ok(Some(problem.in_file(label)))
        }
        Err(error) => Err(error),
    }
}

fn changed_while_read(file: &Path) -> Diagnostic {
    let message = "it was changed while clx was reading it";
    Diagnostic::error(code::READ_FAILED, "file_load_error", message)
        .in_file(file)
        .with_hint("build again")
}
