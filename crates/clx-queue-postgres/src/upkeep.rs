//! The thread of a handle that tells other handles what happened and looks for its own waiters. Principal
//! type: [`Upkeep`].
//!
//! NOTIFY takes a lock of the whole server at COMMIT, so no job's transaction does it: what is to be
//! told is summed up here and sent in a transaction of its own, at most once a millisecond. The look, in
//! case a message was lost, is one for all waiters of the handle, and none while nobody waits.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::hub::{Hub, Topic, lock};
use crate::notice::Notices;
use crate::operation::claim::Limits;
use crate::operation::look;
use crate::server::Server;
use crate::token::spread;
use crate::transaction::Effects;
use crate::value::p;

/// Time in which messages are gathered after some were sent.
const GATHER: Duration = Duration::from_millis(1);

/// The thread, and what it is asked for.
#[derive(Debug)]
pub(crate) struct Upkeep {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    server: Arc<Server>,
    hub: Arc<Hub>,
    /// How messages of this handle begin.
    name: String,
    interval: Duration,
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Wanted {
    notices: Notices,
    look: bool,
    stop: bool,
}

impl Upkeep {
    pub(crate) fn start(
        server: Arc<Server>,
        hub: Arc<Hub>,
        name: String,
        interval: Duration,
    ) -> std::io::Result<Self> {
        let (wanted, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { server, hub, name, interval, wanted, changed });
        let thread = std::thread::Builder::new().name("clx-queue-upkeep".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run()
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for Upkeep {
    /// What is still to be told is told first.
    fn drop(&mut self) {
        lock(&self.shared.wanted).stop = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    /// Wakes whom it concerns: waiters of this handle at once, others by a message. What woke somebody here
    /// is not told to others as well: each ready job wakes one worker.
    pub(crate) fn wake(&self, effects: &Effects) {
        let mut notices = Vec::new();
        for (&(session, job_type), &n) in &effects.ready {
            let topic = Topic::Ready(session, job_type);
            let woken = self.hub.ring(topic, n);
            if woken < n {
                notices.push((topic, n - woken));
            }
        }
        let finished = effects.finished.iter().map(|&session| Topic::Finished(session));
        let workers = effects.workers.iter().map(|&worker| Topic::Worker(worker));
        for topic in finished.chain(workers) {
            if self.hub.ring(topic, usize::MAX) == 0 {
                notices.push((topic, 1));
            }
        }
        if notices.is_empty() && !effects.put_off {
            return;
        }
        let mut wanted = lock(&self.wanted);
        notices.into_iter().for_each(|(topic, n)| wanted.notices.add(topic, n));
        wanted.look |= effects.put_off;
        drop(wanted);
        self.changed.notify_one();
    }

    /// Makes the thread look now: messages may have been lost.
    pub(crate) fn look_now(&self) {
        lock(&self.wanted).look = true;
        self.changed.notify_one();
    }

    fn run(&self) {
        let mut next_look = Instant::now() + spread(self.interval);
        loop {
            let wanted = self.wait(next_look);
            if !wanted.notices.is_empty() {
                self.tell(&wanted.notices);
            }
            if wanted.stop {
                return;
            }
            if wanted.look || Instant::now() >= next_look {
                next_look = Instant::now() + self.look();
            } else {
                self.gather();
            }
        }
    }

    /// Waits until something is wanted or the next look is due.
    fn wait(&self, next_look: Instant) -> Wanted {
        let mut wanted = lock(&self.wanted);
        loop {
            let left = next_look.saturating_duration_since(Instant::now());
            let is_idle = wanted.notices.is_empty() && !wanted.look && !wanted.stop;
            if !is_idle || left.is_zero() {
                let stop = wanted.stop;
                return std::mem::replace(&mut *wanted, Wanted { stop, ..Wanted::default() });
            }
            wanted =
                self.changed.wait_timeout(wanted, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets more to tell come together.
    fn gather(&self) {
        let end = Instant::now() + GATHER;
        let mut wanted = lock(&self.wanted);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || wanted.stop {
                return;
            }
            wanted =
                self.changed.wait_timeout(wanted, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Tells other handles; if that fails, their looks find it out.
    fn tell(&self, notices: &Notices) {
        let channel = self.server.channel();
        let messages = notices.messages(&self.name);
        let _lost = self.server.once(|client| {
            client.query_typed(
                // Nobody waits for the disk because of messages.
                "WITH now AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
                 SELECT pg_notify($1, message) FROM now, unnest($2) AS message",
                &[p(&channel), p(&messages)],
            )
        });
    }

    /// Wakes whoever has something to find; returns how long to wait until the next look.
    fn look(&self) -> Duration {
        let pause = spread(self.interval);
        let topics = self.hub.waited_for();
        let function = self.server.qualified("look");
        let (commit, lock_ms) = self.server.workers_limits();
        let limits =
            Limits { clock: self.server.clock(), commit: Some(commit), lock_ms: Some(lock_ms) };
        // What cannot be seen now is looked for again after the pause.
        let found = self.server.once(|client| look::look(client, &function, &topics, &limits));
        let Ok(found) = found else { return pause };
        for (topic, n) in found.news {
            self.hub.ring(topic, n);
        }
        self.wake(&found.effects);
        found.next_due.map_or(pause, |due| pause.min(due))
    }
}
