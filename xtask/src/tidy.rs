//! `cargo xtask tidy`: the rules of the house that no other tool knows, all findings at once.
//!
//! A check is a function from the files (and the crates) to findings; it knows nothing of disks.

use std::path::Path;

use self::tree::{Finding, Tree};
use self::workspace::Workspace;
use crate::error::TaskError;
use crate::root;

mod code;
mod edge;
mod key;
mod link;
mod manifest;
mod place;
mod shape;
mod tree;
mod word;
mod workspace;

/// Checks the repository that this task was started in.
pub(crate) fn run() -> Result<(), TaskError> {
    check(&root::repository()?)
}

/// Checks a repository, printing each finding.
pub(crate) fn check(root: &Path) -> Result<(), TaskError> {
    let tree = Tree::read(root)?;
    let workspace = Workspace::read(root)?;
    let mut findings: Vec<Finding> = [
        edge::check(&workspace, &tree),
        manifest::versions(&tree),
        manifest::listed(&workspace, &tree),
        place::check(&tree, root),
        word::check(&tree),
        shape::long_files(&tree),
        shape::pages(&workspace, &tree),
        shape::processes(&tree),
        code::check(&tree),
        key::check(&tree),
        link::check(&tree),
        link::summary(&tree),
    ]
    .concat();
    findings.sort();
    for finding in &findings {
        crate::say(&finding.to_string());
    }
    if findings.is_empty() {
        crate::say(&format!("tidy: {} files in order", tree.files().len()));
        Ok(())
    } else {
        Err(TaskError::Tidy { findings: findings.len() })
    }
}
