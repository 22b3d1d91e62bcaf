//! What was answered. Principal type: [`Traffic`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::{Method, StatusCode};

/// Counts the answers of a gateway by call and HTTP status. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Traffic(Arc<Mutex<Counts>>);

/// Answers by call and status.
type Counts = BTreeMap<(&'static str, u16), u64>;

impl Traffic {
    /// Returns how many answers there were, by call and HTTP status. Calls are `health`, `worker` (its
    /// start, beats and end), `claim`, `put_blobs`, `get_blob`, `lookup`, `record`, `queue` (of the
    /// owner), and `unknown`.
    #[must_use]
    pub fn answers(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, call: &'static str, status: StatusCode) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((call, status.as_u16())).or_default() += 1;
    }
}

/// Names what a request asks for.
pub(super) fn call(method: &Method, path: &str) -> &'static str {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        (_, ["v1", "health"]) => "health",
        (_, ["v1", "workers", _, "claim"]) => "claim",
        (_, ["v1", "workers", ..]) => "worker",
        (&Method::POST, ["v1", "blobs"]) => "put_blobs",
        (_, ["v1", "blobs", _]) => "get_blob",
        (_, ["v1", "cache", "lookup"]) => "lookup",
        (_, ["v1", "cache", "record"]) => "record",
        (_, ["v1", "queue", _]) => "queue",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_workers_and_blobs_share_a_name() {
        assert_eq!(call(&Method::POST, "/v1/workers/7/claim"), "claim");
        assert_eq!(call(&Method::POST, "/v1/workers/8/beat"), "worker");
        assert_eq!(call(&Method::GET, "/v1/blobs/abc"), "get_blob");
        assert_eq!(call(&Method::GET, "/etc/passwd"), "unknown");
    }
}
