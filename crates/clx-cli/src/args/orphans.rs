//! Arguments of `clx orphans`. Principal type: [`OrphansArgs`].

use std::path::PathBuf;

use clap::Args;

use super::ListFormat;

/// What stands below the help of `clx orphans`.
pub(super) const EXAMPLES: &str = "Modules, topics and files whose names begin with `_` or `.` are put \
    away and not listed, nor are\nwhat tools make (`build/`, `__pycache__/`, …).\n\nExamples:\n  \
    clx orphans                               what no spec in course-specs/ uses\n  \
    clx orphans course-specs/python.xml       what this spec does not use";

/// Which courses may use files.
#[derive(Debug, Args)]
pub struct OrphansArgs {
    /// The course specs, of one course root [default: all in `course-specs/`]
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,
    /// Course root [default: the parent of the directory of the specs, or the current directory]
    #[arg(short, long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}
