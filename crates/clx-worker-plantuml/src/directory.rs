//! Private directories, in which included files are laid. Principal types: [`PrivateDirectory`],
//! [`JobDirectory`].
//!
//! ```text
//! <base>/plantuml-<pid of clx>-<start of clx>-<n>/     where PlantUML runs
//!   dot                                                stands before Graphviz
//!   0/  1/  …                                          one for each job, as the course has them
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clx_process::ProcessIdentity;

use crate::command::{GRAPHVIZ_FILE, GRAPHVIZ_SCRIPT};

const PREFIX: &str = "plantuml";

/// The directory of one set of tools; PlantUML reads no files but those in it. Removes itself when
/// dropped.
#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    /// Without links, because PlantUML compares real paths.
    path: PathBuf,
    n_jobs: AtomicU64,
}

/// The directory of one job. Removes itself when dropped.
#[derive(Debug)]
pub(crate) struct JobDirectory {
    path: PathBuf,
}

impl PrivateDirectory {
    /// Makes a directory below `base`; removes those of processes that were killed.
    pub(crate) fn make(base: &Path) -> io::Result<Self> {
        fs::create_dir_all(base)?;
        remove_leftovers(base)?;
        let (pid, start) = ProcessIdentity::of_this_process()
            .map_or((std::process::id(), 0), |this| (this.pid, this.start));
        for n in 0_u64.. {
            let path = base.join(format!("{PREFIX}-{pid}-{start}-{n}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    return Self { path: path.canonicalize()?, n_jobs: AtomicU64::new(0) }
                        .with_script();
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    fn with_script(self) -> io::Result<Self> {
        let path = self.path.join(GRAPHVIZ_FILE);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o700).open(path)?;
        file.write_all(GRAPHVIZ_SCRIPT.as_bytes())?;
        Ok(self)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes an empty directory for a job.
    pub(crate) fn for_job(&self) -> io::Result<JobDirectory> {
        let path = self.path.join(self.n_jobs.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir(&path)?;
        Ok(JobDirectory { path })
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        // What is left is found by `remove_leftovers`.
        fs::remove_dir_all(&self.path).ok();
    }
}

impl JobDirectory {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path in the course of a file that was laid here.
    pub(crate) fn in_course(&self, file: &str) -> Option<PathBuf> {
        Path::new(file).strip_prefix(&self.path).ok().map(Path::to_owned)
    }
}

impl Drop for JobDirectory {
    fn drop(&mut self) {
        // What is left is removed with the private directory.
        fs::remove_dir_all(&self.path).ok();
    }
}

fn remove_leftovers(base: &Path) -> io::Result<()> {
    for entry in fs::read_dir(base)?.filter_map(Result::ok) {
        if entry.file_name().to_str().and_then(owner_of).is_some_and(|owner| !is_alive(owner)) {
            // Another process may be doing the same.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
    Ok(())
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
        let ours = PrivateDirectory::make(base.path()).unwrap();
        let dead = base.path().join(format!("plantuml-{}-1-0", std::process::id()));
        let foreign = base.path().join("plantuml-notes");
        fs::create_dir(&dead).unwrap();
        fs::create_dir(&foreign).unwrap();
        let second = PrivateDirectory::make(base.path()).unwrap();
        assert!(!dead.exists() && foreign.exists() && ours.path().exists());
        assert_ne!(second.path(), ours.path());
        drop((ours, second));
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
    }

    #[test]
    fn jobs_have_directories_of_their_own() {
        let base = tempfile::tempdir().unwrap();
        let ours = PrivateDirectory::make(base.path()).unwrap();
        let (one, other) = (ours.for_job().unwrap(), ours.for_job().unwrap());
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && other.path().exists());
    }
}
