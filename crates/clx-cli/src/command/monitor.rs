//! `clx monitor`: a terminal UI over the queue's file.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_backend_sqlite::is_dead;
use clx_monitor::{End, Settings};

use super::with_causes;
use crate::args::MonitorArgs;
use crate::args::build::StateArgs;
use crate::display::{Style, stderr_line};
use crate::exit::Exit;

/// Names the file of the queue.
const QUEUE: &str = "CLX_DB_PATH";

pub(super) fn run(args: &MonitorArgs) -> Exit {
    let place = match place(&args.state) {
        Ok(place) => place,
        Err(message) => return refuse(&message),
    };
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return refuse("`clx monitor` needs a terminal for its keys and its output");
    }
    let settings = Settings {
        logs: place.directory.join("logs"),
        queue: place.queue,
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

fn refuse(message: &str) -> Exit {
    stderr_line(&format!("error: {message}"));
    Exit::Usage
}

/// Where a queue is.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    /// Its file, which need not exist yet.
    queue: PathBuf,
    /// The state directory, which exists.
    directory: PathBuf,
}

/// Finds the queue: `--jobs-db-path`, else `--state-dir`, else `CLX_DB_PATH`, else `.clx` in the working
/// directory or the nearest one above it. The error says what is missing.
fn place(args: &StateArgs) -> Result<Place, String> {
    let named = std::env::var_os(QUEUE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let here = std::env::current_dir().map_err(|error| format!("no working directory: {error}"))?;
    find(args, named.as_deref(), &here)
}

fn find(args: &StateArgs, named: Option<&Path>, here: &Path) -> Result<Place, String> {
    let (queue, directory) = match (&args.jobs_db_path, &args.state_dir) {
        (Some(queue), Some(directory)) => (here.join(queue), here.join(directory)),
        (Some(queue), None) => beside(here.join(queue)),
        (None, Some(directory)) => below(here.join(directory)),
        (None, None) => match named {
            Some(queue) => beside(here.join(queue)),
            None => below(nearest(here)?),
        },
    };
    let needed = queue.parent().unwrap_or(&directory);
    for needed in [needed, &directory] {
        if !needed.is_dir() {
            return Err(format!("there is no directory {}", needed.display()));
        }
    }
    Ok(Place { queue, directory })
}

fn below(directory: PathBuf) -> (PathBuf, PathBuf) {
    (directory.join("jobs.db"), directory)
}

fn beside(queue: PathBuf) -> (PathBuf, PathBuf) {
    let directory = queue.parent().unwrap_or(Path::new("/")).to_owned();
    (queue, directory)
}

fn nearest(here: &Path) -> Result<PathBuf, String> {
    let mut candidates = here.ancestors().map(|directory| directory.join(".clx"));
    candidates.find(|candidate| candidate.is_dir()).ok_or_else(|| {
        format!(
            "no `.clx` in {} or above it\n  hint: go to a course that was built, or name its state \
             directory with `--state-dir`",
            here.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(state: Option<&str>, queue: Option<&str>) -> StateArgs {
        StateArgs { state_dir: state.map(PathBuf::from), jobs_db_path: queue.map(PathBuf::from) }
    }

    #[test]
    fn flags_go_before_the_variable_and_the_variable_before_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().join("course/slides");
        std::fs::create_dir_all(&here).unwrap();
        for directory in ["course/.clx", "moved", "queues"] {
            std::fs::create_dir(dir.path().join(directory)).unwrap();
        }
        let at = |path: &str| dir.path().join(path);
        let (moved, queue) = (at("moved"), at("queues/q.db"));
        let (moved, queue) = (moved.to_str(), queue.to_str());
        for (state, jobs, named, expected_queue, expected_directory) in [
            (None, None, None, "course/.clx/jobs.db", "course/.clx"),
            (None, None, queue, "queues/q.db", "queues"),
            (moved, None, queue, "moved/jobs.db", "moved"),
            (None, queue, moved, "queues/q.db", "queues"),
            (moved, queue, None, "queues/q.db", "moved"),
        ] {
            let found = find(&args(state, jobs), named.map(Path::new), &here).unwrap();
            let expected = Place { queue: at(expected_queue), directory: at(expected_directory) };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn missing_directory_is_told_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let error = find(&args(Some("gone"), None), None, dir.path()).unwrap_err();
        assert_eq!(error, format!("there is no directory {}", dir.path().join("gone").display()));
    }
}
