//! Who waits for what within this process. Principal type: [`Hub`].
//!
//! A waiter looks at the topic's epoch, looks at the database, and waits only while the epoch has
//! not moved: a ring between the look and the wait is never lost.

use std::collections::{HashMap, HashSet};
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
    nudged: Mutex<HashSet<WorkerId>>,
}

#[derive(Debug, Default)]
pub(crate) struct Gate {
    epoch: Mutex<u64>,
    condition: Condvar,
}

impl Hub {
    /// Returns the gate of a topic, to be asked for its epoch before looking at the database.
    pub(crate) fn gate(&self, topic: Topic) -> Arc<Gate> {
        Arc::clone(lock(&self.gates).entry(topic).or_default())
    }

    /// Wakes at most `n` waiters; those that look at the database right now will look again.
    pub(crate) fn ring(&self, topic: Topic, n: usize) {
        if let Some(gate) = lock(&self.gates).get(&topic) {
            *lock(&gate.epoch) += 1;
            for _ in 0..n.min(64) {
                gate.condition.notify_one();
            }
        }
    }

    /// Wakes all waiters of every topic.
    pub(crate) fn ring_all(&self) {
        #[expect(clippy::iter_over_hash_type, reason = "all are rung, in whatever order")]
        for gate in lock(&self.gates).values() {
            *lock(&gate.epoch) += 1;
            gate.condition.notify_all();
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
    }
}

impl Gate {
    pub(crate) fn epoch(&self) -> u64 {
        *lock(&self.epoch)
    }

    /// Waits while the epoch is `seen`, until `deadline` at most; true if it moved.
    pub(crate) fn wait(&self, seen: u64, deadline: Instant) -> bool {
        let mut epoch = lock(&self.epoch);
        while *epoch == seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            epoch =
                self.condition.wait_timeout(epoch, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The guarded values are numbers and sets that no panic leaves half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
