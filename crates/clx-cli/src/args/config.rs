//! Arguments of `clx config`. Principal type: [`ConfigCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clx_config::Layer;

/// What stands below the help of `clx config`.
pub(super) const EXAMPLES: &str = "Examples:
  clx config show --origin                       every value, and which file or variable sets it
  clx config set execution.spare_kernels 2       change your own file
  clx config set watch.debounce 0.5 --location project
  clx config locate                              which files there are

Flags win over variables, variables over the file of the course, that over yours, that over the machine's.
The file of a course comes with the course: it can choose no program and no path outside of it.";

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// List every key with its value
    #[command(
        after_help = "Exit status: 0 all is in order, 3 something in a file or variable is wrong; \
        what is right is shown.\n\nExamples:\n  clx config show --origin\n  clx config show --format \
        toml"
    )]
    Show(ShowArgs),
    /// Write a file with all keys and their defaults as comments
    #[command(after_help = "Examples:\n  clx config init\n  clx config init --location project")]
    Init(InitArgs),
    /// List the files that are looked at, and which are used
    Locate(LocateArgs),
    /// Set a key in a file, after it is checked; the rest of the file stays as it is
    #[command(
        after_help = "Examples:\n  clx config set worker_management.notebook.count 4\n  clx \
        config set cache.max_size 2G\n  clx config set display.output_mode verbose --location project"
    )]
    Set(SetArgs),
    /// Remove a key from a file
    #[command(after_help = "Example:\n  clx config unset worker_management.notebook.count")]
    Unset(UnsetArgs),
    /// Print the JSON schema of the files, for editors
    #[command(after_help = "Example:\n  clx config schema > clx.schema.json")]
    Schema,
}

/// The course whose file counts.
#[derive(Debug, Args)]
pub struct CourseArgs {
    /// Course root [default: the nearest directory, from here upwards, with `course-specs` or a
    /// configuration file]
    #[arg(short, long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Arguments of `clx config show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The course.
    #[command(flatten)]
    pub course: CourseArgs,
    /// Tell where each value comes from, too; JSON always does
    #[arg(long)]
    pub origin: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ShowFormat,
}

/// How values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShowFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// As a configuration file.
    Toml,
}

/// Arguments of `clx config init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Which file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `clx config locate`.
#[derive(Debug, Args)]
pub struct LocateArgs {
    /// The course.
    #[command(flatten)]
    pub course: CourseArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: super::ListFormat,
}

/// Arguments of `clx config set`.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// The key, such as `worker_management.notebook.count`
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Its value
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,
    /// Which file.
    #[command(flatten)]
    pub file: FileArgs,
}

/// Arguments of `clx config unset`.
#[derive(Debug, Args)]
pub struct UnsetArgs {
    /// The key
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Which file.
    #[command(flatten)]
    pub file: FileArgs,
}

/// A file that is changed.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// Whose file
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t)]
    pub location: LocationArg,
    /// The course.
    #[command(flatten)]
    pub course: CourseArgs,
}

/// Whose file is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LocationArg {
    /// Yours: `~/.config/clx/config.toml`.
    #[default]
    User,
    /// That of the course: `.clx/config.toml` if it is there, else `clx.toml`.
    Project,
    /// That of the machine: `/etc/clx/config.toml`.
    System,
}

impl From<LocationArg> for Layer {
    fn from(location: LocationArg) -> Self {
        match location {
            LocationArg::User => Self::User,
            LocationArg::Project => Self::Project,
            LocationArg::System => Self::System,
        }
    }
}
