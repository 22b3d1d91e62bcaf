//! The manager's thread and the handle to it. Principal type: [`PoolManager`].

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clx_queue::{Queue, SessionId};

use crate::event::PoolEvent;
use crate::executor::Executor;
use crate::message::Message;
use crate::settings::{Pool, PoolSettings};
use crate::state::State;

/// How often leases are looked at.
const LEASE_CHECK: Duration = Duration::from_secs(1);

/// Keeps the workers of one session; dropped, it stops them at once.
#[derive(Debug)]
pub struct PoolManager {
    messages: mpsc::Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl PoolManager {
    /// Starts the manager; workers are started by [`PoolManager::ensure`] only.
    ///
    /// # Errors
    /// The operating system's, if it gives no thread.
    pub fn start(
        queue: Arc<dyn Queue>,
        session: SessionId,
        pools: Vec<(String, Arc<dyn Executor>, u32)>,
        settings: PoolSettings,
        events: impl Fn(PoolEvent) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (messages, inbox) = mpsc::channel();
        let pools: BTreeMap<_, _> = pools
            .into_iter()
            .map(|(kind, executor, size)| (kind, Pool { executor, size }))
            .collect();
        let own = messages.clone();
        let thread = std::thread::Builder::new().name("clx-pool".to_owned()).spawn(move || {
            let state = State::new(queue, session, pools, settings, own, Box::new(events));
            run(state, &inbox);
        })?;
        Ok(Self { messages, thread: Some(thread) })
    }

    /// Asks for `n` workers of a kind; the pool's size is the limit, and workers that run stay.
    pub fn ensure(&self, kind: &str, n: u32) {
        self.send(Message::Ensure(kind.to_owned(), n));
    }

    /// Stops all workers in parallel: gracefully, and by force what still runs after `grace`.
    /// Returns when none is left.
    pub fn stop(mut self, grace: Duration) {
        self.stop_and_join(grace);
    }

    fn stop_and_join(&mut self, grace: Duration) {
        self.send(Message::Stop(grace));
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }

    fn send(&self, message: Message) {
        // The thread ends only after a stop, and then there is nothing to tell it.
        let _ended = self.messages.send(message);
    }
}

impl Drop for PoolManager {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.stop_and_join(Duration::ZERO);
        }
    }
}

fn run(mut state: State, inbox: &mpsc::Receiver<Message>) {
    let mut next_check = Instant::now() + LEASE_CHECK;
    while !state.is_done() {
        let wake = state.next_deadline().map_or(next_check, |at| at.min(next_check));
        match inbox.recv_timeout(wake.saturating_duration_since(Instant::now())) {
            Ok(Message::Ensure(kind, n)) => state.ensure(&kind, n),
            Ok(Message::Exited(worker, exit)) => state.exited(worker, exit),
            Ok(Message::Noted(worker, note)) => state.noted(worker, note),
            Ok(Message::Stop(grace)) => state.stop(Instant::now() + grace),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => state.stop(Instant::now()),
        }
        let now = Instant::now();
        state.pass_deadlines(now);
        if now >= next_check {
            next_check = now + LEASE_CHECK;
            state.check_leases(now);
        }
    }
}
