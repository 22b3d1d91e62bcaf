//! Where files lie in a repository, for those who show problems beside lines. Principal type: [`Checkout`].

use std::path::{Path, PathBuf};

/// Where the repository is checked out.
const WORKSPACE: &str = "GITHUB_WORKSPACE";

/// A course in a repository.
pub(super) struct Checkout {
    pub(super) course: PathBuf,
    pub(super) repository: PathBuf,
}

impl Checkout {
    /// Makes one for a course by its root. The repository is at `GITHUB_WORKSPACE`, or else in the
    /// current directory.
    pub(super) fn of_process(course: PathBuf) -> Self {
        let workspace = std::env::var_os(WORKSPACE).filter(|value| !value.is_empty());
        let current = || std::env::current_dir().unwrap_or_default();
        let repository = workspace.map_or_else(current, PathBuf::from);
        Self { course, repository }
    }

    /// Returns the path of a file relative to the repository, or as it is if it lies elsewhere.
    pub(super) fn path(&self, file: &Path) -> PathBuf {
        let path = self.course.join(file);
        let below = |path: &Path, base: &Path| path.strip_prefix(base).ok().map(Path::to_owned);
        below(&path, &self.repository)
            .or_else(|| below(&path.canonicalize().ok()?, &self.repository.canonicalize().ok()?))
            .unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_relative_to_the_repository() {
        let (course, repository) = ("/repository/courses/a".into(), "/repository".into());
        let checkout = Checkout { course, repository };
        for (file, expected) in
            [("a.py", "courses/a/a.py"), ("/elsewhere/a.xml", "/elsewhere/a.xml")]
        {
            assert_eq!(checkout.path(Path::new(file)), Path::new(expected));
        }
    }
}
