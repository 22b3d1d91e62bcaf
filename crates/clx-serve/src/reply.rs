//! Answers with the heads that all have. Principal function: [`reply`].

use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::body::Body;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Makes an answer that no other origin may embed and no cache keeps.
pub(crate) fn reply(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
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
    response
}

/// Makes an answer of a line of text.
pub(crate) fn text(status: StatusCode, line: &str) -> Response<Body> {
    reply(status, "text/plain; charset=utf-8", Body::whole(format!("{line}\n")))
}

/// Sends the browser to another address, which must be encoded.
pub(crate) fn elsewhere(address: &str) -> Response<Body> {
    let mut response = text(StatusCode::TEMPORARY_REDIRECT, address);
    match HeaderValue::from_str(address) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => text(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}
