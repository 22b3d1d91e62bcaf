//! The files of a directory group. Principal function: [`read`].

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Severity};

use super::ignore;
use super::tree::{Folder, Tree};
use crate::spec::GroupSpec;
use crate::{category, code};

/// A file that a directory group copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFile {
    /// Absolute path of the source.
    pub source: PathBuf,
    /// Destination relative to the course directory.
    pub relative: PathBuf,
}

/// Returns the files of a group in name order, those directly in `path` first if they are asked for.
/// A missing source is reported at the place of the group in `spec_file`.
pub(crate) fn read(tree: &mut Tree, group: &GroupSpec, spec_file: &Path) -> Vec<GroupFile> {
    let root = tree.root().join(&group.path);
    let mut reader =
        GroupReader { tree, group, spec_file, files: Vec::new(), known: HashSet::new() };
    let Some(folder) = reader.open(&root) else { return Vec::new() };
    if group.include_root_files {
        reader.add_direct(&folder, &group.name);
    }
    if group.subdirs.is_empty() && group.recursive {
        reader.add_tree(&folder, &group.name);
    }
    for subdir in &group.subdirs {
        let Some(folder) = reader.open(&root.join(subdir)) else { continue };
        let destination = group.name.join(subdir);
        if group.recursive {
            reader.add_tree(&folder, &destination);
        } else {
            reader.add_direct(&folder, &destination);
        }
    }
    reader.files
}

struct GroupReader<'a> {
    tree: &'a mut Tree,
    group: &'a GroupSpec,
    spec_file: &'a Path,
    files: Vec<GroupFile>,
    /// Destinations in `files`: a root file may be part of the tree too.
    known: HashSet<PathBuf>,
}

impl GroupReader<'_> {
    fn open(&mut self, path: &Path) -> Option<Folder<'static>> {
        if path.is_dir() {
            return self.tree.open(path);
        }
        let shown = self.tree.shown(path).display().to_string();
        let finding = Diagnostic::new(
            Severity::High,
            code::GROUP_SOURCE_MISSING,
            category::MISSING_DIRECTORY,
            format!("the directory `{shown}` of a directory group does not exist"),
        );
        let finding = finding.with_hint("correct `path` or `subdirs`, or create the directory");
        self.tree.report(self.group.place.locate(finding, self.spec_file));
        None
    }

    /// Adds the plain files directly in `folder`, unfiltered.
    fn add_direct(&mut self, folder: &Folder<'_>, destination: &Path) {
        for entry in self.tree.list(folder) {
            if entry.is_file() && !ignore::is_git_control(&entry.name) {
                self.add(destination.join(&entry.name), entry.path);
            }
        }
    }

    fn add_tree(&mut self, folder: &Folder<'_>, destination: &Path) {
        let mut files = Vec::new();
        let skip = |name: &OsStr, _is_file: bool| ignore::is_ignored_in_group(name);
        self.tree.walk(folder, &skip, &mut files);
        for file in files {
            if let Ok(relative) = file.strip_prefix(&folder.path) {
                self.add(destination.join(relative), file);
            }
        }
    }

    fn add(&mut self, relative: PathBuf, source: PathBuf) {
        if self.known.insert(relative.clone()) {
            self.files.push(GroupFile { source, relative });
        }
    }
}
