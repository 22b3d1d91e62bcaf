//! Repositories of outputs: how they are, and what was done with them. Principal functions:
//! [`print_repositories`], [`git_outcome`].

use std::path::Path;

use clx_git::{Outcome, Repository, RepositoryStatus, Skipped};
use clx_process::quoted;
use serde_json::{Value, json};

use super::{plural, stdout_line, stdout_text, table};
use crate::args::ListFormat;

/// Prints how repositories are.
pub(crate) fn print_repositories(format: ListFormat, rows: &[(Repository, RepositoryStatus)]) {
    match format {
        ListFormat::Json => {
            let list: Vec<_> = rows.iter().map(json).collect();
            stdout_text(&format!("{:#}\n", json!({ "repositories": list })));
        }
        ListFormat::Table if rows.is_empty() => {
            stdout_line("The course has no target with a repository.");
        }
        ListFormat::Table => {
            let headings =
                ["TARGET", "LANGUAGE", "STATE", "BRANCH", "CHANGES", "AHEAD", "BEHIND", "REMOTE"];
            let rows: Vec<_> = rows.iter().map(row).collect();
            stdout_text(&table(headings, &rows));
        }
    }
}

fn row((repository, status): &(Repository, RepositoryStatus)) -> [String; 8] {
    let number = |number: Option<usize>| number.map_or("-".to_owned(), |number| number.to_string());
    let is_there = status.branch.is_some();
    [
        repository.target.clone(),
        repository.language.to_string(),
        status.state.word().replace('_', " "),
        status.branch.clone().unwrap_or_else(|| "-".to_owned()),
        number(is_there.then_some(status.n_changes)),
        number(status.ahead_behind.map(|(ahead, _)| ahead)),
        number(status.ahead_behind.map(|(_, behind)| behind)),
        status.origin.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

fn json((repository, status): &(Repository, RepositoryStatus)) -> Value {
    json!({
        "target": repository.target,
        "language": repository.language,
        "directory": repository.directory.display().to_string(),
        "state": status.state.word(),
        "branch": status.branch,
        "changes": status.n_changes,
        "ahead": status.ahead_behind.map(|(ahead, _)| ahead),
        "behind": status.ahead_behind.map(|(_, behind)| behind),
        "remote": status.origin,
        "spec_remote": repository.remote.as_ref().map(ToString::to_string),
    })
}

/// Says what was done with a repository of the course of `spec`.
pub(crate) fn git_outcome(repository: &Repository, outcome: &Outcome, spec: &Path) -> String {
    let spec = quoted(&spec.display().to_string());
    let text = match outcome {
        Outcome::Made { branch, goes_on } => {
            let made = format!("made a repository with the branch `{branch}`");
            match (&repository.remote, goes_on) {
                (None, _) => format!("{made}; the spec names no remote"),
                (Some(remote), Some(true)) => format!("{made}, going on from {remote}"),
                (Some(remote), Some(false)) => format!("{made}; {remote} is empty"),
                (Some(remote), None) => format!("{made}; {remote} cannot be reached yet"),
            }
        }
        Outcome::Known { added_remote: true, .. } => "added the remote".to_owned(),
        Outcome::Known { other_remote: Some(other), .. } => {
            let directory = quoted(&repository.directory.display().to_string());
            let wanted = repository.remote.as_ref().map(|remote| quoted(&remote.to_string()));
            format!(
                "is a repository already; its remote is {other}, not that of the spec\n  \
                 to change it: git -C {directory} remote set-url origin {}",
                wanted.unwrap_or_default()
            )
        }
        Outcome::Known { .. } => "is a repository already".to_owned(),
        Outcome::Committed { n_files } => format!("committed {}", plural(*n_files, "file")),
        Outcome::NothingToCommit => "nothing to commit".to_owned(),
        Outcome::Pushed { n_commits: Some(0) } => "nothing to push".to_owned(),
        Outcome::Pushed { n_commits: Some(n) } => format!("pushed {}", plural(*n, "commit")),
        Outcome::Pushed { n_commits: None } => "pushed".to_owned(),
        Outcome::Synced { n_files: 0 } => "nothing to commit, pushed".to_owned(),
        Outcome::Synced { n_files } => format!("committed {}, pushed", plural(*n_files, "file")),
        Outcome::Reset { n_dropped, n_changes } => {
            let commits = plural(n_dropped.unwrap_or_default(), "commit");
            format!("reset to the remote; dropped {commits}, {}", plural(*n_changes, "change"))
        }
        Outcome::Planned(commands) => format!("would run\n  {}", commands.join("\n  ")),
        Outcome::Skipped(Skipped::NotBuilt) => {
            format!("not built\n  hint: `clx build {spec}` builds them")
        }
        Outcome::Skipped(Skipped::NoRepository) => {
            format!("error: no repository\n  hint: `clx git init {spec}` makes one")
        }
        Outcome::Skipped(Skipped::NoRemote) => format!(
            "error: no remote\n  hint: add `github` with `repository-base` and `project-slug` to the spec, \
             then `clx git init {spec}`"
        ),
        Outcome::Skipped(Skipped::NoCommits) => {
            format!(
                "error: nothing was committed yet\n  hint: `clx git sync {spec} -m TEXT` commits and pushes"
            )
        }
        Outcome::Skipped(Skipped::NoRemoteBranch) => {
            "error: the remote has no such branch\n  hint: push first".to_owned()
        }
        Outcome::Skipped(Skipped::NoBranch) => {
            "error: no branch is checked out\n  hint: check one out with Git".to_owned()
        }
    };
    format!("{} {}: {text}", repository.target, repository.language)
}
