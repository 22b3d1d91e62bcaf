//! Builds and workers on many hosts: the queue on a server, blobs in a store that all reach. Principal
//! type: [`Meeting`].

mod note;
mod pool;

use std::path::Path;
use std::sync::Arc;

use clx_queue::{NewSession, Owner, Queue, SessionId, SessionRole};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_store::Store;
use clx_store_shared::{Objects, SharedStore, StoreAddress};

pub(super) use self::note::HostTools;
pub(super) use self::pool::{run, work};
use super::failure::Failure;
use super::with_causes;
use crate::exit::Exit;
use crate::settings::HostsSettings;

/// Where hosts meet.
pub(super) struct Meeting {
    pub(super) queue: Arc<PostgresQueue>,
    address: StoreAddress,
}

impl Meeting {
    /// Connects to the queue; `None` if no other hosts are named.
    pub(super) fn open(settings: &HostsSettings) -> Result<Option<Self>, Failure> {
        let (queue, store) = match (&settings.queue, &settings.store) {
            (None, None) => return Ok(None),
            (Some(queue), Some(store)) => (queue, store),
            (Some(_), None) => {
                return Err(wrong(
                    "a queue of many hosts is named, but no store for what they make\n  hint: name one \
                     that all reach, `--store s3://BUCKET/PREFIX` or `--store file:///FOLDER`",
                ));
            }
            (None, Some(_)) => {
                return Err(wrong(
                    "a store of many hosts is named, but no queue\n  hint: name one, \
                     `--queue postgres://USER@HOST/DATABASE`",
                ));
            }
        };
        let address = store.parse().map_err(|error| wrong(with_causes(&error)))?;
        let queue = PostgresQueue::open(queue_options(queue)?)?;
        Ok(Some(Self { queue: Arc::new(queue), address }))
    }

    /// Shares what goes through a local store.
    pub(super) fn share(&self, local: Arc<Store>) -> Result<Arc<SharedStore>, Failure> {
        let objects = Objects::open(self.address.clone());
        let objects = objects.map_err(|error| wrong(with_causes(&error)))?;
        Ok(Arc::new(SharedStore::new(local, objects, Arc::new(self.queue.results()))))
    }

    /// Opens a session that no process of another host takes for dead: it lives as long as it is kept
    /// alive.
    pub(super) fn open_session(
        &self,
        role: SessionRole,
        note: String,
    ) -> Result<SessionId, Failure> {
        let owner = Owner { pid: std::process::id(), start: 0, boot_id: String::new() };
        let new = NewSession::new(owner, Path::new(&clx_process::host_name()));
        Ok(self.queue.open_session(&NewSession { role, note, ..new })?)
    }
}

/// Reads the address of a queue on a server, and finds its password.
pub(super) fn queue_options(url: &str) -> Result<PostgresOptions, Failure> {
    PostgresOptions::from_url(url, &PasswordSources::of_this_process())
        .map_err(|error| wrong(with_causes(&error)))
}

fn wrong(message: impl std::fmt::Display) -> Failure {
    Failure { exit: Exit::Spec, ..Failure::environment(message) }
}
