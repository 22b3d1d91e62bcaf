//! Looks at a queue that may not answer. Principal type: [`Observer`].

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use clx_core::with_causes;
use clx_queue::QueueError;

use crate::sums::Sums;

/// Reads the sums; may take as long as it likes.
pub(crate) type Read = Box<dyn Fn() -> Result<Sums, QueueError> + Send + Sync>;

/// Reads a queue for whoever asks, in a thread of its own and never twice at the same time.
pub(crate) struct Observer {
    read: Read,
    patience: Duration,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether a thread waits for the queue.
    reading: bool,
    /// How many readings have ended.
    ended: u64,
    /// What the last one came to.
    latest: Option<Result<Arc<Sums>, String>>,
}

impl Observer {
    /// Makes one that waits so long for the queue.
    pub(crate) fn new(read: Read, patience: Duration) -> Arc<Self> {
        Arc::new(Self { read, patience, state: Mutex::default(), ended: Condvar::new() })
    }

    /// Reads the sums, or tells why they cannot be had. Whoever comes while they are read gets the same.
    pub(crate) fn look(self: &Arc<Self>) -> Result<Arc<Sums>, String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = state.ended + 1;
        if !state.reading {
            let this = Arc::clone(self);
            std::thread::Builder::new()
                .name("clx-metrics".to_owned())
                .spawn(move || this.read())
                .map_err(|error| format!("no thread to read the queue could be started: {error}"))?;
            state.reading = true;
        }
        let waits = |state: &mut State| state.ended < wanted;
        let waited = self.ended.wait_timeout_while(state, self.patience, waits);
        let (state, limit) = waited.unwrap_or_else(PoisonError::into_inner);
        match &state.latest {
            Some(latest) if !limit.timed_out() => latest.clone(),
            _ => Err(format!("the queue did not answer within {:?}", self.patience)),
        }
    }

    fn read(&self) {
        let sums = (self.read)();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.latest = Some(sums.map(Arc::new).map_err(|error| with_causes(&error)));
        state.reading = false;
        state.ended += 1;
        self.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn queue_that_does_not_answer_is_asked_once_until_it_does() {
        let (go, gone) = mpsc::channel::<()>();
        let (gone, asked) = (Mutex::new(gone), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&asked);
        let read = Box::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            gone.lock().unwrap().recv().unwrap();
            Ok(Sums::default())
        });
        let observer = Observer::new(read, Duration::from_millis(50));
        for _ in 0..3 {
            let why = observer.look().unwrap_err();
            assert!(why.contains("did not answer within 50ms"), "{why}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        for _ in 0..100 {
            go.send(()).unwrap();
        }
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while observer.look().is_err() {
            assert!(std::time::Instant::now() < deadline, "it never answers");
        }
    }

    #[test]
    fn failure_is_told_with_its_causes() {
        let read = || Err(QueueError::SessionClosed { session: clx_queue::SessionId(7) });
        let observer = Observer::new(Box::new(read), Duration::from_secs(20));
        assert!(observer.look().unwrap_err().contains('7'));
    }
}
