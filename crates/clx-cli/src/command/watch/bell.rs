//! What wakes the loop of a watch. Principal type: [`Bell`].

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use clx_build::Control;
use clx_watch::{Change, News, WatchError};

/// Rung by the watcher and by signals, from any thread.
#[derive(Debug, Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct State {
    change: Change,
    failed: Option<WatchError>,
    /// How often it was asked to stop.
    stops: u8,
    /// Of the build under way, if there is one.
    control: Arc<Control>,
}

/// Why the loop goes on.
#[derive(Debug)]
pub(super) enum Wake {
    /// Files changed: build again.
    Changed(Change),
    /// Nobody watches any more.
    Failed(WatchError),
    /// The user wants an end.
    Stop {
        /// And does not want to wait for it.
        at_once: bool,
    },
}

impl Bell {
    /// Begins a build: what changes from now on interrupts it.
    pub(super) fn begin(&self) -> Arc<Control> {
        let mut state = self.lock();
        state.control = Arc::new(Control::default());
        for _ in 0..state.stops {
            state.control.interrupt();
        }
        if state.is_outdated() {
            stop_now(&state.control);
        }
        Arc::clone(&state.control)
    }

    /// Takes news of the watcher. A build under way works on what is no more, so it ends at once; what
    /// it has finished is kept.
    pub(super) fn news(&self, news: News) {
        let mut state = self.lock();
        match news {
            Ok(change) => state.change.merge(change),
            Err(error) => state.failed = Some(error),
        }
        stop_now(&state.control);
        self.rung.notify_all();
    }

    /// Takes a signal: the first time running jobs come to their end, the second time nothing does.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.stops = state.stops.saturating_add(1);
        state.control.interrupt();
        self.rung.notify_all();
    }

    /// Tells whether files have changed since the build began, and nobody wants an end.
    pub(super) fn is_outdated(&self) -> bool {
        let state = self.lock();
        state.stops == 0 && state.is_outdated()
    }

    /// Waits until there is a reason to go on.
    pub(super) fn wait(&self) -> Wake {
        let mut state = self.lock();
        loop {
            if state.stops > 0 {
                return Wake::Stop { at_once: state.stops > 1 };
            }
            if let Some(error) = state.failed.take() {
                return Wake::Failed(error);
            }
            if !state.change.is_empty() {
                return Wake::Changed(std::mem::take(&mut state.change));
            }
            state = self.rung.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_outdated(&self) -> bool {
        !self.change.is_empty() || self.failed.is_some()
    }
}

/// Interrupts twice: running jobs are not waited for.
fn stop_now(control: &Control) {
    control.interrupt();
    control.interrupt();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str) -> News {
        let mut change = Change::default();
        change.add(path.into());
        Ok(change)
    }

    #[test]
    fn change_interrupts_the_build_and_is_kept_for_the_next() {
        let bell = Bell::default();
        let control = bell.begin();
        assert_eq!(control.interrupts(), 0);
        bell.news(change("a"));
        bell.news(change("b"));
        assert!(control.interrupts() >= 2 && bell.is_outdated());
        let Wake::Changed(change) = bell.wait() else { panic!("it was rung") };
        assert_eq!(change.paths().count(), 2);
        assert_eq!(bell.begin().interrupts(), 0, "the next build has seen it");
        assert!(!bell.is_outdated());
    }

    #[test]
    fn stop_goes_before_change() {
        let bell = Bell::default();
        let control = bell.begin();
        bell.stop();
        assert_eq!(control.interrupts(), 1, "running jobs come to their end");
        bell.news(change("a"));
        assert!(!bell.is_outdated());
        assert!(matches!(bell.wait(), Wake::Stop { at_once: false }));
        bell.stop();
        assert!(matches!(bell.wait(), Wake::Stop { at_once: true }));
    }

    #[test]
    fn what_changes_before_a_build_begins_is_not_missed() {
        let bell = Bell::default();
        bell.news(change("a"));
        assert!(bell.begin().interrupts() >= 2);
        assert!(matches!(bell.wait(), Wake::Changed(_)));
    }

    #[test]
    fn waiter_is_woken_by_another_thread() {
        let bell = Arc::new(Bell::default());
        let waiter = std::thread::spawn({
            let bell = Arc::clone(&bell);
            move || bell.wait()
        });
        bell.news(Err(WatchError::Gone { path: "slides".into() }));
        assert!(matches!(waiter.join().unwrap(), Wake::Failed(WatchError::Gone { .. })));
    }
}
