//! Where the repository is.

use std::path::PathBuf;

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
