//! Files that are all written, or none. Principal type: [`NewFiles`].

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::ScaffoldError;

/// New files below a directory, which is made if it is missing.
#[derive(Debug)]
pub(crate) struct NewFiles<'d> {
    pub(crate) directory: &'d Path,
    /// Paths relative to the directory, with their contents.
    pub(crate) files: Vec<(PathBuf, String)>,
}

impl NewFiles<'_> {
    /// Writes all files. Files and directories that were made are removed again if one cannot be.
    ///
    /// # Errors
    /// [`ScaffoldError::Exists`] if something lies at one of the paths, [`ScaffoldError::Io`].
    pub(crate) fn write(&self) -> Result<(), ScaffoldError> {
        let taken: Vec<_> = self
            .files
            .iter()
            .map(|(relative, _)| self.directory.join(relative))
            .filter(|path| path.symlink_metadata().is_ok())
            .collect();
        if !taken.is_empty() {
            return Err(ScaffoldError::Exists { paths: taken });
        }
        let mut made = Made::default();
        for (relative, text) in &self.files {
            made.file(&self.directory.join(relative), text)?;
        }
        made.paths.clear();
        Ok(())
    }
}

/// What was made so far, parents first; removed when dropped.
#[derive(Debug, Default)]
struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    fn file(&mut self, path: &Path, text: &str) -> Result<(), ScaffoldError> {
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        let failed = |error| ScaffoldError::io("write", path)(error);
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        self.paths.push(path.to_owned());
        file.write_all(text.as_bytes()).map_err(failed)
    }

    fn directory(&mut self, path: &Path) -> Result<(), ScaffoldError> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        match fs::create_dir(path) {
            Ok(()) => self.paths.push(path.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(ScaffoldError::io("create", path)(error)),
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.paths.iter().rev() {
            // A directory that somebody else put something into stays.
            let _kept = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_undoes_all() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "mine").unwrap();
        let files = vec![
            (PathBuf::from("a/b/c.txt"), "c".to_owned()),
            (PathBuf::from("file/d.txt"), "d".to_owned()),
        ];
        let error = NewFiles { directory: dir.path(), files }.write().unwrap_err();
        assert!(matches!(error, ScaffoldError::Io { .. }), "{error}");
        assert!(!dir.path().join("a").exists());
        assert_eq!(fs::read_to_string(dir.path().join("file")).unwrap(), "mine");
    }
}
