//! The private directory of one kernel. Principal type: [`KernelDirectory`].
//!
//! ```text
//! <base>/kernel-<pid of clx>-<start of clx>-<n>/
//!   connection.json     ports and key
//!   work/               where the kernel runs; filled by the caller
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clx_process::ScratchDirectory;

use crate::error::KernelError;

const PREFIX: &str = "kernel";

/// Removes itself with all that is in it when dropped.
#[derive(Debug)]
pub(crate) struct KernelDirectory(ScratchDirectory);

impl KernelDirectory {
    pub(crate) fn make(base: &Path) -> Result<Self, KernelError> {
        let failed = |source| KernelError::Directory { path: base.to_owned(), source };
        let made = ScratchDirectory::make(base, PREFIX).map_err(io::Error::other);
        let made = Self(made.map_err(failed)?);
        fs::create_dir(made.work()).map_err(failed)?;
        Ok(made)
    }

    pub(crate) fn connection_file(&self) -> PathBuf {
        self.0.path().join("connection.json")
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.0.path().join("work")
    }
}

/// Removes the directories of kernels below `base` whose clx was killed, and returns how many.
/// Those of living processes stay. To be called once at the start of a build.
///
/// # Errors
/// [`KernelError::Directory`] if `base` exists and cannot be read.
pub fn remove_leftovers(base: &Path) -> Result<usize, KernelError> {
    let removed = ScratchDirectory::remove_leftovers(base, PREFIX).map_err(io::Error::other);
    removed.map_err(|source| KernelError::Directory { path: base.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_dead_owners_are_removed() {
        let base = tempfile::tempdir().unwrap();
        let ours = KernelDirectory::make(base.path()).unwrap();
        let dead = base.path().join(format!("kernel-{}-1-abc", std::process::id()));
        let foreign = base.path().join("notes");
        fs::create_dir(&dead).unwrap();
        fs::create_dir(&foreign).unwrap();
        assert_eq!(remove_leftovers(base.path()).unwrap(), 1);
        assert!(!dead.exists() && foreign.exists() && ours.work().exists());
        drop(ours);
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
    }

    #[test]
    fn base_that_does_not_exist_has_no_leftovers() {
        let base = tempfile::tempdir().unwrap();
        assert_eq!(remove_leftovers(&base.path().join("none")).unwrap(), 0);
    }
}
