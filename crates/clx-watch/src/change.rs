//! What changed. Principal type: [`Change`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Paths that changed: files, or directories with all that is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    paths: BTreeSet<PathBuf>,
    everything: bool,
}

impl Change {
    /// Returns the change of which nothing is known, because there were more than could be told.
    #[must_use]
    pub const fn of_everything() -> Self {
        Self { paths: BTreeSet::new(), everything: true }
    }

    /// Returns the paths that are known to have changed, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }

    /// Tells whether more may have changed than the paths.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.everything
    }

    /// Tells whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.everything
    }

    /// Adds a path.
    pub fn add(&mut self, path: PathBuf) {
        self.paths.insert(path);
    }

    /// Adds another change.
    pub fn merge(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.everything |= other.everything;
    }
}
