//! Who waits for what within this handle. Principal type: [`Hub`].
//!
//! A waiter looks at the topic's epoch, looks at the database, and waits only while the epoch has not
//! moved: a ring between the look and the wait is never lost. A ring wakes as many waiters as there is
//! something for, those that have waited longest first; the others keep sleeping.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use clx_queue::{SessionId, WorkerId};

/// Row id of a job type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct JobType(pub(crate) i64);

/// What one can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Topic {
    /// Ready jobs of a session and type.
    Ready(SessionId, JobType),
    /// Finished jobs of a session.
    Finished(SessionId),
    /// Something for a worker to stop or to know.
    Worker(WorkerId),
}

/// The waiters of this handle.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    gates: Mutex<HashMap<Topic, Arc<Gate>>>,
    /// Where each worker of this handle waits for jobs; a worker never changes its place.
    places: Mutex<HashMap<WorkerId, Arc<Gate>>>,
    nudged: Mutex<HashSet<WorkerId>>,
}

/// Those who wait for one topic.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<GateState>,
}

#[derive(Debug, Default)]
struct GateState {
    epoch: u64,
    /// In the order in which they came.
    waiters: VecDeque<Arc<Waiter>>,
}

#[derive(Debug)]
struct Waiter {
    worker: Option<WorkerId>,
    is_woken: Mutex<bool>,
    condition: Condvar,
}

impl Hub {
    /// Returns the gate of a topic, to be asked for its epoch before looking at the database.
    pub(crate) fn gate(&self, topic: Topic) -> Arc<Gate> {
        Arc::clone(lock(&self.gates).entry(topic).or_default())
    }

    /// Returns the gate at which a worker waits for jobs, if it was found before.
    pub(crate) fn place(&self, worker: WorkerId) -> Option<Arc<Gate>> {
        lock(&self.places).get(&worker).map(Arc::clone)
    }

    /// Notes where a worker waits for jobs.
    pub(crate) fn set_place(&self, worker: WorkerId, gate: &Arc<Gate>) {
        lock(&self.places).insert(worker, Arc::clone(gate));
    }

    /// Wakes at most `n` waiters and returns how many; those that look at the database right now will
    /// look again. A worker's topic also wakes its waiting claim.
    pub(crate) fn ring(&self, topic: Topic, n: usize) -> usize {
        if let Topic::Worker(worker) = topic {
            let place = self.place(worker);
            place.iter().for_each(|gate| gate.wake(worker));
        }
        let gate = lock(&self.gates).get(&topic).map(Arc::clone);
        gate.map_or(0, |gate| gate.ring(n))
    }

    /// Returns the topics that somebody waits for right now, in order.
    pub(crate) fn waited_for(&self) -> Vec<Topic> {
        let mut topics: Vec<_> = lock(&self.gates)
            .iter()
            .filter(|(_, gate)| !lock(&gate.state).waiters.is_empty())
            .map(|(topic, _)| *topic)
            .collect();
        topics.sort_unstable();
        topics
    }

    /// Makes the next or present wait of a worker end at once.
    pub(crate) fn nudge(&self, worker: WorkerId) {
        lock(&self.nudged).insert(worker);
        self.ring(Topic::Worker(worker), usize::MAX);
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

    /// Wakes at most `n` waiters and returns how many.
    pub(crate) fn ring(&self, n: usize) -> usize {
        let woken: Vec<_> = {
            let mut state = lock(&self.state);
            state.epoch += 1;
            let n = n.min(state.waiters.len());
            state.waiters.drain(..n).collect()
        };
        woken.iter().for_each(|waiter| waiter.wake());
        woken.len()
    }

    /// Wakes a worker, whether it waits or is about to.
    fn wake(&self, worker: WorkerId) {
        let mut state = lock(&self.state);
        state.epoch += 1;
        let place = state.waiters.iter().position(|waiter| waiter.worker == Some(worker));
        if let Some(waiter) = place.and_then(|place| state.waiters.remove(place)) {
            waiter.wake();
        }
    }

    /// Waits while the epoch is `seen`, until `deadline` at most; true if somebody rang for this
    /// waiter, who must look then even if its time is over: nobody else was woken in its place.
    pub(crate) fn wait(&self, worker: Option<WorkerId>, seen: u64, deadline: Instant) -> bool {
        let waiter =
            Arc::new(Waiter { worker, is_woken: Mutex::new(false), condition: Condvar::new() });
        {
            let mut state = lock(&self.state);
            if state.epoch != seen {
                return true;
            }
            state.waiters.push_back(Arc::clone(&waiter));
        }
        if waiter.wait(deadline) {
            return true;
        }
        let mut state = lock(&self.state);
        let place = state.waiters.iter().position(|other| Arc::ptr_eq(other, &waiter));
        // Whoever is no longer among the waiters was rung for meanwhile.
        place.and_then(|place| state.waiters.remove(place)).is_none()
    }
}

impl Waiter {
    fn wake(&self) {
        *lock(&self.is_woken) = true;
        self.condition.notify_one();
    }

    fn wait(&self, deadline: Instant) -> bool {
        let mut is_woken = lock(&self.is_woken);
        while !*is_woken {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            is_woken = self
                .condition
                .wait_timeout(is_woken, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *is_woken
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The guarded values are numbers and collections that no panic leaves half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TOPIC: Topic = Topic::Ready(SessionId(1), JobType(1));

    fn until_waiting(hub: &Hub, n: usize) {
        let gate = hub.gate(TOPIC);
        while lock(&gate.state).waiters.len() < n {
            std::thread::yield_now();
        }
    }

    #[test]
    fn as_many_wake_as_there_is_something_for() {
        let hub = Hub::default();
        let late = Instant::now() + Duration::from_secs(60);
        std::thread::scope(|scope| {
            let gate = hub.gate(TOPIC);
            let seen = gate.epoch();
            for n in 1..=5 {
                let gate = Arc::clone(&gate);
                scope.spawn(move || assert!(gate.wait(Some(WorkerId(n)), seen, late)));
            }
            until_waiting(&hub, 5);
            assert_eq!(hub.ring(TOPIC, 2), 2);
            assert_eq!(lock(&gate.state).waiters.len(), 3);
            assert_eq!(hub.ring(TOPIC, usize::MAX), 3);
            assert_eq!(hub.ring(TOPIC, 1), 0);
        });
    }

    #[test]
    fn nudge_wakes_the_claim_of_one_worker() {
        let hub = Hub::default();
        let late = Instant::now() + Duration::from_secs(60);
        std::thread::scope(|scope| {
            let gate = hub.gate(TOPIC);
            let seen = gate.epoch();
            for n in [1, 2] {
                hub.set_place(WorkerId(n), &gate);
                let gate = Arc::clone(&gate);
                scope.spawn(move || gate.wait(Some(WorkerId(n)), seen, late));
            }
            until_waiting(&hub, 2);
            hub.nudge(WorkerId(2));
            let left: Vec<_> = lock(&gate.state).waiters.iter().map(|one| one.worker).collect();
            assert_eq!(left, [Some(WorkerId(1))]);
            hub.nudge(WorkerId(1));
        });
        assert!(hub.is_nudged(WorkerId(1)));
    }

    #[test]
    fn ring_between_the_look_and_the_wait_is_not_lost() {
        let hub = Hub::default();
        let gate = hub.gate(TOPIC);
        let seen = gate.epoch();
        hub.ring(TOPIC, 1);
        assert!(gate.wait(None, seen, Instant::now() + Duration::from_secs(60)));
        let begin = Instant::now();
        assert!(!gate.wait(None, gate.epoch(), begin));
        assert_eq!(hub.waited_for(), []);
    }
}
