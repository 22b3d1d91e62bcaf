//! Answers with the heads that all have. Principal type: [`Reply`].

use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc;

use crate::body::Body;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer that no other origin may embed and no cache keeps.
#[derive(Debug)]
pub struct Reply(Response<Body>);

impl Reply {
    /// Makes an answer of something that is there.
    pub fn new(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::of(status, media_type, Body::whole(body))
    }

    /// Makes an answer of a line of text.
    #[must_use]
    pub fn text(status: StatusCode, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n"))
    }

    /// Makes an answer whose pieces come until their sender is dropped.
    #[must_use]
    pub fn stream(media_type: &'static str, pieces: mpsc::Receiver<Bytes>) -> Self {
        Self::of(StatusCode::OK, media_type, Body::Pieces(pieces))
    }

    /// Sends the browser to another address, which must be encoded, with the same method.
    #[must_use]
    pub fn elsewhere(address: &str) -> Self {
        Self::text(StatusCode::TEMPORARY_REDIRECT, address).with_header(LOCATION.as_str(), address)
    }

    /// Has the browser look at another address, which must be encoded, after it did something.
    #[must_use]
    pub fn see_other(address: &str) -> Self {
        Self::text(StatusCode::SEE_OTHER, address).with_header(LOCATION.as_str(), address)
    }

    /// Replaces a header; a value that no header can have is left out.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(crate) fn with_length(mut self, bytes: u64) -> Self {
        self.0.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.0
    }

    fn of(status: StatusCode, media_type: &'static str, body: Body) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [
            (CONTENT_TYPE, media_type),
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (RESOURCE_POLICY, "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Self(response)
    }
}
