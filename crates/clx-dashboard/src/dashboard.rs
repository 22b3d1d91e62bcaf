//! The server of the dashboard. Principal type: [`Dashboard`].

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clx_core::{Clock, Timestamp};
use clx_queue::{Owner, QueueView};
use clx_serve::{
    Broadcast, EVENT_STREAM, Handler, Hosts, Port, Reply, Request, Server, StatusCode, Tree, event,
};
use clx_status::Overview;
use tokio::runtime::Handle;

use crate::error::DashboardError;
use crate::guard::{harden, may_change};
use crate::page;
use crate::problem::Problem;
use crate::push::{Pusher, news};
use crate::route::Route;
use crate::stock::{Stock, TREE, is_hidden};
use crate::template::Templates;
use crate::token::Token;
use crate::{api, change};

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// What a dashboard shows, and where it listens.
pub struct DashboardOptions {
    /// The queue.
    pub queue: Arc<dyn QueueView>,
    /// The directory of the store; it need not be there yet.
    pub store_dir: PathBuf,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Tells whether the process that owns a session is dead.
    pub is_dead: Box<dyn Fn(&Owner) -> bool + Send + Sync>,
    /// The address of this machine to listen at. Anybody who reaches it may cancel jobs.
    pub host: IpAddr,
    /// The port.
    pub port: Port,
}

/// Serves until it is dropped, on a runtime of its starter.
pub struct Dashboard {
    server: Server,
    _pusher: Pusher,
}

/// What all requests have in common.
pub(crate) struct Site {
    pub(crate) queue: Arc<dyn QueueView>,
    pub(crate) stock: Stock,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) broadcast: Broadcast,
    pub(crate) token: Token,
    pub(crate) templates: Templates,
    is_dead: Box<dyn Fn(&Owner) -> bool + Send + Sync>,
}

impl Dashboard {
    /// Begins to serve.
    ///
    /// # Errors
    /// [`DashboardError::Serve`] if the port is taken; else nothing that a user could mend.
    pub fn start(runtime: &Handle, options: DashboardOptions) -> Result<Self, DashboardError> {
        let DashboardOptions { queue, store_dir, clock, is_dead, host, port } = options;
        let site = Arc::new(Site {
            queue,
            stock: Stock::new(store_dir),
            clock,
            broadcast: Broadcast::default(),
            token: Token::random().map_err(DashboardError::Token)?,
            templates: Templates::new().map_err(DashboardError::Template)?,
            is_dead,
        });
        let hosts = if host.is_loopback() { Hosts::ThisMachineAndPort } else { Hosts::Numeric };
        let server = Server::start(runtime, host, port, hosts, Arc::clone(&site) as _)?;
        Ok(Self { server, _pusher: Pusher::start(site) })
    }

    /// Returns the address for browsers.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }
}

impl Handler for Site {
    fn answer(&self, request: &Request) -> Reply {
        let route = Route::of(request.path());
        let reply = self.try_answer(request, &route).unwrap_or_else(|problem| match route {
            Route::Api(_) | Route::Events => {
                let body = api::problem_json(&problem).to_string();
                Reply::new(problem.status, JSON, body)
            }
            _ => Reply::new(problem.status, HTML, page::problem(self, &problem)),
        });
        harden(reply, &route)
    }
}

impl Site {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn is_dead(&self) -> clx_status::IsDead<'_> {
        &self.is_dead
    }

    /// Looks at the queue as a whole.
    pub(crate) fn overview(&self) -> Result<Overview, Problem> {
        Ok(Overview::read(&*self.queue, self.now(), self.is_dead())?)
    }

    fn try_answer(&self, request: &Request, route: &Route) -> Result<Reply, Problem> {
        if let Route::Change(wanted) = route {
            if request.method() != clx_serve::Method::POST {
                return Err(wrong_method("this address takes forms only"));
            }
            may_change(request, &self.token)?;
            return Ok(Reply::see_other(&change::change(&*self.queue, *wanted)?));
        }
        if !request.only_reads() {
            return Err(wrong_method("this address is for reading"));
        }
        if !matches!(route, Route::Style | Route::Script) {
            // A file that is gone is an error, and not what is left of it in memory.
            self.queue.change_counter()?;
        }
        let query = request.query();
        let text =
            |media_type, text: &'static str| Ok(Reply::new(StatusCode::OK, media_type, text));
        let html = |page: String| Reply::new(StatusCode::OK, HTML, page);
        match *route {
            Route::Style => text("text/css; charset=utf-8", include_str!("style.css")),
            Route::Script => text("text/javascript; charset=utf-8", include_str!("script.js")),
            Route::Trees => page::tree(self, &self.stock.roots()?).map(html),
            Route::Tree => self.tree(request.path()),
            Route::Events => Ok(self.listen()),
            Route::Api(wanted) => {
                let json = api::answer(self, wanted, query)?;
                Ok(Reply::new(StatusCode::OK, JSON, format!("{json}\n")))
            }
            Route::Overview => page::overview(self).map(html),
            Route::Builds => page::builds(self, query).map(html),
            Route::Build(id) => page::build(self, id).map(html),
            Route::Jobs => page::jobs(self, query).map(html),
            Route::Job(id) => page::job(self, id).map(html),
            Route::Depends => page::depends(self, query).map(html),
            Route::Cache => page::cache(self, query).map(html),
            // Changes were taken above.
            Route::Nothing | Route::Change(_) => Err(Problem::nowhere()),
        }
    }

    /// Begins a stream of events, with those of now.
    fn listen(&self) -> Reply {
        let id = self.queue.change_counter().ok().map(|counter| counter.to_string());
        let now = news(self).into_iter().filter(|(name, _)| *name == "status");
        let first: Vec<_> = now.map(|(name, data)| event(name, id.as_deref(), &data)).collect();
        Reply::stream(EVENT_STREAM, self.broadcast.listen(&first))
    }

    fn tree(&self, path: &str) -> Result<Reply, Problem> {
        if is_hidden(path) {
            return Err(Problem::nowhere());
        }
        let roots = self.stock.roots()?;
        Ok(Tree { prefix: TREE, title: "Outputs", roots: &roots }.answer(path))
    }
}

fn wrong_method(message: &str) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, message, "use the buttons of the pages")
}
