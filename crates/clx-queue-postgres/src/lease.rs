//! The thread of a handle that keeps its sessions alive, and ends sessions and workers of hosts that are
//! gone. Principal type: [`Leases`].
//!
//! Nobody can see whether a process on another host lives; so whoever has a session or is a worker beats,
//! and who is silent for the length of the lease has lost what it had. Every handle looks, since any host
//! may be the one that is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use clx_queue::{SessionId, WorkerExit};

use crate::error::Failure;
use crate::hub::lock;
use crate::operation::lease::{Silent, renew, stale};
use crate::operation::{session, worker};
use crate::server::Server;
use crate::token::spread;
use crate::transaction::Tx;
use crate::upkeep;

/// The thread, and the sessions that it keeps.
#[derive(Debug)]
pub(crate) struct Leases {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: Arc<Server>,
    upkeep: Arc<upkeep::Shared>,
    interval: Duration,
    kept: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    sessions: BTreeSet<SessionId>,
    stop: bool,
}

impl Leases {
    pub(crate) fn start(
        server: Arc<Server>,
        upkeep: Arc<upkeep::Shared>,
        interval: Duration,
    ) -> std::io::Result<Self> {
        let (kept, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { server, upkeep, interval, kept, changed });
        let thread = std::thread::Builder::new().name("clx-queue-leases".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run()
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps a session alive from now on.
    pub(crate) fn keep(&self, session: SessionId) {
        lock(&self.shared.kept).sessions.insert(session);
    }

    pub(crate) fn let_go(&self, session: SessionId) {
        lock(&self.shared.kept).sessions.remove(&session);
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        lock(&self.shared.kept).stop = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        // Those who were silent at the last look, with their beats then.
        let mut doubtful = BTreeMap::new();
        while let Some(sessions) = self.wait() {
            // A server that is away keeps nobody's time: the next look sees who is silent then.
            let _away = self.look(&sessions, &mut doubtful);
        }
    }

    /// Waits for the next look; `None` at the end.
    fn wait(&self) -> Option<Vec<SessionId>> {
        let kept = lock(&self.kept);
        let pause = spread(self.interval);
        let waited = self.changed.wait_timeout_while(kept, pause, |kept| !kept.stop);
        let kept = waited.unwrap_or_else(PoisonError::into_inner).0;
        (!kept.stop).then(|| kept.sessions.iter().copied().collect())
    }

    fn look(
        &self,
        sessions: &[SessionId],
        doubtful: &mut BTreeMap<Silent, i64>,
    ) -> Result<(), clx_queue::QueueError> {
        if !sessions.is_empty() {
            self.write(|tx| Ok(renew(tx, sessions)?))?;
        }
        let found = self.server.read(|tx| Ok(stale(tx)?))?;
        let now_doubtful = found.iter().map(|stale| (stale.who, stale.beat)).collect();
        let before = std::mem::replace(doubtful, now_doubtful);
        for stale in found.iter().filter(|stale| before.get(&stale.who) == Some(&stale.beat)) {
            let exit = WorkerExit::Lost {
                how: format!("nothing was heard of it for {} s", stale.lease.as_secs()),
            };
            self.write(|tx| match stale.who {
                Silent::Session(id) => session::close(tx, id, session::Ending::Abandoned).map(drop),
                Silent::Worker(id) => worker::remove(tx, id, &exit).map(drop),
            })?;
        }
        Ok(())
    }

    fn write(
        &self,
        operation: impl FnMut(&mut Tx<'_>) -> Result<(), Failure>,
    ) -> Result<(), clx_queue::QueueError> {
        let ((), effects) = self.server.write(operation)?;
        self.upkeep.wake(&effects);
        Ok(())
    }
}
