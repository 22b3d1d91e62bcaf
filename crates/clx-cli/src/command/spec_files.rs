//! The course specs of a course root, for commands that are told none.

use std::path::{Path, PathBuf};

use crate::display::stderr_line;
use crate::exit::Exit;

/// Where specs lie, relative to the course root.
const DIRECTORY: &str = "course-specs";

/// Returns all specs of a course root in name order; prints why if there is none.
pub(super) fn all_specs(root: &Path) -> Result<Vec<PathBuf>, Exit> {
    let directory = root.strip_prefix(".").unwrap_or(root).join(DIRECTORY);
    let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten();
    let is_spec = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "xml");
    let mut specs: Vec<_> = entries.map(|entry| entry.path()).filter(is_spec).collect();
    specs.sort();
    if specs.is_empty() {
        stderr_line(&format!(
            "error: there is no course spec in {}\n  \
             hint: change to the course root, or name a spec; `clx init` makes a new course",
            directory.display()
        ));
        return Err(Exit::Usage);
    }
    Ok(specs)
}

/// Returns the only spec of a course root; prints why if there is none or more than one.
pub(super) fn only_spec(root: &Path) -> Result<PathBuf, Exit> {
    let mut specs = all_specs(root)?;
    if specs.len() == 1 {
        return Ok(specs.remove(0));
    }
    let names: Vec<_> = specs.iter().map(|spec| spec.display().to_string()).collect();
    stderr_line(&format!(
        "error: the course has several specs\n  hint: name one with `--spec`: {}",
        names.join(", ")
    ));
    Err(Exit::Usage)
}
