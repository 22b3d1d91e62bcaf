//! What can be done with a repository. Principal type: [`Outcome`].

use crate::error::GitError;
use crate::git::Git;
use crate::repository::{Found, Mode, Repository};
use crate::status;

/// The name that remotes get.
const ORIGIN: &str = "origin";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A repository was made.
    Made {
        /// Its branch.
        branch: String,
        /// The remote's commits that it goes on from: `Some(true)` if there are any, `None` if the remote
        /// could not be asked or there is none.
        goes_on: Option<bool>,
    },
    /// There was a repository; its remote may have been added.
    Known {
        /// Whether the remote was added now.
        added_remote: bool,
        /// Its remote, if that is another one than the spec says.
        other_remote: Option<String>,
    },
    /// Changes were committed.
    Committed {
        /// Files that are new, changed or removed.
        n_files: usize,
    },
    /// There was nothing to commit.
    NothingToCommit,
    /// Commits were pushed.
    Pushed {
        /// How many, as far as known.
        n_commits: Option<usize>,
    },
    /// Changes were committed, if there were any, and all was pushed.
    Synced {
        /// Files that were committed.
        n_files: usize,
    },
    /// Everything is as the remote has it.
    Reset {
        /// Commits that were only here.
        n_dropped: Option<usize>,
        /// Changes that were not committed.
        n_changes: usize,
    },
    /// Nothing was done: the commands that would be run.
    Planned(Vec<String>),
    /// Nothing could be done.
    Skipped(Skipped),
}

/// Why nothing could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// The outputs are not built.
    NotBuilt,
    /// There is no repository.
    NoRepository,
    /// The repository has no remote.
    NoRemote,
    /// Nothing is committed.
    NoCommits,
    /// The remote has no such branch.
    NoRemoteBranch,
    /// No branch is checked out.
    NoBranch,
}

impl Repository {
    /// Makes the repository and adds its remote. If the remote has commits of the branch already, the
    /// next commit goes on from them; no output changes.
    ///
    /// # Errors
    /// Any [`GitError`]. That the remote cannot be reached is none.
    pub fn init(&self, branch: &str, mode: Mode) -> Result<Outcome, GitError> {
        let mut git = Git::new(&self.directory, mode == Mode::DryRun);
        match self.find()? {
            Found::Nothing => return Ok(Outcome::Skipped(Skipped::NotBuilt)),
            Found::Repository => return self.complete(git, mode),
            Found::Outputs => {}
        }
        git.init(branch)?;
        let mut goes_on = None;
        if let Some(remote) = &self.remote {
            git.change(&["remote", "add", ORIGIN, "--", remote.as_str()])?;
            goes_on = go_on(&mut git, branch, mode)?;
        }
        let made = Outcome::Made { branch: branch.to_owned(), goes_on };
        Ok(done(git, mode, made))
    }

    /// Adds the remote to a repository that has none.
    fn complete(&self, mut git: Git<'_>, mode: Mode) -> Result<Outcome, GitError> {
        let present = git.ask(&status::ADDRESS)?;
        let mut known = Outcome::Known { added_remote: false, other_remote: None };
        match (&self.remote, present) {
            (Some(remote), None) => {
                git.change(&["remote", "add", ORIGIN, "--", remote.as_str()])?;
                known = Outcome::Known { added_remote: true, other_remote: None };
            }
            (Some(remote), Some(present)) if present != remote.as_str() => {
                let other = crate::remote::without_password(&present);
                known = Outcome::Known { added_remote: false, other_remote: Some(other) };
            }
            _ => {}
        }
        let is_unchanged = matches!(known, Outcome::Known { added_remote: false, .. });
        Ok(if is_unchanged { known } else { done(git, mode, known) })
    }

    /// Commits all that changed.
    ///
    /// # Errors
    /// Any [`GitError`].
    pub fn commit(&self, message: &str, mode: Mode) -> Result<Outcome, GitError> {
        self.with_repository(
            |mut git| {
                let n_files = commit(&mut git, message)?;
                Ok(match n_files {
                    0 => Outcome::NothingToCommit,
                    _ => done(git, mode, Outcome::Committed { n_files }),
                })
            },
            mode,
        )
    }

    /// Pushes the branch. Commits of others are never written over.
    ///
    /// # Errors
    /// Any [`GitError`].
    pub fn push(&self, mode: Mode) -> Result<Outcome, GitError> {
        self.with_repository(
            |mut git| {
                let status = status::read(&git)?;
                if status.origin.is_none() {
                    return Ok(Outcome::Skipped(Skipped::NoRemote));
                }
                if !status.has_commits {
                    return Ok(Outcome::Skipped(Skipped::NoCommits));
                }
                push(&mut git)?;
                let n_commits = status.ahead_behind.map(|(ahead, _)| ahead);
                Ok(done(git, mode, Outcome::Pushed { n_commits }))
            },
            mode,
        )
    }

    /// Commits all that changed and pushes the branch.
    ///
    /// # Errors
    /// Any [`GitError`]. What was committed stays committed if pushing fails.
    pub fn sync(&self, message: &str, mode: Mode) -> Result<Outcome, GitError> {
        self.with_repository(
            |mut git| {
                let status = status::read(&git)?;
                if status.origin.is_none() {
                    return Ok(Outcome::Skipped(Skipped::NoRemote));
                }
                let n_files = commit(&mut git, message)?;
                if n_files == 0 && !status.has_commits {
                    return Ok(Outcome::Skipped(Skipped::NoCommits));
                }
                push(&mut git)?;
                Ok(done(git, mode, Outcome::Synced { n_files }))
            },
            mode,
        )
    }

    /// Makes branch and files what the remote has. Commits and changes that are only here are dropped;
    /// files that were never committed stay.
    ///
    /// # Errors
    /// Any [`GitError`].
    pub fn reset(&self, mode: Mode) -> Result<Outcome, GitError> {
        self.with_repository(
            |mut git| {
                let before = status::read(&git)?;
                if before.origin.is_none() {
                    return Ok(Outcome::Skipped(Skipped::NoRemote));
                }
                let Some(branch) = before.branch else {
                    return Ok(Outcome::Skipped(Skipped::NoBranch));
                };
                git.change(&["fetch", "--quiet", ORIGIN])?;
                if mode == Mode::Run && !has_remote_branch(&git, &branch)? {
                    return Ok(Outcome::Skipped(Skipped::NoRemoteBranch));
                }
                let after = status::read(&git)?;
                git.change(&["reset", "--quiet", "--hard", &remote_branch(&branch)])?;
                let n_dropped = after.ahead_behind.map(|(ahead, _)| ahead);
                Ok(done(git, mode, Outcome::Reset { n_dropped, n_changes: before.n_changes }))
            },
            mode,
        )
    }

    fn with_repository(
        &self,
        work: impl FnOnce(Git<'_>) -> Result<Outcome, GitError>,
        mode: Mode,
    ) -> Result<Outcome, GitError> {
        match self.find()? {
            Found::Nothing => Ok(Outcome::Skipped(Skipped::NotBuilt)),
            Found::Outputs => Ok(Outcome::Skipped(Skipped::NoRepository)),
            Found::Repository => work(Git::new(&self.directory, mode == Mode::DryRun)),
        }
    }
}

/// Returns what was done, or in a dry run what would be.
fn done(git: Git<'_>, mode: Mode, outcome: Outcome) -> Outcome {
    match mode {
        Mode::Run => outcome,
        Mode::DryRun => Outcome::Planned(git.planned()),
    }
}

/// Commits all that changed, and returns how many files that are.
fn commit(git: &mut Git<'_>, message: &str) -> Result<usize, GitError> {
    let n_files = status::read(git)?.n_changes;
    if n_files > 0 {
        git.change(&["add", "--all", "--", "."])?;
        git.change(&["commit", "--quiet", &format!("--message={message}")])?;
    }
    Ok(n_files)
}

fn push(git: &mut Git<'_>) -> Result<(), GitError> {
    git.change(&["push", "--quiet", "--set-upstream", ORIGIN, "HEAD"])
}

/// Puts a new repository on top of what the remote has, leaving the files alone. `None` if the remote
/// cannot be reached: it may not exist yet.
fn go_on(git: &mut Git<'_>, branch: &str, mode: Mode) -> Result<Option<bool>, GitError> {
    match git.change(&["fetch", "--quiet", ORIGIN]) {
        Ok(()) => {}
        Err(GitError::Failed { .. }) => return Ok(None),
        Err(error) => return Err(error),
    }
    if mode == Mode::Run && !has_remote_branch(git, branch)? {
        return Ok(Some(false));
    }
    if mode == Mode::Run {
        git.change(&["reset", "--quiet", "--mixed", &remote_branch(branch)])?;
        git.change(&["branch", "--quiet", "--set-upstream-to", &format!("{ORIGIN}/{branch}")])?;
    }
    Ok(Some(true))
}

fn has_remote_branch(git: &Git<'_>, branch: &str) -> Result<bool, GitError> {
    let answer = git.ask(&["rev-parse", "--verify", "--quiet", &remote_branch(branch)])?;
    Ok(answer.is_some())
}

fn remote_branch(branch: &str) -> String {
    format!("refs/remotes/{ORIGIN}/{branch}")
}
