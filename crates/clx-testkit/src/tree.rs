//! What lies in a directory, to be compared. Principal functions: [`files`], [`stamps`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Returns every file below a directory, relative to it, with its content; links are not followed.
#[must_use]
pub fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    walk(dir, &mut |path, metadata| {
        if metadata.is_file() {
            files.insert(relative(dir, path), fs::read(path).unwrap());
        }
    });
    files
}

/// What changes when a file is written or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Its number in the file system: a new one after a rename over it.
    pub inode: u64,
    /// Time of its last change, in nanoseconds since 1970.
    pub mtime_ns: i128,
}

/// Returns every file below a directory, relative to it, with its stamp.
#[must_use]
pub fn stamps(dir: &Path) -> BTreeMap<PathBuf, Stamp> {
    let mut stamps = BTreeMap::new();
    walk(dir, &mut |path, metadata| {
        if metadata.is_file() {
            let mtime_ns =
                i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
            stamps.insert(relative(dir, path), Stamp { inode: metadata.ino(), mtime_ns });
        }
    });
    stamps
}

/// Returns every directory below a directory, relative to it.
#[must_use]
pub fn directories(dir: &Path) -> BTreeSet<PathBuf> {
    let mut directories = BTreeSet::new();
    walk(dir, &mut |path, metadata| {
        if metadata.is_dir() {
            directories.insert(relative(dir, path));
        }
    });
    directories
}

fn walk(dir: &Path, visit: &mut impl FnMut(&Path, &fs::Metadata)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        visit(&path, &metadata);
        if metadata.is_dir() {
            walk(&path, visit);
        }
    }
}

fn relative(dir: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(dir).unwrap().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_hold_files_and_directories() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/x"), "1").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        assert_eq!(files(dir.path()), BTreeMap::from([("a/x".into(), b"1".to_vec())]));
        assert_eq!(directories(dir.path()), BTreeSet::from(["a".into(), "a/b".into()]));
        let before = stamps(dir.path());
        assert_eq!(before, stamps(dir.path()));
        fs::write(dir.path().join("y"), "2").unwrap();
        fs::rename(dir.path().join("y"), dir.path().join("a/x")).unwrap();
        assert_ne!(before, stamps(dir.path()));
    }
}
