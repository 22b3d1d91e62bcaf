//! Removes what clx owns and nobody wants any more. Principal type: [`Removed`].

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use clx_store::Store;

use super::root::OutputRoot;
use super::{PublishError, Publisher};

/// What sweeping did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files that were removed.
    pub files: Vec<PathBuf>,
    /// Files that were changed or moved by hand: kept, and no longer looked after.
    pub kept: Vec<PathBuf>,
}

impl Publisher<'_> {
    /// Removes owned files below `complete_dirs` that are not `wanted`, and directories below them
    /// that this leaves empty.
    pub(crate) fn sweep(
        &mut self,
        complete_dirs: &[PathBuf],
        wanted: &HashSet<PathBuf>,
        directories: &[PathBuf],
    ) -> Result<Removed, PublishError> {
        let mut removed = Removed::default();
        for root in &mut self.roots {
            let mut stale: Vec<PathBuf> = root
                .owned
                .keys()
                .filter(|relative| {
                    let path = root.path().join(relative);
                    !wanted.contains(&path)
                        && complete_dirs.iter().any(|directory| path.starts_with(directory))
                })
                .cloned()
                .collect();
            stale.sort();
            let of_root = root.remove(self.store, &stale)?;
            for file in &of_root.files {
                remove_empty_parents(file, complete_dirs, directories);
            }
            removed.files.extend(of_root.files);
            removed.kept.extend(of_root.kept);
        }
        Ok(removed)
    }
}

impl OutputRoot {
    /// Removes owned files that are as clx wrote them, not through links that lead out of the root;
    /// gives up the ownership of all.
    pub(super) fn remove(
        &mut self,
        store: &Store,
        stale: &[PathBuf],
    ) -> Result<Removed, PublishError> {
        let mut removed = Removed::default();
        let mut released: Vec<&Path> = Vec::new();
        for relative in stale {
            let Some(owned) = self.owned.remove(relative) else { continue };
            let path = self.path().join(relative);
            match fs::symlink_metadata(&path) {
                Ok(metadata) if owned.is_unchanged(&metadata) && self.holds(&path) => {
                    match fs::remove_file(&path) {
                        Ok(()) => removed.files.push(path),
                        // Tried again by the next build.
                        Err(_) => continue,
                    }
                }
                Ok(_) => removed.kept.push(path),
                Err(_) => {}
            }
            released.push(relative);
        }
        store.release_outputs(self.path(), &released)?;
        Ok(removed)
    }
}

/// Removes directories that became empty, up to but not including those that are swept as a whole and
/// those that are wanted empty.
fn remove_empty_parents(file: &Path, complete_dirs: &[PathBuf], directories: &[PathBuf]) {
    let mut parent = file.parent();
    while let Some(directory) = parent {
        let inside = complete_dirs.iter().any(|top| directory != top && directory.starts_with(top));
        let wanted = directories.iter().any(|wanted| wanted == directory);
        if !inside || wanted || fs::remove_dir(directory).is_err() {
            return;
        }
        parent = directory.parent();
    }
}
