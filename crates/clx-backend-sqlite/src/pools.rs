//! What the pool manager tells, kept until the backend asks. Principal type: [`PoolNews`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clx_core::Diagnostic;
use clx_pool::PoolEvent;
use clx_queue::{CancelTarget, Queue, SessionId};

use crate::failure::{lost_worker, start_failed, worker_noted};

/// Notices for people, and kinds without workers.
#[derive(Debug, Clone, Default)]
pub(crate) struct PoolNews(Arc<Mutex<News>>);

#[derive(Debug, Default)]
struct News {
    notices: Vec<Diagnostic>,
    exhausted: BTreeMap<String, String>,
}

impl PoolNews {
    /// Takes an event of the pool manager; jobs that nobody can do are cancelled.
    pub(crate) fn take(&self, event: PoolEvent, queue: &dyn Queue, session: SessionId) {
        match event {
            PoolEvent::Started { .. } => {}
            PoolEvent::Lost { kind, how, released, .. } => {
                self.lock().notices.push(lost_worker(&kind, &how, released.returned.len()));
            }
            PoolEvent::Noted { kind, note, .. } => {
                self.lock().notices.push(worker_noted(&kind, &note));
            }
            PoolEvent::StartFailed { kind, why } => {
                self.lock().notices.push(start_failed(&kind, &why));
            }
            PoolEvent::Exhausted { kind, why } => {
                self.lock().exhausted.insert(kind.clone(), why);
                cancel_kind(queue, session, &kind);
            }
        }
    }

    pub(crate) fn notices(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.lock().notices)
    }

    /// Returns why a kind has no workers any more.
    pub(crate) fn exhausted(&self, kind: &str) -> Option<String> {
        self.lock().exhausted.get(kind).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cancels the jobs of a kind. A queue that fails here fails the backend's next call, too.
pub(crate) fn cancel_kind(queue: &dyn Queue, session: SessionId, kind: &str) {
    let target = CancelTarget::Type(kind.to_owned());
    let _reported_later = queue.cancel(session, &target, "no worker is left");
}
