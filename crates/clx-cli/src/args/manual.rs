//! Arguments of `clx completions` and `clx man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// What stands below the help of `clx completions`.
pub(super) const COMPLETIONS_EXAMPLES: &str = "Examples:\n  \
    clx completions bash > ~/.local/share/bash-completion/completions/clx\n  \
    clx completions zsh > ~/.zfunc/_clx                   with ~/.zfunc in $fpath\n  \
    clx completions fish > ~/.config/fish/completions/clx.fish";

/// What stands below the help of `clx man`.
pub(super) const MAN_EXAMPLES: &str = "Examples:\n  clx man | man -l -\n  \
    clx man --dir ~/.local/share/man/man1     then: man clx-build";

/// A shell to complete in.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Where manual pages go.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write `clx.1` and a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Print the reference of all commands as Markdown
    #[arg(long, hide = true, conflicts_with = "dir")]
    pub markdown: bool,
}
