//! Who waits for what within this process. Principal type: [`Hub`].
//!
//! A waiter looks at the topic's epoch, looks at the database, and waits only while the epoch has
//! not moved: a ring between the look and the wait is never lost.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::transaction::JobType;
use crate::ids::{SessionId, WorkerId};

/// What one can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// Ready jobs of a session and type.
    Ready(SessionId, JobType),
    /// Finished jobs of a session.
    Finished(SessionId),
    /// Something for a worker to stop or to know.
    Worker(WorkerId),
}

/// The waiters of this process.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    gates: Mutex<HashMap<Topic, Arc<Gate>>>,
    /// Where each worker of this handle waits for jobs; a worker never changes its place.
    places: Mutex<HashMap<WorkerId, Arc<Gate>>>,
    owners: Mutex<HashMap<SessionId, Option<String>>>,
    /// The database file is no longer the one that was opened.
    vanished: AtomicBool,
    nudged: Mutex<HashSet<WorkerId>>,
}

#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<GateState>,
    condition: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    epoch: u64,
    /// How many wait; nobody is notified in vain, each notification is a call of the system.
    waiting: usize,
}

impl Hub {
    /// Returns the gate of a topic, to be asked for its epoch before looking at the database.
    pub(crate) fn gate(&self, topic: Topic) -> Arc<Gate> {
        Arc::clone(lock(&self.gates).entry(topic).or_default())
    }

    /// Returns the doorbell of a session's owner in another process, if it was looked up before:
    /// `Some(None)` means that there is none.
    pub(crate) fn owner(&self, session: SessionId) -> Option<Option<String>> {
        lock(&self.owners).get(&session).cloned()
    }

    /// Notes the doorbell of a session's owner; it never changes.
    pub(crate) fn set_owner(&self, session: SessionId, doorbell: Option<String>) {
        lock(&self.owners).insert(session, doorbell);
    }

    /// Returns the gate at which a worker waits for jobs, if it was found before.
    pub(crate) fn place(&self, worker: WorkerId) -> Option<Arc<Gate>> {
        lock(&self.places).get(&worker).map(Arc::clone)
    }

    /// Notes where a worker waits for jobs.
    pub(crate) fn set_place(&self, worker: WorkerId, gate: &Arc<Gate>) {
        lock(&self.places).insert(worker, Arc::clone(gate));
    }

    /// Wakes at most `n` waiters; those that look at the database right now will look again.
    pub(crate) fn ring(&self, topic: Topic, n: usize) {
        if let Some(gate) = lock(&self.gates).get(&topic) {
            gate.ring(n);
        }
    }

    /// Returns the topics that somebody waits for right now.
    pub(crate) fn waited_for(&self) -> Vec<Topic> {
        lock(&self.gates)
            .iter()
            .filter(|(_, gate)| lock(&gate.state).waiting > 0)
            .map(|(topic, _)| *topic)
            .collect()
    }

    /// Says that the database file is gone or replaced; all waiters find out.
    pub(crate) fn set_vanished(&self) {
        self.vanished.store(true, Ordering::SeqCst);
        self.ring_all();
    }

    /// Tells whether the database file was found gone or replaced.
    pub(crate) fn is_vanished(&self) -> bool {
        self.vanished.load(Ordering::SeqCst)
    }

    /// Wakes all waiters of every topic.
    pub(crate) fn ring_all(&self) {
        #[expect(clippy::iter_over_hash_type, reason = "all are rung, in whatever order")]
        for gate in lock(&self.gates).values() {
            gate.ring(usize::MAX);
        }
    }

    /// Makes the next or present wait of a worker end at once.
    pub(crate) fn nudge(&self, worker: WorkerId) {
        lock(&self.nudged).insert(worker);
        self.ring_all();
    }

    /// Tells whether the worker was nudged; it stays so, because a nudged worker is to stop.
    pub(crate) fn is_nudged(&self, worker: WorkerId) -> bool {
        lock(&self.nudged).contains(&worker)
    }

    /// Forgets what belongs to a worker.
    pub(crate) fn forget(&self, worker: WorkerId) {
        lock(&self.gates).remove(&Topic::Worker(worker));
        lock(&self.nudged).remove(&worker);
        lock(&self.places).remove(&worker);
    }
}

impl Gate {
    pub(crate) fn epoch(&self) -> u64 {
        lock(&self.state).epoch
    }

    fn ring(&self, n: usize) {
        let waiting = {
            let mut state = lock(&self.state);
            state.epoch += 1;
            state.waiting
        };
        if n >= waiting {
            if waiting > 0 {
                self.condition.notify_all();
            }
        } else {
            for _ in 0..n {
                self.condition.notify_one();
            }
        }
    }

    /// Waits while the epoch is `seen`, until `deadline` at most; true if it moved.
    pub(crate) fn wait(&self, seen: u64, deadline: Instant) -> bool {
        let mut state = lock(&self.state);
        state.waiting += 1;
        while state.epoch == seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state =
                self.condition.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting -= 1;
        state.epoch != seen
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The guarded values are numbers and sets that no panic leaves half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
