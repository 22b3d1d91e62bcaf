//! The beat thread of a worker: renews the lease and carries progress out and cancel requests in,
//! also while the handler computes. Principal type: [`Heartbeat`].

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use clx_queue::{Beat, JobId, Queue, QueueError, WorkerId};

use crate::context::JobContext;

/// How often progress of a running job is stored at most.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// What the worker and its beat thread share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    current: Option<JobContext>,
    /// The worker's row is gone: whatever it does is in vain.
    gone: bool,
    ended: bool,
}

/// The running beat thread; ends when dropped.
pub(crate) struct Heartbeat {
    shared: Arc<Shared>,
    queue: Arc<dyn Queue>,
    worker: WorkerId,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Starts beating four times per lease.
    pub(crate) fn start(
        queue: Arc<dyn Queue>,
        worker: WorkerId,
        lease: Duration,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::Builder::new().name(format!("clx-beat-{worker}")).spawn({
            let (shared, queue) = (Arc::clone(&shared), Arc::clone(&queue));
            move || beat_until_ended(&shared, &*queue, worker, lease / 4)
        })?;
        Ok(Self { shared, queue, worker, thread: Some(thread) })
    }

    /// Says which job is worked on, `None` between jobs.
    pub(crate) fn set_current(&self, context: Option<JobContext>) {
        self.shared.lock().current = context;
        self.shared.changed.notify_all();
    }

    /// Tells whether the worker's row was found gone.
    pub(crate) fn is_gone(&self) -> bool {
        self.shared.lock().gone
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        self.queue.nudge(self.worker);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change of the state, a short while at most.
    fn pause(&self, limit: Duration) {
        let state = self.lock();
        if !state.ended {
            let _state =
                self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn beat_until_ended(shared: &Shared, queue: &dyn Queue, worker: WorkerId, interval: Duration) {
    let mut told = HashSet::new();
    loop {
        let (current, ended) = {
            let state = shared.lock();
            (state.current.clone(), state.ended)
        };
        if ended {
            return;
        }
        let progress: Vec<_> = current.iter().filter_map(JobContext::take_progress).collect();
        let wait = if current.is_some() { interval.min(PROGRESS_INTERVAL) } else { interval };
        match queue.beat(worker, &progress, wait) {
            Ok(beat) => {
                if !pass_on(&beat, shared, &mut told) {
                    // Everything was told before: wait for the worker instead of asking again.
                    shared.pause(interval);
                }
            }
            Err(QueueError::WorkerGone { .. }) => {
                let mut state = shared.lock();
                state.gone = true;
                if let Some(current) = &state.current {
                    current.cancel();
                }
                drop(state);
                queue.nudge(worker);
                return;
            }
            // The next beat may come through; if none does, the lease ends.
            Err(_) => shared.pause(PROGRESS_INTERVAL),
        }
    }
}

/// Cancels the jobs that the beat names; false if it names only jobs that were told before.
fn pass_on(beat: &Beat, shared: &Shared, told: &mut HashSet<JobId>) -> bool {
    let state = shared.lock();
    let mut news = beat.cancel.is_empty();
    for &job in &beat.cancel {
        if let Some(current) = state.current.as_ref().filter(|current| current.job() == job) {
            news |= !current.is_cancelled();
            current.cancel();
        }
        news |= told.insert(job);
    }
    news
}
