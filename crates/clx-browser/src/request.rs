//! What pages may load. Principal types: [`Requests`], [`Answer`].

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::browser::{Browser, text_of};
use crate::connection::Event;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// These bytes are its answer; nothing is looked up anywhere.
    Serve {
        /// Such as `text/html; charset=utf-8`.
        media_type: &'static str,
        /// The bytes.
        body: Vec<u8>,
    },
    /// The browser loads it, such as a file.
    Pass,
    /// It fails and is remembered.
    Refuse,
}

/// Decides on each request of a page by its address; called on a task of the runtime.
#[derive(Clone)]
pub struct Requests(Arc<dyn Fn(&str) -> Answer + Send + Sync>);

impl Requests {
    /// Decides by a function.
    pub fn new(decide: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requests(..)")
    }
}

/// What a page's task notes for its owner.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    refused: Mutex<Vec<String>>,
    crashed: watch::Sender<bool>,
}

impl Notes {
    pub(crate) fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut self.refused.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until the page crashes.
    pub(crate) async fn crash(&self) {
        // The sender is this, so the wait cannot fail.
        self.crashed.subscribe().wait_for(|&crashed| crashed).await.ok();
    }
}

/// Answers the requests of a page until it is closed.
pub(crate) async fn attend(
    browser: Browser,
    session: String,
    mut events: mpsc::UnboundedReceiver<Event>,
    requests: Requests,
    notes: Arc<Notes>,
) {
    while let Some(Event { method, params }) = events.recv().await {
        match method.as_str() {
            "Fetch.requestPaused" => {
                let (method, params) = decide(&requests, &params, &notes);
                // Nobody waits for the answer: a request that is gone needs none.
                drop(browser.connection().call(Some(&session), method, params));
            }
            "Inspector.targetCrashed" => {
                notes.crashed.send_replace(true);
            }
            _ => {}
        }
    }
}

fn decide(requests: &Requests, paused: &Value, notes: &Notes) -> (&'static str, Value) {
    let id = &paused["requestId"];
    let url = text_of(&paused["request"], "url");
    match (requests.0)(&url) {
        Answer::Serve { media_type, body } => {
            let headers = json!([{ "name": "Content-Type", "value": media_type }]);
            let answer = json!({
                "requestId": id,
                "responseCode": 200,
                "responseHeaders": headers,
                "body": STANDARD.encode(body),
            });
            ("Fetch.fulfillRequest", answer)
        }
        Answer::Pass => ("Fetch.continueRequest", json!({ "requestId": id })),
        Answer::Refuse => {
            notes.refused.lock().unwrap_or_else(PoisonError::into_inner).push(url);
            ("Fetch.failRequest", json!({ "requestId": id, "errorReason": "BlockedByClient" }))
        }
    }
}
