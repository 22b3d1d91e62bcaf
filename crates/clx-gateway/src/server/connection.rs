//! One connection: reads requests within their time, checks version and token, answers. Principal
//! function: [`serve`].

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::Shared;
use super::access::Caller;
use super::route::{Answer, answer};
use super::traffic::call;
use crate::protocol::{HEAD_LIMIT, VERSION, VERSION_HEADER};
use crate::refusal::Refusal;

/// How the callers of a connection are known.
#[derive(Debug, Clone)]
pub(super) enum Entrance {
    /// Whoever comes this way is this one.
    Of(Caller),
    /// Each request brings a token.
    ByToken,
}

impl Entrance {
    /// Returns how many connections are served at once: a worker claims, beats and fetches.
    pub(super) const fn most_connections(&self) -> usize {
        match self {
            Self::Of(Caller::Worker(_)) => 8,
            Self::Of(Caller::Owner) | Self::ByToken => 256,
        }
    }
}

/// Answers the requests of a connection until it ends or its way in is closed.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    shared: Arc<Shared>,
    entrance: Entrance,
    mut closed: watch::Receiver<()>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, entrance) = (Arc::clone(&shared), entrance.clone());
        async move {
            let (call, traffic) =
                (call(request.method(), request.uri().path()), shared.traffic.clone());
            let done = match admit(&request, &shared, &entrance) {
                Ok(caller) => answer(request, shared, caller).await,
                Err(refusal) => Err(refusal),
            };
            let response = respond(done);
            traffic.count(call, response.status());
            Ok::<_, Infallible>(response)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // Its peer hears of a broken connection; here there is nobody to tell.
        _ended = connection => {}
        _dropped = closed.changed() => {}
    }
}

/// Finds out who calls.
fn admit(
    request: &Request<Incoming>,
    shared: &Shared,
    entrance: &Entrance,
) -> Result<Caller, Refusal> {
    let caller = match entrance {
        Entrance::Of(caller) => caller.clone(),
        Entrance::ByToken => {
            let presented = request
                .headers()
                .get(AUTHORIZATION)
                .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            presented.and_then(|token| shared.tokens.caller(token)).ok_or_else(|| {
                Refusal::new(StatusCode::UNAUTHORIZED, "the token is missing or wrong")
            })?
        }
    };
    let version = request.headers().get(VERSION_HEADER).and_then(|value| value.to_str().ok());
    if version == Some(VERSION) {
        return Ok(caller);
    }
    let found = version.unwrap_or("none");
    let message = format!("this is clx {VERSION}, the worker is of version {found}");
    Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, message))
}

fn respond(done: Result<Answer, Refusal>) -> Response<Full<Bytes>> {
    let (status, content_type, body) = match done {
        Ok(Answer::Json(json)) => (StatusCode::OK, "application/json", json),
        Ok(Answer::Bytes(bytes)) => (StatusCode::OK, "application/octet-stream", bytes),
        Err(refusal) => {
            let json = serde_json::to_vec(&refusal.problem).unwrap_or_default();
            (refusal.status, "application/json", json)
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(VERSION_HEADER, HeaderValue::from_static(VERSION));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
