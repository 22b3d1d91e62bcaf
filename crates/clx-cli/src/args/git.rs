//! Arguments of `clx git`. Principal type: [`GitCommand`].

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::{ListFormat, SpecArgs};

/// What stands below the help of `clx git`.
pub(super) const EXAMPLES: &str = "There is one repository for each target and language, in the course \
    directory of the output tree.\nIt is pushed to {repository-base}/{project-slug}-{language}[-{target}] \
    as the element `github` of the\nspec says; the first target, `public` and `default` have no suffix, \
    `speaker` has a repository only with\n`include-speaker`.\n\nExamples:\n  \
    clx git init course-specs/python.xml\n  clx git sync course-specs/python.xml -m 'Week 3'\n  \
    clx git reset course-specs/python.xml --target students --dry-run\n\n\
    Exit status: 0 done, 1 not in all repositories, 2 no such target, 3 wrong spec, 4 no Git.";

/// What is done with the repositories of outputs.
#[derive(Debug, Subcommand)]
pub enum GitCommand {
    /// Make repositories of outputs that were built, and add their remotes
    #[command(
        after_help = "If a remote has commits already, the next commit goes on from them; no \
        output changes."
    )]
    Init(InitArgs),
    /// Tell how the repositories are; no remote is asked
    Status(StatusArgs),
    /// Commit all outputs that changed
    Commit(CommitArgs),
    /// Push what is committed; commits of others are never written over
    Push(RepositoryArgs),
    /// Commit all outputs that changed, and push
    Sync(CommitArgs),
    /// Fetch, and make all files what the remote has
    #[command(
        after_help = "Commits and changes that are only here are dropped, also those of outputs; \
        files that were never\ncommitted stay. `--dry-run` tells what would be run."
    )]
    Reset(RepositoryArgs),
}

/// Which repositories.
#[derive(Debug, Args)]
pub struct RepositoryArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only those of these targets
    #[arg(short = 'T', long, value_name = "NAME", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Tell which commands would be run, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Repositories to make.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Which.
    #[command(flatten)]
    pub repositories: RepositoryArgs,
    /// Name of the first branch
    #[arg(long, value_name = "NAME", default_value = "master")]
    pub branch: String,
}

/// Repositories to look at.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Only those of these targets
    #[arg(short = 'T', long, value_name = "NAME", value_delimiter = ',')]
    pub target: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Repositories to commit in.
#[derive(Debug, Args)]
pub struct CommitArgs {
    /// Which.
    #[command(flatten)]
    pub repositories: RepositoryArgs,
    /// What changed
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    pub message: String,
}
