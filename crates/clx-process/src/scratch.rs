//! Directories of tools that end with their process. Principal type: [`ScratchDirectory`].

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::ProcessError;
use crate::identity::ProcessIdentity;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A directory that only this user may enter, `<base>/<prefix>-<pid>-<start>-<number>`, where pid and
/// start are those of this process. Removes itself with all that is in it when dropped.
#[derive(Debug)]
pub struct ScratchDirectory {
    path: PathBuf,
}

impl ScratchDirectory {
    /// Makes a directory below `base`, which is made if missing. The prefix has no hyphen.
    ///
    /// # Errors
    /// [`ProcessError::Directory`].
    pub fn make(base: &Path, prefix: &str) -> Result<Self, ProcessError> {
        let (pid, start) = ProcessIdentity::of_this_process()
            .map_or((std::process::id(), 0), |this| (this.pid, this.start));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("{prefix}-{pid}-{start}-{number}"));
        let make = || {
            fs::create_dir_all(base)?;
            DirBuilder::new().mode(0o700).create(&path)
        };
        match make() {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(ProcessError::Directory { path, source }),
        }
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the directories with this prefix below `base` whose process was killed, and returns
    /// how many. Those of living processes stay.
    ///
    /// # Errors
    /// [`ProcessError::Directory`] if `base` exists and cannot be read.
    pub fn remove_leftovers(base: &Path, prefix: &str) -> Result<usize, ProcessError> {
        let entries = match fs::read_dir(base) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(source) => return Err(ProcessError::Directory { path: base.to_owned(), source }),
        };
        let is_leftover = |entry: &fs::DirEntry| {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| owner_of(name, prefix));
            owner.is_some_and(|owner| !is_alive(owner))
        };
        let leftovers = entries.filter_map(Result::ok).filter(is_leftover);
        Ok(leftovers.filter(|entry| fs::remove_dir_all(entry.path()).is_ok()).count())
    }
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        // What is left is found by `remove_leftovers`.
        fs::remove_dir_all(&self.path).ok();
    }
}

/// Returns pid and start of the process that made a directory.
fn owner_of(name: &str, prefix: &str) -> Option<(u32, u64)> {
    let mut parts = name.split('-');
    if parts.next() != Some(prefix) {
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
        let ours = ScratchDirectory::make(base.path(), "tool").unwrap();
        let dead = base.path().join(format!("tool-{}-1-0", std::process::id()));
        let foreign = [base.path().join("notes"), base.path().join("other-1-1-0")];
        fs::create_dir(&dead).unwrap();
        foreign.iter().for_each(|path| fs::create_dir(path).unwrap());
        assert_eq!(ScratchDirectory::remove_leftovers(base.path(), "tool").unwrap(), 1);
        assert!(!dead.exists() && ours.path().exists());
        assert!(foreign.iter().all(|path| path.exists()));
        fs::write(ours.path().join("file"), "x").unwrap();
        drop(ours);
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), foreign.len());
    }

    #[test]
    fn base_that_does_not_exist_has_no_leftovers() {
        let base = tempfile::tempdir().unwrap();
        let none = base.path().join("none");
        assert_eq!(ScratchDirectory::remove_leftovers(&none, "tool").unwrap(), 0);
    }
}
