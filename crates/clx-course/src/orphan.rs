//! Files below `slides/` that no course uses. Principal function: [`orphans`].

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::source::{is_ignored_directory, is_ignored_file};

/// A file that no course uses, or a topic none of whose files is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// Path relative to the course root.
    #[serde(serialize_with = "clx_core::path_as_text")]
    pub path: PathBuf,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// How many files it is.
    pub files: usize,
}

/// Returns what lies below `slides/` of a course root and is not among `used` (absolute paths), in name
/// order. A topic of which nothing is used is one entry.
///
/// Left out is what courses do not see: names that begin with `_` or `.`, what tools make, and what lies
/// behind links to directories.
#[must_use]
pub fn orphans(root: &Path, used: &HashSet<PathBuf>) -> Vec<Orphan> {
    let mut found = Vec::new();
    for module in entries(&root.join("slides")) {
        if !is_directory(&module) {
            found.extend(orphan(root, &module, used));
            continue;
        }
        for entry in entries(&module) {
            if !is_directory(&entry) {
                found.extend(orphan(root, &entry, used));
                continue;
            }
            let mut files = Vec::new();
            collect(&entry, true, &mut files);
            if !files.is_empty() && files.iter().all(|file| !used.contains(file)) {
                let path = shown(root, &entry);
                found.push(Orphan { path, is_directory: true, files: files.len() });
            } else {
                found.extend(files.iter().filter_map(|file| orphan(root, file, used)));
            }
        }
    }
    found
}

fn orphan(root: &Path, file: &Path, used: &HashSet<PathBuf>) -> Option<Orphan> {
    let path = shown(root, file);
    (!used.contains(file)).then_some(Orphan { path, is_directory: false, files: 1 })
}

fn shown(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

/// Returns the visible entries of a directory in name order.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let is_visible = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        !name.starts_with(b"_") && !name.starts_with(b".")
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_link = |path: &PathBuf| path.is_dir() && !is_directory(path);
    let mut entries: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| is_visible(path) && !is_link(path))
        .collect();
    entries.sort();
    entries
}

/// Tells whether a path is a directory and no link to one.
fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// Adds the files of a topic. Files at its top have no suffix that is left out.
fn collect(directory: &Path, is_top: bool, files: &mut Vec<PathBuf>) {
    for path in entries(directory) {
        let name = path.file_name().unwrap_or_default();
        if is_directory(&path) {
            if !is_ignored_directory(name) {
                collect(&path, false, files);
            }
        } else if is_top || !is_ignored_file(name) {
            files.push(path);
        }
    }
}
