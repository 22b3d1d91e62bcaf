//! What is watched. Principal type: [`WatchOptions`].

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which trees and files are watched, what is left out, how long changes are gathered.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// Directories with all that is below them. No symbolic link in them is followed.
    pub trees: Vec<PathBuf>,
    /// Single files outside these trees; they need not exist, their directories must.
    pub files: Vec<PathBuf>,
    /// Directories or files in the trees that are left out; they need not exist.
    pub skip: Vec<PathBuf>,
    /// Names of directories that are left out wherever they are.
    pub skip_names: Vec<&'static str>,
    /// A change is told when nothing more came for this time, default 20 ms.
    pub quiet: Duration,
    /// The longest that changes are gathered, default 250 ms.
    pub most: Duration,
}

impl WatchOptions {
    /// Watches one tree, nothing left out.
    #[must_use]
    pub fn new(tree: &Path) -> Self {
        Self {
            trees: vec![tree.to_owned()],
            files: Vec::new(),
            skip: Vec::new(),
            skip_names: Vec::new(),
            quiet: Duration::from_millis(20),
            most: Duration::from_millis(250),
        }
    }

    /// Makes all paths absolute and free of symbolic links, so that they can be compared.
    pub(crate) fn resolved(mut self) -> Self {
        let paths = self.trees.iter_mut().chain(&mut self.files).chain(&mut self.skip);
        paths.for_each(|path| *path = resolve(path));
        self
    }

    /// Tells whether a path below a watched directory is left out.
    pub(crate) fn leaves_out(&self, path: &Path, is_directory: bool) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.skip.iter().any(|skipped| skipped == path)
            || is_directory && self.skip_names.iter().any(|skipped| OsStr::new(skipped) == name)
    }

    /// Tells whether something that is left out lies below a directory.
    pub(crate) fn leads_to_skipped(&self, directory: &Path) -> bool {
        self.skip.iter().any(|skipped| skipped != directory && skipped.starts_with(directory))
    }
}

/// Resolves what exists of a path; the rest is left as it is.
fn resolve(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = path.ancestors().find_map(|ancestor| {
        let real = ancestor.canonicalize().ok()?;
        Some((real, path.strip_prefix(ancestor).unwrap_or(Path::new("")).to_owned()))
    });
    match existing {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_as_far_as_there_is_something() {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().canonicalize().unwrap();
        std::fs::create_dir(real.join("a")).unwrap();
        std::os::unix::fs::symlink(real.join("a"), real.join("link")).unwrap();
        assert_eq!(resolve(&real.join("link")), real.join("a"));
        assert_eq!(resolve(&real.join("link/x/y")), real.join("a/x/y"));
    }
}
