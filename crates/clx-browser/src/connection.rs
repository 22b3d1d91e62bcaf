//! Calls and their answers over the pipes. Principal type: [`Connection`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, oneshot};

use crate::message::{self, Incoming, ProtocolError, Splitter};

/// Something that the browser tells of a page unasked.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) params: Value,
}

pub(crate) type Reply = Result<Value, ProtocolError>;

/// Who waits for what; `None` when the browser has closed the pipes.
#[derive(Debug, Default)]
struct Waiting {
    calls: HashMap<u64, oneshot::Sender<Reply>>,
    sessions: HashMap<String, mpsc::UnboundedSender<Event>>,
}

/// One connection to a browser. Its two tasks end when the pipes close.
#[derive(Debug)]
pub(crate) struct Connection {
    waiting: Arc<Mutex<Option<Waiting>>>,
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    next_id: std::sync::atomic::AtomicU64,
}

impl Connection {
    pub(crate) fn new(to_browser: pipe::Sender, from_browser: pipe::Receiver) -> Self {
        let waiting = Arc::new(Mutex::new(Some(Waiting::default())));
        let (outgoing, messages) = mpsc::unbounded_channel();
        tokio::spawn(write(to_browser, messages));
        tokio::spawn(read(from_browser, Arc::clone(&waiting)));
        Self { waiting, outgoing, next_id: 1.into() }
    }

    /// Sends a call. The answer never comes if the browser ends before.
    pub(crate) fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> oneshot::Receiver<Reply> {
        let (sender, reply) = oneshot::channel();
        let id = self.next_id.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Some(waiting) = lock(&self.waiting).as_mut() {
            // Callers that gave up would stay for ever if their answer never came.
            waiting.calls.retain(|_, sender| !sender.is_closed());
            waiting.calls.insert(id, sender);
            // Fails when the browser has ended; then the sender is dropped soon, too.
            self.outgoing.send(message::call(id, session, method, params)).ok();
        }
        reply
    }

    /// Begins to listen to a page.
    pub(crate) fn listen(&self, session: &str) -> mpsc::UnboundedReceiver<Event> {
        let (sender, events) = mpsc::unbounded_channel();
        if let Some(waiting) = lock(&self.waiting).as_mut() {
            waiting.sessions.insert(session.to_owned(), sender);
        }
        events
    }

    /// Stops to listen to a page: its receiver ends.
    pub(crate) fn forget(&self, session: &str) {
        if let Some(waiting) = lock(&self.waiting).as_mut() {
            waiting.sessions.remove(session);
        }
    }

    /// Tells whether the browser has closed the pipes.
    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.waiting).is_none()
    }
}

fn lock(waiting: &Mutex<Option<Waiting>>) -> MutexGuard<'_, Option<Waiting>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(mut pipe: pipe::Sender, mut messages: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(message) = messages.recv().await {
        if pipe.write_all(&message).await.is_err() {
            // The reader notices the end.
            return;
        }
    }
}

async fn read(mut pipe: pipe::Receiver, waiting: Arc<Mutex<Option<Waiting>>>) {
    let mut piece = vec![0; 256 * 1024];
    let mut splitter = Splitter::default();
    while let Ok(length @ 1..) = pipe.read(&mut piece).await {
        for message in splitter.push(&piece[..length]) {
            if let Some(waiting) = lock(&waiting).as_mut() {
                waiting.deliver(message);
            }
        }
    }
    // Drops all senders, so that nobody waits any more.
    *lock(&waiting) = None;
}

impl Waiting {
    fn deliver(&mut self, message: Incoming) {
        let Incoming { id, method, params, result, error, session_id } = message;
        if let Some(call) = id.and_then(|id| self.calls.remove(&id)) {
            // A caller that gave up has no receiver any more.
            call.send(error.map_or(Ok(result), Err)).ok();
        } else if let (Some(method), Some(session)) = (method, session_id)
            && let Some(events) = self.sessions.get(&session)
        {
            events.send(Event { method, params }).ok();
        }
    }
}
