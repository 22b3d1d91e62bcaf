//! Arguments of `clx outline`. Principal type: [`OutlineArgs`].

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::spec::SpecParser;

/// What stands below the help of `clx outline`.
pub(super) const EXAMPLES: &str = "Examples:\n  clx outline course-specs/python.xml -L de\n  \
    clx outline course-specs/python.xml --directory outlines\n  \
    clx outline course-specs/python.xml --format json";

/// The outline of a course, and where it goes.
#[derive(Debug, Args)]
pub struct OutlineArgs {
    /// The course spec, such as `course-specs/python.xml`, or a course root with only one
    #[arg(value_name = "SPEC", default_value = ".", value_parser = SpecParser)]
    pub spec: PathBuf,
    /// Course root [default: the parent of the spec's directory]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Write to this file instead of the terminal
    #[arg(short, long, value_name = "FILE", conflicts_with = "directory")]
    pub output: Option<PathBuf>,
    /// Write one file per language into this directory; with `--language` only that one
    #[arg(short, long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Language of the outline [default: en, or the first of the course; with `--directory` all]
    #[arg(short = 'L', long, value_name = "CODE")]
    pub language: Option<clx_core::Language>,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    pub format: OutlineFormat,
}

/// How outlines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutlineFormat {
    /// Headings and lists of titles.
    #[default]
    Markdown,
    /// Sections, topics and notebooks with their sources.
    Json,
}
