//! Private directories, in which included files are laid. Principal types: [`PrivateDirectory`],
//! [`JobDirectory`].
//!
//! ```text
//! <base>/plantuml-<pid of clx>-<start of clx>-<n>/     where PlantUML runs
//!   dot                                                stands before Graphviz
//!   0/  1/  …                                          one for each job, as the course has them
//! ```

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clx_process::ScratchDirectory;

use crate::command::{GRAPHVIZ_FILE, GRAPHVIZ_SCRIPT};

const PREFIX: &str = "plantuml";

/// The directory of one set of tools; PlantUML reads no files but those in it. Removes itself when
/// dropped.
#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    /// Without links, because PlantUML compares real paths.
    path: PathBuf,
    n_jobs: AtomicU64,
    _scratch: ScratchDirectory,
}

/// The directory of one job. Removes itself when dropped.
#[derive(Debug)]
pub(crate) struct JobDirectory {
    path: PathBuf,
}

impl PrivateDirectory {
    /// Makes a directory below `base`; removes those of processes that were killed.
    pub(crate) fn make(base: &Path) -> io::Result<Self> {
        ScratchDirectory::remove_leftovers(base, PREFIX).map_err(io::Error::other)?;
        let scratch = ScratchDirectory::make(base, PREFIX).map_err(io::Error::other)?;
        let path = scratch.path().canonicalize()?;
        Self { path, n_jobs: AtomicU64::new(0), _scratch: scratch }.with_script()
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
