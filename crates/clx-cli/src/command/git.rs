//! `clx git`: repositories of outputs.

use clx_git::{GitError, Mode, Outcome, Repository, repositories};

use super::with_causes;
use crate::args::SpecArgs;
use crate::args::git::{CommitArgs, GitCommand, InitArgs, RepositoryArgs, StatusArgs};
use crate::display::{git_outcome, print_repositories, stderr_line, stdout_line};
use crate::exit::Exit;

pub(super) fn run(command: &GitCommand) -> Exit {
    match command {
        GitCommand::Status(args) => status(args).unwrap_or_else(|exit| exit),
        GitCommand::Init(InitArgs { repositories, branch }) => {
            each(repositories, |repository, mode| repository.init(branch, mode))
        }
        GitCommand::Commit(CommitArgs { repositories, message }) => {
            each(repositories, |repository, mode| repository.commit(message, mode))
        }
        GitCommand::Push(args) => each(args, Repository::push),
        GitCommand::Sync(CommitArgs { repositories, message }) => {
            each(repositories, |repository, mode| repository.sync(message, mode))
        }
        GitCommand::Reset(args) => each(args, Repository::reset),
    }
}

/// Does something with each repository; a failure stops no other.
fn each(
    args: &RepositoryArgs,
    work: impl Fn(&Repository, Mode) -> Result<Outcome, GitError>,
) -> Exit {
    let chosen = match chosen(&args.spec, &args.target) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let mode = if args.dry_run { Mode::DryRun } else { Mode::Run };
    let (mut n_done, mut has_failed) = (0, false);
    for repository in &chosen {
        let outcome = match work(repository, mode) {
            Ok(outcome) => outcome,
            Err(error) => {
                report(repository, &error);
                if matches!(error, GitError::NotInstalled) {
                    return Exit::Environment;
                }
                has_failed = true;
                continue;
            }
        };
        let line = git_outcome(repository, &outcome, args.spec.spec.as_path());
        match outcome {
            Outcome::Skipped(clx_git::Skipped::NotBuilt) => stderr_line(&line),
            Outcome::Skipped(_) => {
                stderr_line(&line);
                has_failed = true;
            }
            _ => {
                stdout_line(&line);
                n_done += 1;
            }
        }
    }
    if has_failed || n_done == 0 { Exit::SomeFailed } else { Exit::Built }
}

fn status(args: &StatusArgs) -> Result<Exit, Exit> {
    let mut rows = Vec::new();
    let mut exit = Exit::Built;
    for repository in chosen(&args.spec, &args.target)? {
        match repository.status() {
            Ok(status) => rows.push((repository, status)),
            Err(error) => {
                report(&repository, &error);
                exit = match error {
                    GitError::NotInstalled => return Err(Exit::Environment),
                    _ => Exit::SomeFailed,
                };
            }
        }
    }
    print_repositories(args.format, &rows);
    Ok(exit)
}

/// Returns the repositories of a course, or of the targets that are named.
fn chosen(spec: &SpecArgs, targets: &[String]) -> Result<Vec<Repository>, Exit> {
    let course = super::load_for_reading(&spec.spec, spec.data_dir.as_deref())?;
    let all = repositories(&course).map_err(|error| {
        let file = course.shown(&course.spec).display();
        stderr_line(&format!("{file}: error: {error}\n  hint: {}", error.hint()));
        Exit::Spec
    })?;
    let mut names: Vec<&str> = all.iter().map(|repository| &*repository.target).collect();
    names.dedup();
    if let Some(unknown) = targets.iter().find(|target| !names.contains(&&***target)) {
        let is_left_out = unknown == "speaker" && !course.github.include_speaker;
        let hint = if is_left_out {
            "add `<include-speaker>true</include-speaker>` to `github` in the spec".to_owned()
        } else {
            format!("there are: {}", names.join(", "))
        };
        stderr_line(&format!("error: no repository for the target `{unknown}`\n  hint: {hint}"));
        return Err(Exit::Usage);
    }
    let is_wanted =
        |repository: &Repository| targets.is_empty() || targets.contains(&repository.target);
    Ok(all.into_iter().filter(is_wanted).collect())
}

fn report(repository: &Repository, error: &GitError) {
    let hint = error.hint().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    let Repository { target, language, .. } = repository;
    stderr_line(&format!("{target} {language}: error: {}{hint}", with_causes(error)));
}
