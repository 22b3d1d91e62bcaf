//! Requests as handlers see them. Principal types: [`Request`], [`Handler`].

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::http::request::Parts;

use crate::path::decode;
use crate::reply::Reply;

/// Answers the requests of a server.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. Called on threads that may block, by several at the same time.
    fn answer(&self, request: &Request) -> Reply;
}

/// A request that was read to its end.
#[derive(Debug)]
pub struct Request {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    pub(crate) fn of(parts: Parts, body: Bytes) -> Self {
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        }
    }

    /// Returns the method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Tells whether it only reads: `GET` or `HEAD`.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    /// Returns the path of the address, as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what follows the question mark of the address, as it was sent; may be empty.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Returns a header, `None` if it is missing or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Reads names and values as forms send them; pairs that are no encoding are left out.
#[must_use]
pub fn form_values(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| decode(&text.replace('+', " "));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::form_values;

    #[test]
    fn values_of_forms_are_decoded() {
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [owned("text", "a b&ü"), owned("failed", ""), owned("x", "1=2")];
        assert_eq!(form_values("text=a+b%26%C3%BC&failed&bad=%zz&&x=1=2"), expected);
        assert_eq!(form_values(""), []);
    }
}
