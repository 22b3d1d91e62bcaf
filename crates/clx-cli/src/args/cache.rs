//! Arguments of `clx cache`. Principal type: [`CacheCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::build::StateArgs;
pub use super::limit::{AgeLimit, SizeLimit};
use super::spec::name_spec;
use super::{ListFormat, SpecArgs};

/// Commands about what builds remember.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Count what the cache of a course holds
    Stats(CacheArgs),
    /// List results: what they are, how large, when they were used
    #[command(
        after_help = "Examples:\n  clx cache list course-specs/python.xml --sort size\n  clx cache \
        list course-specs/python.xml --kind run --source loops"
    )]
    List(ListResultsArgs),
    /// Remove what has not been used for long, what is too much, and leftovers of killed builds
    #[command(
        after_help = "Results that the outputs of the course are made of stay, whatever the limits \
        are. Builds do the same once a day.\n\nExamples:\n  clx cache prune course-specs/python.xml\n  clx cache prune \
        course-specs/python.xml --max-age 30 --max-size 500M"
    )]
    Prune(PruneArgs),
    /// Check every result; what is damaged is dropped and made again by the next build
    #[command(after_help = "Exit status: 0 all is in order, 1 something was damaged.")]
    Verify(CacheArgs),
    /// Write results to a file or a directory that another machine imports
    #[command(
        after_help = "Examples:\n  clx cache export course-specs/python.xml cache.tar.gz\n  clx cache \
        export course-specs/python.xml cache-dir --only-current"
    )]
    Export(ExportArgs),
    /// Take over the results of what `clx cache export` wrote
    #[command(
        after_help = "Everything is checked before it is stored. Results that are here already stay \
        as they are.\n\nExit status: 0 all is imported, 4 the archive is damaged, ends early or is \
        something else; what was whole is imported."
    )]
    Import(ImportArgs),
    /// Forget all results; which outputs clx wrote stays known
    Clear(CacheArgs),
}

/// A course whose cache is looked at.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Where queue and cache are.
    #[command(flatten)]
    pub state: StateArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// Which results are listed, and in which order.
#[derive(Debug, Args)]
pub struct ListResultsArgs {
    /// The cache.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// Only results of this kind: a format, such as `html`, `notebook`, `code`, `png`, or `run` for
    /// the outputs of code
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only results whose source has this text in its path
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// What comes first
    #[arg(long, value_enum, value_name = "BY", default_value_t)]
    pub sort: SortArg,
    /// List so many at most [default: 50 in a table, all in JSON]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// The order of listed results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SortArg {
    /// The last used first.
    #[default]
    Used,
    /// The largest first.
    Size,
    /// What took longest to make first.
    Duration,
    /// By source, kind and variant.
    Source,
}

/// What to keep.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// The cache.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// Remove results that no build has used for so many days, or `off` [default: 90]
    #[arg(long, value_name = "DAYS")]
    pub max_age: Option<AgeLimit>,
    /// Remove the results that were not used for longest beyond this size, such as `500M` or `2G`, or
    /// `off` [default: 10G]
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<SizeLimit>,
}

/// What is exported, and whereto.
#[derive(Debug, Args)]
#[command(mut_arg("spec", name_spec))]
pub struct ExportArgs {
    /// The cache.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// A `.tar` or `.tar.gz` file, or a new directory
    #[arg(value_name = "FILE|DIR", index = 2)]
    pub target: PathBuf,
    /// Only the results that the present outputs are made of
    #[arg(long)]
    pub only_current: bool,
}

/// What is imported.
#[derive(Debug, Args)]
#[command(mut_arg("spec", name_spec))]
pub struct ImportArgs {
    /// The cache.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// What `clx cache export` wrote
    #[arg(value_name = "FILE|DIR", index = 2)]
    pub source: PathBuf,
}
