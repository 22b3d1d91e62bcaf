//! `clx monitor`: a terminal UI over the queue.

use std::io::IsTerminal;
use std::time::Duration;

use clx_monitor::{End, Settings};
use clx_queue::Place;

use super::shown::Shown;
use super::with_causes;
use crate::args::MonitorArgs;
use crate::display::{Style, stderr_line};
use crate::exit::Exit;

pub(super) fn run(args: &MonitorArgs) -> Exit {
    let shown = match Shown::find(&args.look) {
        Ok(shown) => shown,
        Err(exit) => return exit,
    };
    if let Err(message) = check(&shown) {
        return refuse(&message);
    }
    let settings = Settings {
        logs: shown.logs(),
        queue: shown.place(),
        refresh: Duration::from_secs(args.refresh),
        is_coloured: Style::wants_colours(),
    };
    let open = || shown.exists().then(|| shown.look()).transpose();
    match clx_monitor::run(&settings, &open, &shown.is_dead()) {
        Ok(End::Quit) => Exit::Built,
        Ok(End::Interrupted) => Exit::Interrupted,
        Err(error) => {
            stderr_line(&format!("error: {}", with_causes(&error)));
            Exit::Environment
        }
    }
}

/// A queue that does not exist yet is waited for, a directory is not.
fn check(shown: &Shown) -> Result<(), String> {
    let place = shown.place();
    let directory = match &place {
        Place::File(path) => path.parent(),
        _ => None,
    };
    if let Some(directory) = directory
        && !directory.is_dir()
    {
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
