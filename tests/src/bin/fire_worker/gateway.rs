//! A gateway in a process of its own. Principal function: [`run`].

use std::path::Path;
use std::sync::Arc;

use clx_gateway::Gateway;
use clx_queue::{SqliteOptions, SqliteQueue};
use clx_store::{Store, StoreOptions};

use crate::Failure;

/// Serves queue and store at a socket until it is killed; a socket that a killed one left is replaced.
pub(crate) fn run(queue: &Path, store: &Path, socket: &Path) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let queue = Arc::new(SqliteQueue::open(queue, &SqliteOptions::default())?);
    let store = Arc::new(Store::open(store, &StoreOptions::default())?);
    let gateway = Gateway::new(queue, store, runtime.handle().clone());
    if socket.exists() {
        std::fs::remove_file(socket)?;
    }
    let _admission = gateway.admit_owner_by_socket(socket)?;
    runtime.block_on(std::future::pending::<()>());
    Ok(())
}
