//! How workers are told to stop. Principal type: [`StopSignal`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How urgently to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stop {
    /// Do not.
    #[default]
    No,
    /// Finish the present job, claim no other.
    Gracefully,
    /// Drop the present job, give it back.
    Now,
}

/// Tells workers to stop; clones share one state, which only rises.
#[derive(Debug, Clone)]
pub struct StopSignal {
    level: watch::Sender<Stop>,
    wakers: Arc<Mutex<Wakers>>,
}

#[derive(Default)]
struct Wakers(Vec<Box<dyn Fn() + Send>>);

impl std::fmt::Debug for Wakers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} wakers", self.0.len())
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self { level: watch::Sender::new(Stop::No), wakers: Arc::default() }
    }
}

impl StopSignal {
    /// Asks to stop; a weaker request after a stronger one changes nothing.
    pub fn request(&self, stop: Stop) {
        let rose = self.level.send_if_modified(|level| {
            let rises = stop > *level;
            *level = stop.max(*level);
            rises
        });
        if rose {
            for waker in &self.wakers().0 {
                waker();
            }
        }
    }

    /// Returns what was asked so far.
    #[must_use]
    pub fn level(&self) -> Stop {
        *self.level.borrow()
    }

    /// Registers what makes a blocking call notice the signal; called at once if it was given.
    pub fn on_request(&self, waker: impl Fn() + Send + 'static) {
        let mut wakers = self.wakers();
        if self.level() > Stop::No {
            waker();
        }
        wakers.0.push(Box::new(waker));
    }

    /// Waits until at least `stop` is asked.
    pub async fn reached(&self, stop: Stop) {
        let mut level = self.level.subscribe();
        // The sender lives in `self`, so the channel cannot close.
        let _level = level.wait_for(|level| *level >= stop).await;
    }

    fn wakers(&self) -> MutexGuard<'_, Wakers> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
