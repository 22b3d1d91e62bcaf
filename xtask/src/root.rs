//! Where the repository is, and what lies in it. Principal functions: [`repository`],
//! [`target`], [`entries`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::TaskError;

/// Returns the root of the repository that this task was started in.
pub(crate) fn repository() -> Result<PathBuf, TaskError> {
    // `cargo run` sets the variable to this package's directory, also when a target directory is
    // shared by several checkouts.
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package.join("..");
    root.canonicalize().map_err(|source| TaskError::Io { path: root, source })
}

/// Returns the directory that Cargo builds into.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |path| root.join(path))
}

/// Returns the paths in a directory, in order.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let at = |source| TaskError::Io { path: directory.to_owned(), source };
    let entries = fs::read_dir(directory).map_err(at)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(at)?;
    paths.sort();
    Ok(paths)
}
