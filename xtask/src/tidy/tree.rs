//! The files of the repository, as the checks see them. Principal types: [`Tree`], [`Finding`].

use std::fmt;
use std::fs;
use std::path::Path;

use crate::error::TaskError;

/// The text files of a repository.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: Vec<SourceFile>,
    /// Paths of files that are no text, such as pictures.
    others: Vec<String>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Path below the root, with `/`.
    pub(super) path: String,
    /// Content.
    pub(super) text: String,
}

/// A broken rule. Ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    /// Makes a finding at a line, from 1.
    pub(super) fn new(path: &str, line: usize, message: String) -> Self {
        Self { path: path.to_owned(), line, message }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Tree {
    /// Reads all text files below `root` but what builds leave there.
    pub(super) fn read(root: &Path) -> Result<Self, TaskError> {
        let mut tree = Self::default();
        tree.read_directory(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn read_directory(&mut self, root: &Path, below: &str) -> Result<(), TaskError> {
        let directory = root.join(below);
        let at = |source| TaskError::Io { path: directory.clone(), source };
        for entry in fs::read_dir(&directory).map_err(at)? {
            let entry = entry.map_err(at)?;
            let path = format!("{below}{}", entry.file_name().to_string_lossy());
            // A further worktree has a file `.git`.
            if is_product(root, &path) {
                continue;
            }
            let kind = entry.file_type().map_err(at)?;
            if kind.is_dir() {
                self.read_directory(root, &format!("{path}/"))?;
            } else if kind.is_file() {
                let bytes = fs::read(entry.path())
                    .map_err(|source| TaskError::Io { path: entry.path(), source })?;
                match String::from_utf8(bytes) {
                    Ok(text) => self.files.push(SourceFile { path, text }),
                    // What is no text follows no rules.
                    Err(_) => self.others.push(path),
                }
            }
        }
        Ok(())
    }

    /// Returns all files, ordered by path.
    pub(super) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// Returns the Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Tells whether a file or directory is there.
    pub(super) fn has(&self, path: &str) -> bool {
        let is_it = |name: &str| {
            name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.files.iter().any(|file| is_it(&file.path))
            || self.others.iter().any(|name| is_it(name))
    }

    /// Returns the file at a path.
    pub(super) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Tells whether builds or version control made a file or directory. Cargo tags what it builds into,
/// wherever that is; the book lies in `target` also if that is elsewhere.
fn is_product(root: &Path, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_output =
        path.starts_with("examples/") && path.matches('/').count() == 2 && name == "output";
    let is_built = path == "target" || root.join(path).join("CACHEDIR.TAG").exists();
    is_output || is_built || [".git", ".clx"].contains(&name)
}

impl SourceFile {
    /// Returns the crate's name if the file is a source of a crate in `crates/`, tests left out.
    pub(super) fn crate_source(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        (rest.starts_with("src/") && rest.ends_with(".rs")).then_some(name)
    }

    /// Returns the numbered lines, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Returns the numbered lines before the inline tests.
    pub(super) fn production(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }
}

#[cfg(test)]
impl Tree {
    /// Makes a tree of made-up files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        Self { files: files.iter().map(file).collect(), others: Vec::new() }
    }
}

/// Compares findings, as they are printed, with the expected ones.
#[cfg(test)]
pub(super) fn expect(findings: &[Finding], expected: &[&str]) {
    let found: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert_eq!(found, expected);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("built")).unwrap();
        fs::write(dir.path().join("built/CACHEDIR.TAG"), "").unwrap();
        for (path, product) in [
            ("built", true),
            ("target", true),
            (".git", true),
            ("examples/demo-course/output", true),
            ("examples/demo-course/.clx", true),
            ("crates/clx-notebook/src/output", false),
            ("crates/clx-course/tests/cases/course-x/input/code/target", false),
        ] {
            assert_eq!(is_product(dir.path(), path), product, "{path}");
        }
    }

    #[test]
    fn production_ends_where_the_tests_begin() {
        let tree = Tree::of(&[("crates/clx-a/src/lib.rs", "one\ntwo\n#[cfg(test)]\nmod tests")]);
        let lines: Vec<_> = tree.files()[0].production().collect();
        assert_eq!(lines, [(1, "one"), (2, "two")]);
        assert_eq!(tree.files()[0].crate_source(), Some("clx-a"));
    }

    #[test]
    fn files_below_a_directory_are_read_by_their_relative_paths() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::write(dir.path().join("a/b/c.rs"), "text").unwrap();
        fs::write(dir.path().join("a/picture"), [0xff, 0xfe]).unwrap();
        let tree = Tree::read(dir.path()).unwrap();
        assert_eq!(tree.files().len(), 1);
        assert!(tree.file("a/b/c.rs").is_some());
    }
}
