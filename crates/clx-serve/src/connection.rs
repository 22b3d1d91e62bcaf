//! One connection: who may ask for what, and the answer. Principal function: [`serve`].

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::body::Body;
use crate::html::{SCRIPT, with_script};
use crate::media_type::HTML;
use crate::reply::{elsewhere, reply, text};
use crate::route::Route;
use crate::server::Shared;
use crate::{file, listing};

/// How long the head of a request may take.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// What a browser sends when it comes back to the stream of announcements.
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// Answers the requests of a connection until it ends or the server does.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>, mut closed: watch::Receiver<()>) {
    let service = service_fn(move |request: Request<Incoming>| {
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

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Response<Body> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !header(HOST).is_some_and(is_this_machine) {
        let line = "this server answers to 127.0.0.1 and localhost only";
        return text(StatusCode::MISDIRECTED_REQUEST, line);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
    }
    let site = shared.site();
    let uri = request.uri();
    match Route::of(uri.path(), uri.query(), &site.roots) {
        Route::Roots => {
            let version = shared.hub.version();
            let page = listing::roots(&site.title, &site.roots).into_bytes();
            reply(StatusCode::OK, HTML, Body::whole(with_script(page, &version)))
        }
        Route::Events { seen } => {
            // A browser that comes back by itself asks at the same address, and knows more by now.
            let later = header(LAST_EVENT).filter(|id| !id.is_empty());
            let pieces = shared.hub.listen(later.or(seen.as_deref()));
            reply(StatusCode::OK, "text/event-stream", Body::Pieces(pieces))
        }
        Route::Script => {
            reply(StatusCode::OK, "text/javascript; charset=utf-8", Body::whole(SCRIPT))
        }
        Route::File { root, relative, address } => {
            let version = shared.hub.version();
            let read = move || file::serve(&root, &relative, &address, &version);
            tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| {
                text(StatusCode::INTERNAL_SERVER_ERROR, "a bug in clx: reading it failed")
            })
        }
        Route::Elsewhere(address) => elsewhere(&address),
        Route::Nothing => text(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}

/// Tells whether a `Host` names this machine, with whatever port: one may be forwarded.
fn is_this_machine(host: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name =
        host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(name, _)| name);
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:4680", "LocalHost:80", "[::1]:4680", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org:4680", "127.0.0.1.example.org", "::1"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
