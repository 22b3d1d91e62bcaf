//! The course specs of a course root, where none is named. Principal functions: [`all_specs`],
//! [`only_spec`], [`specs_above`].

use std::path::{Path, PathBuf};

/// Where specs lie, relative to the course root.
pub(crate) const SPECS: &str = "course-specs";

/// Returns all specs of a course root in name order; as an error, what to say if there is none.
pub(crate) fn all_specs(root: &Path) -> Result<Vec<PathBuf>, String> {
    let directory = root.strip_prefix(".").unwrap_or(root).join(SPECS);
    let specs = specs_in(&directory);
    if specs.is_empty() {
        return Err(format!(
            "there is no course spec in {}\n  \
             hint: change to the course root, or name a spec; `clx init` makes a new course",
            directory.display()
        ));
    }
    Ok(specs)
}

/// Returns the only spec of a course root; as an error, what to say if there is none or more than one.
/// `how` tells how one is named.
pub(crate) fn only_spec(root: &Path, how: &str) -> Result<PathBuf, String> {
    let mut specs = all_specs(root)?;
    if specs.len() == 1 {
        return Ok(specs.remove(0));
    }
    let names: Vec<_> = specs.iter().map(|spec| spec.display().to_string()).collect();
    Err(format!("the course has several specs\n  hint: name one{how}: {}", names.join(", ")))
}

/// Returns the specs of the nearest course root at or above a path, in name order; none if there is no
/// such root.
pub(crate) fn specs_above(path: &Path) -> Vec<PathBuf> {
    let mut roots = path.ancestors().map(|above| specs_in(&above.join(SPECS)));
    roots.find(|specs| !specs.is_empty()).unwrap_or_default()
}

fn specs_in(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let is_spec =
        |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "xml") && path.is_file();
    let mut specs: Vec<_> = entries.map(|entry| entry.path()).filter(is_spec).collect();
    specs.sort();
    specs
}
