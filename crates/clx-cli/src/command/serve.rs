//! `clx serve`: the dashboard until Ctrl+C.

use std::sync::Arc;
use std::time::Duration;

use clx_core::SystemClock;
use clx_dashboard::{Dashboard, DashboardError, DashboardOptions};
use clx_process::{Exit as Ended, Spawn, Waited};
use clx_serve::Port;

use super::failure::Failure;
use super::shown::Shown;
use super::wiring::runtime;
use super::with_causes;
use crate::args::ServeArgs;
use crate::display::{stderr_line, stdout_line};
use crate::exit::Exit;
use crate::signals::on_interrupt;

/// How long the program that opens addresses may take to hand one over.
const OPEN_LIMIT: Duration = Duration::from_secs(10);

pub(super) fn run(args: &ServeArgs) -> Exit {
    if !args.host.is_loopback() && !args.allow_remote {
        stderr_line(&format!(
            "error: other machines reach {}\n  hint: `--allow-remote` serves there all the same; anybody who \
             reaches it can then look at everything and cancel jobs",
            args.host
        ));
        return Exit::Usage;
    }
    let shown = match Shown::find(&args.look) {
        Ok(shown) => shown,
        Err(exit) => return exit,
    };
    serve(args, &shown).map_or_else(Failure::print, |()| Exit::Built)
}

fn serve(args: &ServeArgs, shown: &Shown) -> Result<(), Failure> {
    let queue = shown.open()?;
    let runtime = runtime().map_err(Failure::environment)?;
    let options = DashboardOptions {
        queue: queue.into(),
        store_dir: shown.file.store.clone(),
        clock: Arc::new(SystemClock),
        is_dead: Box::new(shown.is_dead()),
        host: args.host,
        port: Port::Exactly(args.port),
    };
    let dashboard = Dashboard::start(runtime.handle(), options).map_err(refused)?;
    let (interrupted, end) = std::sync::mpsc::channel();
    on_interrupt(&runtime, move || {
        // Once it ends, nobody waits for another one.
        interrupted.send(()).ok();
    })
    .map_err(Failure::environment)?;
    let url = dashboard.url();
    stdout_line(&url);
    stderr_line(&format!("Showing {}; Ctrl+C ends.", shown.place()));
    if args.allow_remote && !args.host.is_loopback() {
        stderr_line(
            "warning: anybody who reaches this address can look at everything and cancel jobs",
        );
    }
    if args.open {
        open(&url);
    }
    // The sender is with the signals, which last as long as the runtime.
    end.recv().ok();
    Ok(())
}

fn refused(error: DashboardError) -> Failure {
    let hint = match error {
        DashboardError::Serve(_) => "\n  hint: `--port 0` takes one that is free",
        _ => "",
    };
    Failure::environment(format!("{}{hint}", with_causes(&error)))
}

/// Shows an address in the user's browser, which outlives this process.
fn open(url: &str) {
    let opened = Spawn::new("setsid").args(["--fork", "--wait", "xdg-open", url]).start();
    let ended = opened.and_then(|mut child| child.wait(OPEN_LIMIT));
    if !matches!(ended, Ok(Waited::Exited(Ended::Status(0)) | Waited::TimedOut)) {
        stderr_line("warning: no browser could be opened; open the address yourself");
    }
}
