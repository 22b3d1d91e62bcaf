//! Says what is going on where nothing else is said for a while. Principal type: [`Phase`].

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::stderr_line;

/// How long a phase may last in silence.
const PATIENCE: Duration = Duration::from_secs(2);

/// A phase of a build; it is over when this is dropped.
#[derive(Debug)]
pub(super) struct Phase {
    /// Dropped first: the thread ends at once.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Phase {
    /// Says `what` if that lasts more than two seconds.
    pub(super) fn begin(what: &'static str) -> Self {
        Self::after(PATIENCE, move || stderr_line(&format!("{what}…")))
    }

    /// Without a thread to be had nothing is said.
    fn after(patience: Duration, say: impl FnOnce() + Send + 'static) -> Self {
        let (end, ended) = mpsc::channel::<()>();
        let wait = move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                say();
            }
        };
        let thread = thread::Builder::new().name("clx-phase".to_owned()).spawn(wait).ok();
        Self { end: Some(end), thread }
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to say.
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_phase_is_told() {
        let (say, said) = mpsc::channel();
        let _phase = Phase::after(Duration::ZERO, move || say.send("it").unwrap());
        assert_eq!(said.recv(), Ok("it"));
    }

    #[test]
    fn short_phase_is_not() {
        let (say, said) = mpsc::channel();
        drop(Phase::after(Duration::MAX, move || say.send("it").unwrap()));
        assert!(said.recv().is_err());
    }
}
