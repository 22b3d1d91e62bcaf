//! Server-sent events to all who listen. Principal type: [`Broadcast`].

use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde_json::Value;
use tokio::sync::mpsc;

/// Messages that a listener may be behind; one that is further behind has to come back.
pub(crate) const BEHIND: usize = 64;

/// Has browsers come back after half a second when the server was gone.
const RETRY: &[u8] = b"retry: 500\n\n";

/// The media type of its streams.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Passes messages on to listeners. Whoever has gone, or is too far behind, is a listener no more.
#[derive(Debug, Default)]
pub struct Broadcast {
    listeners: Mutex<Vec<mpsc::Sender<Bytes>>>,
}

impl Broadcast {
    /// Adds a listener and gives it some messages at once.
    #[must_use]
    pub fn listen(&self, first: &[Bytes]) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(BEHIND);
        // The channel is empty, so there is room.
        let _sent = sender.try_send([RETRY, &first.concat()].concat().into());
        self.lock().push(sender);
        receiver
    }

    /// Sends a message to all listeners.
    pub fn tell(&self, message: &Bytes) {
        self.lock().retain(|listener| listener.try_send(message.clone()).is_ok());
    }

    /// Tells whether somebody listens.
    #[must_use]
    pub fn has_listeners(&self) -> bool {
        let mut listeners = self.lock();
        listeners.retain(|listener| !listener.is_closed());
        !listeners.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<mpsc::Sender<Bytes>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a server-sent event. JSON has no line breaks.
#[must_use]
pub fn event(name: &str, id: Option<&str>, data: &Value) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: {data}\n\n").into()
}

/// Writes a message that browsers pass over: it keeps a connection from looking dead.
#[must_use]
pub fn heartbeat() -> Bytes {
    Bytes::from_static(b": still here\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_gone_listens_no_more() {
        let broadcast = Broadcast::default();
        assert!(!broadcast.has_listeners());
        let mut listener = broadcast.listen(&[event("first", None, &Value::Null)]);
        assert!(broadcast.has_listeners());
        broadcast.tell(&heartbeat());
        let first = listener.try_recv().unwrap();
        assert_eq!(first, "retry: 500\n\nevent: first\ndata: null\n\n");
        assert_eq!(listener.try_recv().unwrap(), heartbeat());
        drop(listener);
        assert!(!broadcast.has_listeners());
    }
}
