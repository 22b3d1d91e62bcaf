//! One connection: who may ask, and the handler's answers. Principal function: [`serve`].

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HOST;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::body::Body;
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Shared;

/// How long the head of a request may take.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long the body of a request may take.
const BODY_LIMIT: Duration = Duration::from_secs(30);

/// Bytes that a body may have: a form is far smaller.
const MOST_BYTES: usize = 64 * 1024;

/// Answers the requests of a connection until it ends or the server does.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>, mut closed: watch::Receiver<()>) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(request, shared).await) }
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

async fn answer(request: hyper::Request<Incoming>, shared: Arc<Shared>) -> Response<Body> {
    let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    if !host.is_some_and(|host| shared.hosts.answer_to(host, shared.port)) {
        let line = shared.hosts.refusal();
        return Reply::text(StatusCode::MISDIRECTED_REQUEST, line).into_response();
    }
    let (parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(refused) => return refused.into_response(),
    };
    let request = Request::of(parts, body);
    let answered = tokio::task::spawn_blocking(move || shared.handler.answer(&request));
    let bug = |_| Reply::text(StatusCode::INTERNAL_SERVER_ERROR, "a bug in clx: no answer");
    answered.await.unwrap_or_else(bug).into_response()
}

async fn read(body: Incoming) -> Result<Bytes, Reply> {
    match tokio::time::timeout(BODY_LIMIT, Limited::new(body, MOST_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(Reply::text(StatusCode::PAYLOAD_TOO_LARGE, "the body cannot be read")),
        Err(_) => Err(Reply::text(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}
