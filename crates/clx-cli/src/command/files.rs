//! Opens queue and store of a course. Principal type: [`Files`].

use std::path::Path;
use std::sync::Arc;

use clx_backend_sqlite::reap_dead_sessions;
use clx_queue::{Queue, SqliteOptions, SqliteQueue};
use clx_store::{Sharing, Store, StoreOptions};
use clx_store_shared::SharedStore;

use super::failure::Failure;
use super::hosts::Meeting;
use crate::args::build::WorkersArg;
use crate::settings::{StateSettings, WorkSettings};
use crate::state_dir::StateDir;

/// Queue and store that a build works with.
pub(super) struct Files {
    pub(super) state: StateDir,
    pub(super) store: Arc<Store>,
    pub(super) queue: Arc<dyn Queue>,
    /// Where other hosts find what goes through the store, if they are a part.
    pub(super) shared: Option<Arc<SharedStore>>,
}

impl Files {
    /// Opens them, in the state directory of the course at `root` if no others are named; makes what is
    /// missing.
    pub(super) fn open(root: &Path, work: &WorkSettings) -> Result<Self, Failure> {
        let state = open_state(root, &work.state)?;
        let sharing = match work.workers {
            WorkersArg::InProcess | WorkersArg::Docker => Sharing::Deferred,
            WorkersArg::Direct | WorkersArg::Pool => Sharing::Immediate,
        };
        let options =
            StoreOptions { sharing, reads_digests: !work.no_cache, ..StoreOptions::default() };
        match Meeting::open(&work.hosts)? {
            None => {
                let (queue, store) = open_files(&state, &options)?;
                Ok(Self { state, store, queue, shared: None })
            }
            Some(meeting) => {
                let store = Store::open(state.store(), &options).map_err(Failure::environment)?;
                let store = Arc::new(store);
                let shared = Some(meeting.share(Arc::clone(&store))?);
                Ok(Self { state, store, queue: meeting.queue, shared })
            }
        }
    }

    /// Opens them if an earlier build has made them: nothing is made for what may be no course.
    pub(super) fn open_again(root: &Path, work: &WorkSettings) -> Result<Option<Self>, Failure> {
        let place = StateDir::place(root, work.state.state_dir.as_deref());
        let is_there = place.is_ok_and(|place| place.join("cache.db").exists());
        is_there.then(|| Self::open(root, work)).transpose()
    }
}

/// Makes the directory of a course's queue and cache.
pub(super) fn open_state(root: &Path, args: &StateSettings) -> Result<StateDir, Failure> {
    StateDir::open(root, args.state_dir.as_deref(), args.jobs_db_path.as_deref())
        .map_err(|error| Failure::environment(format!("cannot create the state directory {error}")))
}

/// Opens the files of a course and closes what dead builds left open in them.
pub(super) fn open_files(
    state: &StateDir,
    options: &StoreOptions,
) -> Result<(Arc<SqliteQueue>, Arc<Store>), Failure> {
    let store = Store::open(state.store(), options).map_err(Failure::environment)?;
    let queue = SqliteQueue::open(state.jobs(), &SqliteOptions::default());
    let queue = queue.map_err(Failure::environment)?;
    reap_dead_sessions(&queue).map_err(Failure::environment)?;
    Ok((Arc::new(queue), Arc::new(store)))
}
