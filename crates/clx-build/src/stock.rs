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

#[cfg(test)]
mod tests {
    use clx_core::{JobKind, Step};
    use clx_store::StoreOptions;
    use serde_json::value::to_raw_value;

    use super::*;

    /// Stocks a step whose files hold their names, one of which is gone; `planned` returns what they held
    /// when the step was planned.
    fn check(planned: impl Fn(&str) -> String, expected: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state"), &StoreOptions::default()).unwrap();
        for name in ["deck.py", "data.csv"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let hash = |name: &str| ContentHash::of(planned(name));
        let step = Step {
            kind: JobKind::Notebook,
            label: "slides/deck.py".to_owned(),
            source: hash("deck.py"),
            input: to_raw_value(&()).unwrap(),
            outputs: Vec::new(),
        };
        let inputs = ["data.csv", "gone.csv"].map(|name| (dir.path().join(name), hash(name)));
        let planned = PlannedStep {
            source: dir.path().join("deck.py"),
            inputs: inputs.to_vec(),
            pictures: Vec::new(),
            step,
            places: Vec::new(),
        };
        let problems = stock(&store, std::iter::once(&planned)).unwrap();
        let place = format!("{}/", dir.path().display());
        let said = problems.iter().map(|problem| problem.to_string().replace(&place, ""));
        assert_eq!(said.collect::<Vec<_>>(), expected);
        for name in ["deck.py", "data.csv"] {
            assert_eq!(store.get(&ContentHash::of(name)).unwrap(), name.as_bytes());
        }
    }

    #[test]
    fn file_that_cannot_be_read_is_told() {
        check(str::to_owned, &["slides/deck.py: error[CLX0404]: `gone.csv` cannot be read"]);
    }

    #[test]
    fn what_was_changed_since_it_was_planned_is_told() {
        check(
            |name| format!("older {name}"),
            &[
                "slides/data.csv: error[CLX0404]: it was changed while clx was reading it\n  hint: build again",
                "slides/deck.py: error[CLX0404]: `gone.csv` cannot be read",
                "slides/deck.py: error[CLX0404]: it was changed while clx was reading it\n  hint: build again",
            ],
        );
    }
}
