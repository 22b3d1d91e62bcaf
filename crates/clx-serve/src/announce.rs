//! What open pages are told. Principal types: [`Announcement`], [`Message`].

use std::path::{Path, PathBuf};

use clx_core::Diagnostic;
use serde_json::{Value, json};

use crate::options::Root;

/// Something that open pages should know.
#[derive(Debug, Clone, PartialEq)]
pub enum Announcement {
    /// These files were written or removed.
    Changed(Vec<PathBuf>),
    /// These problems are there now; they replace those before, and none means that all are mended.
    Problems(Vec<Diagnostic>),
}

/// What a changed file is to a browser: its path in addresses.
pub(crate) fn address_paths(files: &[PathBuf], roots: &[Root]) -> Vec<String> {
    files.iter().flat_map(|file| roots.iter().filter_map(|root| address_path(file, root))).collect()
}

fn address_path(file: &Path, root: &Root) -> Option<String> {
    let relative = file.strip_prefix(&root.path).ok()?;
    Some(format!("/{}/{}", root.name, relative.display()))
}

/// Returns what pages show of problems.
pub(crate) fn problems_json(problems: &[Diagnostic]) -> Value {
    let object = |problem: &Diagnostic| {
        json!({
            "place": problem.location.as_ref().map(ToString::to_string),
            "severity": problem.severity.word(),
            "code": problem.code,
            "message": problem.message,
            "details": problem.frame,
            "hint": problem.hint,
        })
    };
    problems.iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_told_by_the_name_of_its_root() {
        let root = |name: &str, path: &str| Root { name: name.to_owned(), path: path.into() };
        let roots = [root("all", "/c/output"), root("speaker", "/c/output/speaker")];
        let files = ["/c/output/speaker/a b.html", "/c/slides/a.py"].map(PathBuf::from);
        assert_eq!(address_paths(&files, &roots), ["/all/speaker/a b.html", "/speaker/a b.html"]);
    }
}
