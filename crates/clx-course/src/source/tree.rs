//! Reading of directories in name order, without leaving the course root.
//! Principal type: [`Tree`].

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Inputs, Severity};

use crate::{category, code};

/// The course root, and what went wrong below it.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    /// The root without symbolic links: what links must stay below.
    real: PathBuf,
    found: Vec<Diagnostic>,
    /// What was looked at, there or not.
    seen: Inputs,
}

/// A directory, reached through its parent.
#[derive(Debug)]
pub(crate) struct Folder<'p> {
    pub(crate) path: PathBuf,
    /// The path without symbolic links.
    real: PathBuf,
    parent: Option<&'p Self>,
}

/// A file or directory in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) path: PathBuf,
    /// For a directory, its path without symbolic links.
    pub(super) real: Option<PathBuf>,
}

impl Folder<'static> {
    /// Makes the folder of a directory that [`Tree::list`] returned before.
    pub(super) fn new(path: &Path, real: &Path) -> Self {
        Self { path: path.to_owned(), real: real.to_owned(), parent: None }
    }
}

impl Entry {
    /// Tells whether the entry is a plain file.
    pub(crate) const fn is_file(&self) -> bool {
        self.real.is_none()
    }
}

impl Tree {
    /// Makes the tree below `root`, which must be absolute.
    pub(crate) fn new(root: &Path) -> Self {
        let real = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        Self { root: root.to_owned(), real, found: Vec::new(), seen: Inputs::default() }
    }

    /// Returns the course root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns `path` relative to the course root, as diagnostics show it.
    pub(crate) fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// Adds a finding.
    pub(crate) fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// Makes a tree of the same root in which nothing was looked at yet.
    pub(crate) fn beside(&self) -> Self {
        let (root, real) = (self.root.clone(), self.real.clone());
        Self { root, real, found: Vec::new(), seen: Inputs::default() }
    }

    /// Takes over what was looked at and found in another tree.
    pub(crate) fn absorb(&mut self, other: &mut Self) {
        self.found.append(&mut other.found);
        self.seen.extend(std::mem::take(&mut other.seen));
    }

    /// Does something and drops what it finds, unless that is wanted.
    pub(crate) fn reporting<T>(&mut self, wanted: bool, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.found.len();
        let made = act(self);
        if !wanted {
            self.found.truncate(before);
        }
        made
    }

    /// Returns the findings in the order they were made, and what was looked at.
    pub(crate) fn finish(self) -> (Vec<Diagnostic>, Inputs) {
        (self.found, self.seen)
    }

    /// Opens a directory. Nothing if there is none or it lies outside of the course root.
    pub(crate) fn open(&mut self, path: &Path) -> Option<Folder<'static>> {
        self.seen.add(path, path.exists());
        let real = self.inside(path)?;
        real.is_dir().then(|| Folder { path: path.to_owned(), real, parent: None })
    }

    /// Opens a directory that [`Self::list`] returned.
    pub(crate) fn enter<'p>(&self, folder: &'p Folder<'p>, entry: &Entry) -> Option<Folder<'p>> {
        let real = entry.real.clone()?;
        Some(Folder { path: entry.path.clone(), real, parent: Some(folder) })
    }

    /// Tells whether `path` is a plain file below the course root.
    pub(crate) fn is_file(&mut self, path: &Path) -> bool {
        self.seen.add(path, path.exists());
        path.is_file() && self.inside(path).is_some()
    }

    /// Returns the plain files and directories of a folder in the order of their names' code points.
    pub(crate) fn list(&mut self, folder: &Folder<'_>) -> Vec<Entry> {
        self.seen.add(&folder.path, true);
        let mut names = match read_names(&folder.path) {
            Ok(names) => names,
            Err(error) => {
                let message = format!("the directory cannot be read: {error}");
                self.add(Severity::Error, code::FILE_UNREADABLE, &folder.path, &message, READABLE);
                return Vec::new();
            }
        };
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        names.into_iter().filter_map(|(name, kind)| self.entry(folder, name, kind)).collect()
    }

    /// Appends the files below `folder` to `files`, without entries that `skip` names.
    pub(crate) fn walk(
        &mut self,
        folder: &Folder<'_>,
        skip: &dyn Fn(&OsStr, bool) -> bool,
        files: &mut Vec<PathBuf>,
    ) {
        for entry in self.list(folder) {
            if skip(&entry.name, entry.is_file()) {
                continue;
            }
            match self.enter(folder, &entry) {
                Some(inner) => self.walk(&inner, skip, files),
                None => files.push(entry.path),
            }
        }
    }

    fn entry(&mut self, folder: &Folder<'_>, name: OsString, kind: fs::FileType) -> Option<Entry> {
        let path = folder.path.join(&name);
        let real = if kind.is_symlink() {
            let target = self.follow(folder, &path)?;
            target.is_dir().then_some(target)
        } else if kind.is_dir() {
            Some(folder.real.join(&name))
        } else if kind.is_file() {
            None
        } else {
            return None;
        };
        Some(Entry { name, path, real })
    }

    /// Returns where a link leads, if that is a file or a directory that does not hold the link.
    fn follow(&mut self, folder: &Folder<'_>, link: &Path) -> Option<PathBuf> {
        if fs::metadata(link).is_err() {
            let hint = "remove the link, or restore what it points to";
            let message = "the symbolic link leads nowhere";
            self.add(Severity::Low, code::LINK_BROKEN, link, message, hint);
            return None;
        }
        let target = self.inside(link)?;
        let holders = std::iter::successors(Some(folder), |folder| folder.parent);
        if holders.into_iter().any(|holder| holder.real.starts_with(&target)) {
            let message = "the symbolic link leads back to a directory that holds it";
            self.add(Severity::Error, code::LINK_REFUSED, link, message, "remove the link");
            return None;
        }
        (target.is_dir() || target.is_file()).then_some(target)
    }

    /// Returns `path` without symbolic links if it exists below the course root.
    fn inside(&mut self, path: &Path) -> Option<PathBuf> {
        let target = fs::canonicalize(path).ok()?;
        if target.starts_with(&self.real) {
            return Some(target);
        }
        let message = "a symbolic link leads out of the course root and is not followed";
        let hint = "copy the files into the course";
        self.add(Severity::Error, code::LINK_REFUSED, path, message, hint);
        None
    }

    fn add(&mut self, severity: Severity, code: &str, path: &Path, message: &str, hint: &str) {
        let finding = Diagnostic::new(severity, code, category::FILE_LOAD_ERROR, message);
        self.found.push(finding.in_file(self.shown(path)).with_hint(hint));
    }
}

/// The hint for what cannot be read.
pub(super) const READABLE: &str = "check the permissions";

fn read_names(directory: &Path) -> std::io::Result<Vec<(OsString, fs::FileType)>> {
    fs::read_dir(directory)?
        .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(root: &Path) -> (Vec<String>, Vec<String>) {
        let mut tree = Tree::new(root);
        let folder = tree.open(&root.join("t")).unwrap();
        let mut files = Vec::new();
        tree.walk(&folder, &|_, _| false, &mut files);
        let names = files.iter().map(|file| tree.shown(file).display().to_string()).collect();
        (names, tree.finish().0.into_iter().map(|finding| finding.code).collect())
    }

    fn write(root: &Path, file: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }

    #[test]
    fn order_is_by_code_points_component_by_component() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["t/b/x", "t/b.c", "t/ä", "t/a/z", "t/Z", "t/_", "t/a-b"] {
            write(dir.path(), file);
        }
        let expected = ["t/Z", "t/_", "t/a/z", "t/a-b", "t/b/x", "t/b.c", "t/ä"];
        assert_eq!(walked(dir.path()).0, expected);
    }

    #[test]
    fn links_stay_below_the_root_and_do_not_turn_in_circles() {
        use std::os::unix::fs::symlink;
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(dir.path(), "t/real/a");
        write(dir.path(), "elsewhere/b");
        write(outside.path(), "secret");
        let t = dir.path().join("t");
        symlink(dir.path().join("elsewhere"), t.join("in")).unwrap();
        symlink(outside.path(), t.join("out")).unwrap();
        symlink(outside.path().join("secret"), t.join("out_file")).unwrap();
        symlink(&t, t.join("real/loop")).unwrap();
        symlink("nowhere", t.join("broken")).unwrap();
        symlink(&t, dir.path().join("elsewhere/back")).unwrap();
        let (files, codes) = walked(dir.path());
        assert_eq!(files, ["t/in/b", "t/real/a"]);
        let refused = codes.iter().filter(|&code| code == code::LINK_REFUSED).count();
        assert_eq!((refused, codes.len()), (4, 5));
    }
}
