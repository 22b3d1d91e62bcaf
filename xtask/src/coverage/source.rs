//! The sources whose lines count, and how far: tests do not. Principal type: [`Sources`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::TaskError;
use crate::root;

/// Crates that consist of tests.
const TEST_SUPPORT: &[&str] = &["clx-fuzz", "clx-testkit"];

/// A file of a crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Below the root of the repository.
    pub(super) path: PathBuf,
    /// Lines before the tests.
    pub(super) n_lines: usize,
}

/// The files of each crate.
#[derive(Debug)]
pub(super) struct Sources(BTreeMap<String, Vec<Source>>);

impl Sources {
    /// Finds the sources of all crates in `crates/`.
    pub(super) fn read(root: &Path) -> Result<Self, TaskError> {
        let mut crates = BTreeMap::new();
        for directory in root::entries(&root.join("crates"))? {
            let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if directory.is_dir() && !TEST_SUPPORT.contains(&&*name) {
                let mut files = Vec::new();
                find(&directory.join("src"), &mut files)?;
                crates.insert(name, counted(root, &files));
            }
        }
        Ok(Self(crates))
    }

    /// Returns the names of the crates, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the files of a crate.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &Source> {
        self.0.get(name).into_iter().flatten()
    }
}

/// Collects paths and texts of all files below a directory.
fn find(directory: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<(), TaskError> {
    for path in root::entries(directory)? {
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .map_err(|source| TaskError::Io { path: path.clone(), source })?;
            files.push((path, text));
        }
    }
    Ok(())
}

/// Leaves out files that are modules of tests.
fn counted(root: &Path, files: &[(PathBuf, String)]) -> Vec<Source> {
    let tests: Vec<PathBuf> = files
        .iter()
        .flat_map(|(path, text)| test_modules(text).map(|name| children(path).join(name)))
        .collect();
    let is_test = |path: &Path| tests.iter().any(|test| path.with_extension("").starts_with(test));
    let counted = files.iter().filter(|(path, _)| !is_test(path));
    let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
    counted.map(|(path, text)| Source { path: below(path), n_lines: n_lines(text) }).collect()
}

/// Returns the directory of the modules that a file declares.
fn children(path: &Path) -> PathBuf {
    let is_root =
        path.file_stem().is_some_and(|stem| ["lib", "main", "mod"].iter().any(|it| stem == *it));
    if is_root { path.parent().unwrap_or(path).to_owned() } else { path.with_extension("") }
}

/// Returns each line that follows the attribute of tests.
fn tested(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines());
    numbered.zip(text.lines().skip(1)).filter_map(|((number, line), next)| {
        (line == "#[cfg(test)]").then_some((number, next.trim()))
    })
}

/// Returns the modules of tests that are files of their own.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    tested(text).filter_map(|(_, next)| next.strip_prefix("mod ")?.strip_suffix(';'))
}

/// Returns how many lines stand before the inline tests.
fn n_lines(text: &str) -> usize {
    let mut inline =
        tested(text).filter(|(_, next)| next.starts_with("mod ") && next.ends_with('{'));
    inline.next().map_or_else(|| text.lines().count(), |(number, _)| number - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_before_the_inline_tests_count() {
        assert_eq!(n_lines("fn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n"), 2);
        assert_eq!(n_lines("#[cfg(test)]\nmod tests;\nfn a() {}\n"), 3);
    }

    #[test]
    fn modules_of_tests_do_not_count() {
        let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
        let files = [
            file("/r/src/lib.rs", "mod a;\n#[cfg(test)]\nmod tests;\n"),
            file("/r/src/a.rs", "#[cfg(test)]\nmod fake;\nmod b;\n"),
            file("/r/src/a/b.rs", "x\n"),
            file("/r/src/a/fake.rs", "x\n"),
            file("/r/src/tests/deep.rs", "x\n"),
            file("/r/src/tests.rs", "x\n"),
        ];
        let counted = counted(Path::new("/r"), &files);
        let paths: Vec<_> = counted.iter().map(|source| source.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["src/lib.rs", "src/a.rs", "src/a/b.rs"]);
    }
}
