//! Arguments of `clx setup`. Principal type: [`SetupArgs`].

use clap::{Args, Subcommand, ValueEnum};
use clx_setup::Unit;

use super::FormatArgs;

/// What stands below the help of `clx setup`.
pub(super) const EXAMPLES: &str = "Examples:\n  clx setup                                list tools and \
    their state\n  clx setup kernels                        set up what runs Python, TypeScript \
    and Java\n  clx setup kernels --language python      only one of them\n  clx setup plantuml                       set up what draws PlantUML diagrams\n  clx setup kernels \
    --check                fail if one lacks, changing nothing\n\nTools go to $CLX_TOOLS_DIR, else \
    to $XDG_DATA_HOME/clx/tools, else to ~/.local/share/clx/tools.";

/// What to set up; nothing lists what can be.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SetupArgs {
    /// What to set up.
    #[command(subcommand)]
    pub command: Option<SetupCommand>,
    /// Remove what other versions of clx set up
    #[arg(long)]
    pub prune: bool,
    /// How to list.
    #[command(flatten)]
    pub format: FormatArgs,
}

/// What can be set up.
#[derive(Debug, Subcommand)]
pub enum SetupCommand {
    /// Set up the kernels that run the code of notebooks
    #[command(
        after_help = "Kernels are fetched by pip in pinned versions, with their hashes checked. What \
            is set up already\nis left alone. Java and C++ need a JDK or Clang of the system, which \
            root gets by apt-get.\n\nExit status: 0 all are ready, 4 one is not."
    )]
    Kernels(KernelsArgs),
    /// Set up PlantUML, which draws `.pu`, `.puml` and `.plantuml` diagrams
    #[command(
        name = "plantuml",
        after_help = "PlantUML is fetched by pip in a pinned version, with its hash checked. It needs a \
            Java of the system, which\nroot gets by apt-get; Graphviz lays out some diagrams better \
            than PlantUML itself.\n\nExit status: 0 it is ready, 4 it is not."
    )]
    PlantUml(ToolArgs),
    /// Set up the viewer of draw.io, which draws `.drawio` diagrams
    #[command(
        after_help = "The viewer is fetched by pip in a pinned version, with its hash checked. It runs in \
            a Chromium of the system,\nwhich root gets by apt-get.\n\nExit status: 0 it is ready, 4 it is \
            not."
    )]
    Drawio(ToolArgs),
}

/// Arguments of the commands that set one tool up.
#[derive(Debug, Args)]
pub struct ToolArgs {
    /// Change nothing, fail if it is not ready
    #[arg(long)]
    pub check: bool,
    /// How to list the result.
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Arguments of `clx setup kernels`.
#[derive(Debug, Args)]
pub struct KernelsArgs {
    /// Only these languages [default: python, typescript, java]
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',')]
    pub language: Vec<KernelLanguage>,
    /// Change nothing, fail if a kernel is not ready
    #[arg(long)]
    pub check: bool,
    /// How to list the result.
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Languages whose kernels clx can set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KernelLanguage {
    /// `python3`.
    Python,
    /// `deno`.
    Typescript,
    /// `java`; needs a JDK.
    Java,
    /// `clang_repl`; needs clang-repl, about 60 MB to fetch.
    Cpp,
}

impl From<KernelLanguage> for Unit {
    fn from(language: KernelLanguage) -> Self {
        match language {
            KernelLanguage::Python => Self::Python,
            KernelLanguage::Typescript => Self::TypeScript,
            KernelLanguage::Java => Self::Java,
            KernelLanguage::Cpp => Self::Cpp,
        }
    }
}
