//! Directories with announcements of what changed in them. Principal type: [`LiveServer`].

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;
use tokio::runtime::Handle;

use crate::announce::{Announcement, address_paths, problems_json};
use crate::broadcast::EVENT_STREAM;
use crate::error::ServeError;
use crate::host::Hosts;
use crate::html::SCRIPT;
use crate::hub::Hub;
use crate::options::{Root, ServeOptions};
use crate::reply::Reply;
use crate::request::{Handler, Request};
use crate::route::Route;
use crate::server::Server;

/// What a browser sends when it comes back to the stream of announcements.
const LAST_EVENT: &str = "last-event-id";

/// Serves until it is dropped, on a runtime of its starter.
#[derive(Debug)]
pub struct LiveServer {
    live: Arc<Live>,
    server: Server,
}

/// What all connections have in common.
#[derive(Debug)]
struct Live {
    hub: Hub,
    site: Mutex<Arc<Site>>,
}

/// What is served at the moment.
#[derive(Debug)]
struct Site {
    title: String,
    roots: Vec<Root>,
}

impl LiveServer {
    /// Begins to serve.
    ///
    /// # Errors
    /// [`ServeError::Port`].
    pub fn start(runtime: &Handle, options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { port, title, roots } = options;
        let site = Mutex::new(Arc::new(Site { title, roots }));
        let live = Arc::new(Live { hub: Hub::new(), site });
        let (host, handler) = (Ipv4Addr::LOCALHOST.into(), Arc::clone(&live) as _);
        let server = Server::start(runtime, host, port, Hosts::ThisMachine, handler)?;
        Ok(Self { live, server })
    }

    /// Returns the address for browsers.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Serves these roots from now on.
    pub fn replace_roots(&self, title: &str, roots: Vec<Root>) {
        let site = Arc::new(Site { title: title.to_owned(), roots });
        *self.live.site.lock().unwrap_or_else(PoisonError::into_inner) = site;
    }

    /// Tells all open pages.
    pub fn announce(&self, announcement: &Announcement) {
        let hub = &self.live.hub;
        match announcement {
            Announcement::Changed(files) => {
                hub.changed(address_paths(files, &self.live.site().roots));
            }
            Announcement::Problems(problems) => hub.problems(problems_json(problems)),
        }
    }
}

impl Live {
    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Handler for Live {
    fn answer(&self, request: &Request) -> Reply {
        if !request.only_reads() {
            return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
        }
        let site = self.site();
        match Route::of(request.path(), request.query(), &site.roots) {
            Route::Events { seen } => {
                // A browser that comes back by itself asks at the same address, and knows more by now.
                let later = request.header(LAST_EVENT).filter(|id| !id.is_empty());
                Reply::stream(EVENT_STREAM, self.hub.listen(later.or(seen.as_deref())))
            }
            Route::Script => Reply::new(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT),
            Route::Tree(place) => {
                let version = self.hub.version();
                place.answer(&site.title, &site.roots, Some(&version))
            }
        }
    }
}
