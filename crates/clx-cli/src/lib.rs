//! The `clx` command: arguments to settings, wiring of the other crates, all printing, exit
//! statuses. Nothing below it prints.
//!
//! | module | does |
//! |---|---|
//! | [`args`] | what can be typed |
//! | `command` | one file per command: wires crates and returns an [`Exit`] |
//! | `settings` | flags, and where none is given, the configuration |
//! | `display` | diagnostics, progress, summary, JSON |
//! | [`exit`] | exit statuses |

pub mod args;
pub mod exit;

mod command;
mod display;
mod settings;
mod signals;
mod spec_files;
mod state_dir;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::FromArgMatches;

use crate::args::Cli;
pub use crate::exit::Exit;

/// Parses the command line, runs the command, returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    let first = std::env::args_os().nth(1);
    let first = first.as_deref().and_then(std::ffi::OsStr::to_str);
    let parsed = args::groups::command(first).try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe is no reason to complain.
            let _closed = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Built.into() };
        }
    };
    // The panic hook has printed where; this adds what it means.
    catch_unwind(AssertUnwindSafe(|| command::run(cli)))
        .unwrap_or_else(|_| {
            display::stderr_line(
                "clx: this is a bug in clx, please report it with the lines above",
            );
            Exit::Bug
        })
        .into()
}
