//! Where builds write what they do, for commands that are about no course. Principal type:
//! [`QueueFile`].

use std::path::PathBuf;

use clx_config::Config;
use clx_core::{Clock, SystemClock, Timestamp};
use clx_queue::{SqliteOptions, SqliteQueue};

use super::failure::Failure;
use crate::args::build::StateArgs;
use crate::exit::Exit;
use crate::settings::{StateSettings, configured};
use crate::state_dir::StateDir;

/// The file of a queue, which may not exist yet, and the directory of the store beside it.
#[derive(Debug)]
pub(super) struct QueueFile {
    pub(super) path: PathBuf,
    pub(super) store: PathBuf,
    pub(super) config: Config,
}

impl QueueFile {
    /// Finds the file: as flags or the configuration say, else `.clx` in the working directory or the
    /// nearest one above it that has one.
    pub(super) fn find(args: &StateArgs) -> Result<Self, Exit> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let root = here.ancestors().find(|directory| directory.join(".clx").is_dir());
        let config = configured(root)?;
        let StateSettings { state_dir, jobs_db_path } = StateSettings::new(args, &config);
        let usual = root.unwrap_or(&here);
        let store = StateDir::place(usual, state_dir.as_deref()).map_err(|error| refuse(&error))?;
        let path = jobs_db_path.map_or_else(|| Ok(store.join("jobs.db")), std::path::absolute);
        Ok(Self { path: path.map_err(|error| refuse(&error))?, store, config })
    }

    /// Opens the queue; one that does not exist is an error and is not made.
    pub(super) fn open(&self) -> Result<SqliteQueue, Failure> {
        if !self.path.exists() {
            return Err(self.missing());
        }
        SqliteQueue::open(&self.path, &SqliteOptions::default()).map_err(Failure::environment)
    }

    /// Says that nothing was built here.
    pub(super) fn missing(&self) -> Failure {
        Failure::environment(format!(
            "nothing was built here yet: {} does not exist\n  hint: `clx build SPEC` makes it; in another \
             directory, say where it is with `--state-dir`",
            self.path.display()
        ))
    }
}

fn refuse(error: &std::io::Error) -> Exit {
    Failure::environment(error).print()
}

/// The moment, by the machine's clock.
pub(super) fn now() -> Timestamp {
    SystemClock.now()
}

/// Finds and opens the queue's file, lets a command work with it, and prints what it could not do.
pub(super) fn with_queue_file(
    args: &StateArgs,
    work: impl FnOnce(&SqliteQueue, &QueueFile) -> Result<Exit, Failure>,
) -> Exit {
    let file = match QueueFile::find(args) {
        Ok(file) => file,
        Err(exit) => return exit,
    };
    let done = file.open().and_then(|queue| work(&queue, &file));
    done.unwrap_or_else(Failure::print)
}
