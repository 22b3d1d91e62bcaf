//! Arguments of `clx validate`. Principal type: [`ValidateArgs`].

use clap::{Args, ValueEnum};

use super::SpecArgs;

/// What stands below the help of `clx validate`.
pub(super) const EXAMPLES: &str = "Looks at the spec, at slides and diagrams, at what they show and \
    link to. No code is run.\n\nExit status: 0 nothing is wrong but warnings, 1 some outputs would \
    not be built, 3 nothing would be.\n\nExamples:\n  clx validate course-specs/python.xml\n  \
    clx validate course-specs/python.xml --format sarif > clx.sarif";

/// A course to check, and how to tell what is wrong.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// How to print the problems
    #[arg(long, value_enum, default_value_t)]
    pub format: ProblemFormat,
}

/// How problems are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProblemFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1.0, which code hosts show beside lines.
    Sarif,
}
