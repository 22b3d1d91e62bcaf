//! The directory of queue and cache. Principal type: [`StateDir`].

use std::io;
use std::path::{Path, PathBuf};

/// `<course root>/.clx` unless it was moved; kept out of version control by a `.gitignore` of its
/// own.
#[derive(Debug, Clone)]
pub(crate) struct StateDir {
    path: PathBuf,
    jobs: PathBuf,
}

impl StateDir {
    /// Returns where the directory is or would be.
    pub(crate) fn place(root: &Path, moved: Option<&Path>) -> io::Result<PathBuf> {
        match moved {
            Some(moved) => std::path::absolute(moved),
            None => Ok(root.join(".clx")),
        }
    }

    /// Makes the directory; errors name it.
    pub(crate) fn open(root: &Path, moved: Option<&Path>, jobs: Option<&Path>) -> io::Result<Self> {
        let path = Self::place(root, moved)?;
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        std::fs::create_dir_all(&path).map_err(named)?;
        let ignore = path.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(ignore, "*\n").map_err(named)?;
        }
        let jobs = match jobs {
            Some(jobs) => std::path::absolute(jobs)?,
            None => path.join("jobs.db"),
        };
        Ok(Self { path, jobs })
    }

    /// Returns the directory of the store.
    pub(crate) fn store(&self) -> &Path {
        &self.path
    }

    /// Returns the file of the queue.
    pub(crate) fn jobs(&self) -> &Path {
        &self.jobs
    }

    /// Returns the log file of a worker process.
    pub(crate) fn worker_log(&self, name: &str) -> PathBuf {
        self.path.join("logs").join(format!("{name}.log"))
    }
}
