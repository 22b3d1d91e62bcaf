//! How a repository is. Principal type: [`RepositoryStatus`].

use crate::error::GitError;
use crate::git::Git;
use crate::remote::without_password;
use crate::repository::{Found, Repository};

/// What is at the place of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositoryState {
    /// Nothing: the outputs were never built.
    NotBuilt,
    /// Outputs, but no repository.
    NoRepository,
    /// A repository that has all outputs as they are.
    Clean,
    /// A repository, and files that are not committed.
    Changed,
}

impl RepositoryState {
    /// Returns the word of tables and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotBuilt => "not_built",
            Self::NoRepository => "no_repository",
            Self::Clean => "clean",
            Self::Changed => "changed",
        }
    }
}

/// How a repository is; of a missing one nothing but the state is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryStatus {
    /// What is there.
    pub state: RepositoryState,
    /// The branch; `None` also if none is checked out.
    pub branch: Option<String>,
    /// Whether anything is committed.
    pub has_commits: bool,
    /// Files that are new, changed or removed since the last commit.
    pub n_changes: usize,
    /// Commits that the remote lacks, and that are lacking here, as of the last contact. `None` before
    /// the first push.
    pub ahead_behind: Option<(usize, usize)>,
    /// Address that it is pushed to, without a password.
    pub origin: Option<String>,
}

impl RepositoryStatus {
    fn missing(state: RepositoryState) -> Self {
        Self {
            state,
            branch: None,
            has_commits: false,
            n_changes: 0,
            ahead_behind: None,
            origin: None,
        }
    }
}

impl Repository {
    /// Returns how the repository is. The remote is not asked.
    ///
    /// # Errors
    /// Any [`GitError`].
    pub fn status(&self) -> Result<RepositoryStatus, GitError> {
        match self.find()? {
            Found::Nothing => Ok(RepositoryStatus::missing(RepositoryState::NotBuilt)),
            Found::Outputs => Ok(RepositoryStatus::missing(RepositoryState::NoRepository)),
            Found::Repository => read(&Git::new(&self.directory, true)),
        }
    }
}

/// Asks for the address as it was set, before the user's settings turn it into another one.
pub(crate) const ADDRESS: [&str; 4] = ["config", "--local", "--get", "remote.origin.url"];

/// Reads the status of a repository that is there.
pub(crate) fn read(git: &Git<'_>) -> Result<RepositoryStatus, GitError> {
    let text =
        git.read(&["status", "--porcelain=v2", "--branch", "--untracked-files=all", "-z"])?;
    let origin = git.ask(&ADDRESS)?;
    let origin = origin.map(|address| without_password(&address));
    Ok(RepositoryStatus { origin, ..parse(&text) })
}

/// Reads what `git status --porcelain=v2 --branch -z` prints.
fn parse(text: &str) -> RepositoryStatus {
    let mut status = RepositoryStatus::missing(RepositoryState::Clean);
    let mut entries = text.split('\0');
    while let Some(entry) = entries.next() {
        if let Some(oid) = entry.strip_prefix("# branch.oid ") {
            status.has_commits = oid != "(initial)";
        } else if let Some(branch) = entry.strip_prefix("# branch.head ") {
            status.branch = (branch != "(detached)").then(|| branch.to_owned());
        } else if let Some(numbers) = entry.strip_prefix("# branch.ab ") {
            let mut numbers = numbers.split(' ').map(|number| number[1..].parse().ok());
            let mut next = || numbers.next().flatten();
            status.ahead_behind = next().zip(next());
        } else if !entry.is_empty() && !entry.starts_with('#') {
            status.n_changes += 1;
            if entry.starts_with('2') {
                // The former name of a renamed file.
                entries.next();
            }
        }
    }
    if status.n_changes > 0 {
        status.state = RepositoryState::Changed;
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn porcelain_is_read() {
        let text = [
            "# branch.oid 1234",
            "# branch.head master",
            "# branch.upstream origin/master",
            "# branch.ab +2 -1",
            "1 .M N... 100644 100644 100644 a a x.txt",
            "2 R. N... 100644 100644 100644 a a R100 new",
            "1 old",
            "? other",
            "",
        ]
        .join("\0");
        let status = parse(&text);
        assert_eq!(status.state, RepositoryState::Changed);
        assert_eq!((status.branch.as_deref(), status.n_changes), (Some("master"), 3));
        assert_eq!((status.has_commits, status.ahead_behind), (true, Some((2, 1))));
        let status = parse("# branch.oid (initial)\0# branch.head main\0");
        assert_eq!((status.state, status.has_commits), (RepositoryState::Clean, false));
        assert_eq!(status.ahead_behind, None);
    }
}
