//! JVMs that wait for the next picture. Principal type: [`WarmPool`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clx_core::PictureFormat;
use tokio::task::AbortHandle;

use crate::jvm::Jvm;

/// Keeps JVMs between pictures, at most as many of a format as pictures were drawn at the same time.
/// One that nobody wants for a while ends. Dropping the pool ends all.
#[derive(Debug)]
pub(crate) struct WarmPool {
    idle_limit: Duration,
    max_pictures: u32,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// The one used last at the end.
    idle: Vec<Idle>,
    next_id: u64,
}

#[derive(Debug)]
struct Idle {
    id: u64,
    format: PictureFormat,
    jvm: Jvm,
    /// Ends the JVM when it has waited too long.
    timer: AbortHandle,
}

impl WarmPool {
    pub(crate) fn new(idle_limit: Duration, max_pictures: u32) -> Self {
        Self { idle_limit, max_pictures, shelf: Arc::default() }
    }

    /// Hands out a JVM for this format, if one waits.
    pub(crate) fn take(&self, format: PictureFormat) -> Option<Jvm> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let index = shelf.idle.iter().rposition(|idle| idle.format == format)?;
        let idle = shelf.idle.remove(index);
        idle.timer.abort();
        Some(idle.jvm)
    }

    /// Takes a JVM back that gave its last answer in order.
    pub(crate) fn put(&self, format: PictureFormat, jvm: Jvm) {
        if jvm.n_pictures() >= self.max_pictures {
            return;
        }
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let id = shelf.next_id;
        shelf.next_id += 1;
        let (weak, limit) = (Arc::downgrade(&self.shelf), self.idle_limit);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            if let Some(shelf) = weak.upgrade() {
                let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
                shelf.idle.retain(|idle| idle.id != id);
            }
        });
        shelf.idle.push(Idle { id, format, jvm, timer: timer.abort_handle() });
    }
}
