//! The private directory of one kernel. Principal type: [`KernelDirectory`].
//!
//! ```text
//! <base>/kernel-<pid of clx>-<start of clx>-<random>/
//!   connection.json     ports and key
//!   work/               where the kernel runs; filled by the caller
//! ```

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clx_process::ProcessIdentity;

use crate::connection::random_name;
use crate::error::KernelError;

const PREFIX: &str = "kernel";

/// Removes itself with all that is in it when dropped.
#[derive(Debug)]
pub(crate) struct KernelDirectory {
    path: PathBuf,
}

impl KernelDirectory {
    pub(crate) fn make(base: &Path) -> Result<Self, KernelError> {
        let random = random_name().map_err(|source| KernelError::Connection { source })?;
        let (pid, start) = ProcessIdentity::of_this_process()
            .map_or((std::process::id(), 0), |this| (this.pid, this.start));
        let path = base.join(format!("{PREFIX}-{pid}-{start}-{random}"));
        let made = Self { path };
        made.make_directories(base)
            .map_err(|source| KernelError::Directory { path: made.path.clone(), source })?;
        Ok(made)
    }

    fn make_directories(&self, base: &Path) -> io::Result<()> {
        fs::create_dir_all(base)?;
        DirBuilder::new().mode(0o700).create(&self.path)?;
        fs::create_dir(self.work())
    }

    pub(crate) fn connection_file(&self) -> PathBuf {
        self.path.join("connection.json")
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.path.join("work")
    }
}

impl Drop for KernelDirectory {
    fn drop(&mut self) {
        // What is left is found by `remove_leftovers`.
        fs::remove_dir_all(&self.path).ok();
    }
}

/// Removes the directories of kernels below `base` whose clx was killed, and returns how many.
/// Those of living processes stay. To be called once at the start of a build.
///
/// # Errors
/// [`KernelError::Directory`] if `base` exists and cannot be read.
pub fn remove_leftovers(base: &Path) -> Result<usize, KernelError> {
    let entries = match fs::read_dir(base) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(source) => return Err(KernelError::Directory { path: base.to_owned(), source }),
    };
    let is_leftover = |entry: &fs::DirEntry| {
        entry.file_name().to_str().and_then(owner_of).is_some_and(|owner| !is_alive(owner))
    };
    let leftovers = entries.filter_map(Result::ok).filter(is_leftover);
    Ok(leftovers.filter(|entry| fs::remove_dir_all(entry.path()).is_ok()).count())
}

/// Returns pid and start of the process that made a directory.
fn owner_of(name: &str) -> Option<(u32, u64)> {
    let mut parts = name.split('-');
    if parts.next() != Some(PREFIX) {
        return None;
    }
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn is_alive((pid, start): (u32, u64)) -> bool {
    ProcessIdentity::of(pid).is_some_and(|now| now.start == start)
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
