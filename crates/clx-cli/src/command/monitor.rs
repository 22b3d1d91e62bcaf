//! `clx monitor`: a terminal UI over the queue's file.

use std::io::IsTerminal;
use std::time::Duration;

use clx_backend_sqlite::is_dead;
use clx_monitor::{End, Settings};

use super::queue_file::QueueFile;
use super::with_causes;
use crate::args::MonitorArgs;
use crate::display::{Style, stderr_line};
use crate::exit::Exit;

pub(super) fn run(args: &MonitorArgs) -> Exit {
    let file = match QueueFile::find(&args.state) {
        Ok(file) => file,
        Err(exit) => return exit,
    };
    if let Err(message) = check(&file) {
        return refuse(&message);
    }
    let settings = Settings {
        logs: file.store.join("logs"),
        queue: file.path,
        refresh: Duration::from_secs(args.refresh),
        is_coloured: Style::wants_colours(),
    };
    match clx_monitor::run(&settings, &is_dead) {
        Ok(End::Quit) => Exit::Built,
        Ok(End::Interrupted) => Exit::Interrupted,
        Err(error) => {
            stderr_line(&format!("error: {}", with_causes(&error)));
            Exit::Environment
        }
    }
}

/// A queue that does not exist yet is waited for, a directory is not.
fn check(file: &QueueFile) -> Result<(), String> {
    let directory = file.path.parent().unwrap_or(&file.path);
    if !directory.is_dir() {
        return Err(format!(
            "there is no directory {}\n  hint: go to a course that was built, or name its state directory \
             with `--state-dir`",
            directory.display()
        ));
    }
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err("`clx monitor` needs a terminal for its keys and its output\n  hint: `clx status` prints how \
         builds are going, once"
        .to_owned())
}

fn refuse(message: &str) -> Exit {
    stderr_line(&format!("error: {message}"));
    Exit::Usage
}
