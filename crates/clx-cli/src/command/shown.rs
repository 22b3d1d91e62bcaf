//! The queue that commands look at: a file of this machine, or one on a server that hosts share. Principal
//! type: [`Shown`].

use std::path::PathBuf;

use clx_backend_sqlite::is_dead;
use clx_queue::{Owner, Place, QueueError, QueueView, SqliteOptions, SqliteQueue};
use clx_queue_postgres::{PostgresOptions, PostgresQueue};

use super::failure::Failure;
use super::hosts::queue_options;
use super::queue_file::QueueFile;
use crate::args::queue::LookArgs;
use crate::exit::Exit;
use crate::settings::HostsSettings;

/// A queue to look at, which may not exist yet.
pub(super) struct Shown {
    pub(super) file: QueueFile,
    /// Where the queue is, if it is on a server.
    server: Option<PostgresOptions>,
}

impl Shown {
    /// Finds the queue: what `--queue` or a file's flag names, else what the configuration names.
    pub(super) fn find(args: &LookArgs) -> Result<Self, Exit> {
        let file = QueueFile::find(&args.state)?;
        let is_file = args.state.jobs_db_path.is_some() || args.state.state_dir.is_some();
        let url = match (&args.queue, is_file) {
            (Some(url), _) => Some(url.clone()),
            (None, true) => None,
            (None, false) => HostsSettings::shared_queue(&file.config),
        };
        let server = url.as_deref().map(queue_options).transpose().map_err(Failure::print)?;
        Ok(Self { file, server })
    }

    /// Returns where the queue is.
    pub(super) fn place(&self) -> Place {
        match &self.server {
            Some(options) => Place::Server(options.place()),
            None => Place::File(self.file.path.clone()),
        }
    }

    /// Opens the queue; a file that does not exist is an error and is not made.
    pub(super) fn open(&self) -> Result<Box<dyn QueueView>, Failure> {
        if !self.exists() {
            return Err(self.file.missing());
        }
        self.look().map_err(Failure::environment)
    }

    /// Opens a queue that exists.
    pub(super) fn look(&self) -> Result<Box<dyn QueueView>, QueueError> {
        Ok(match &self.server {
            Some(options) => Box::new(PostgresQueue::open(options.clone())?),
            None => Box::new(SqliteQueue::open(&self.file.path, &SqliteOptions::default())?),
        })
    }

    /// Tells whether there is anything to open.
    pub(super) fn exists(&self) -> bool {
        self.server.is_some() || self.file.path.exists()
    }

    /// Returns how to tell whether the owner of a session is dead. On a server owners are of many hosts:
    /// what their leases tell is written into the queue by whoever works with it.
    pub(super) fn is_dead(&self) -> fn(&Owner) -> bool {
        match self.server {
            Some(_) => |_| false,
            None => is_dead,
        }
    }

    /// Returns where worker processes of this machine log.
    pub(super) fn logs(&self) -> PathBuf {
        self.file.store.join("logs")
    }
}

/// Finds and opens the queue, lets a command work with it, and prints what it could not do.
pub(super) fn with_queue(
    args: &LookArgs,
    work: impl FnOnce(&dyn QueueView, &Shown) -> Result<Exit, Failure>,
) -> Exit {
    let shown = match Shown::find(args) {
        Ok(shown) => shown,
        Err(exit) => return exit,
    };
    let done = shown.open().and_then(|queue| work(&*queue, &shown));
    done.unwrap_or_else(Failure::print)
}
