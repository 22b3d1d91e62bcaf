//! `clx completions` and `clx man`: what can be typed, for shells and readers.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::Cli;
use crate::args::manual::{CompletionsArgs, ManArgs};
use crate::display::{reference, stderr_line, stdout_line, stdout_text};
use crate::exit::Exit;

/// The name that is completed and described, whatever the program's file is called.
const NAME: &str = "clx";

pub(super) fn completions(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut visible(), NAME, &mut script);
    stdout_text(&String::from_utf8_lossy(&script));
    Exit::Built
}

/// Returns the command line without the commands that nobody types; scripts would offer them.
fn visible() -> Command {
    let all = Cli::command();
    let typed = all.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new(NAME).version(env!("CARGO_PKG_VERSION")).subcommands(typed.cloned())
}

pub(super) fn man(args: &ManArgs) -> Exit {
    let command = Cli::command().name(NAME).bin_name(NAME);
    if args.markdown {
        stdout_text(&reference(command));
        return Exit::Built;
    }
    if let Some(directory) = &args.dir {
        return write(directory, command);
    }
    let mut page = Vec::new();
    match Man::new(command).render(&mut page) {
        Ok(()) => {
            stdout_text(&String::from_utf8_lossy(&page));
            Exit::Built
        }
        Err(error) => {
            stderr_line(&format!("error: cannot write the manual page: {error}"));
            Exit::Environment
        }
    }
}

fn write(directory: &Path, command: Command) -> Exit {
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory));
    match written {
        Ok(()) => {
            stdout_line(&format!("The manual pages are in {}", directory.display()));
            Exit::Built
        }
        Err(error) => {
            stderr_line(&format!("error: cannot write to {}: {error}", directory.display()));
            Exit::Environment
        }
    }
}
