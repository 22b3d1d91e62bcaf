//! The server. Principal type: [`LiveServer`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::announce::{Announcement, address_paths, problems_json};
use crate::connection::serve;
use crate::error::ServeError;
use crate::hub::Hub;
use crate::options::{Port, Root, ServeOptions};

/// Connections at once; others wait before the door.
const MOST_CONNECTIONS: usize = 256;

/// Serves until it is dropped, on a runtime of its starter.
#[derive(Debug)]
pub struct LiveServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Dropped, it ends all connections.
    _closing: watch::Sender<()>,
}

/// What all connections have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) hub: Hub,
    site: Mutex<Arc<Site>>,
}

/// What is served at the moment.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) title: String,
    pub(crate) roots: Vec<Root>,
}

impl Shared {
    pub(crate) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl LiveServer {
    /// Begins to serve.
    ///
    /// # Errors
    /// [`ServeError::Port`].
    pub fn start(runtime: &Handle, options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { port, title, roots } = options;
        let _context = runtime.enter();
        let listener = bind(port)?;
        let (Port::Exactly(number) | Port::Rather(number)) = port;
        let failed = |source| ServeError::Port { port: number, source };
        let address = listener.local_addr().map_err(failed)?;
        let site = Mutex::new(Arc::new(Site { title, roots }));
        let shared = Arc::new(Shared { hub: Hub::new(), site });
        let (closing, closed) = watch::channel(());
        runtime.spawn(attend(listener, Arc::clone(&shared), closed));
        Ok(Self { shared, address, _closing: closing })
    }

    /// Returns the address for browsers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves these roots from now on.
    pub fn replace_roots(&self, title: &str, roots: Vec<Root>) {
        let site = Arc::new(Site { title: title.to_owned(), roots });
        *self.shared.site.lock().unwrap_or_else(PoisonError::into_inner) = site;
    }

    /// Tells all open pages.
    pub fn announce(&self, announcement: &Announcement) {
        let hub = &self.shared.hub;
        match announcement {
            Announcement::Changed(files) => {
                hub.changed(address_paths(files, &self.shared.site().roots));
            }
            Announcement::Problems(problems) => hub.problems(problems_json(problems)),
        }
    }
}

fn bind(port: Port) -> Result<TcpListener, ServeError> {
    let (number, listener) = match port {
        Port::Exactly(number) => (number, listen(number)),
        Port::Rather(number) => (0, listen(number).or_else(|_| listen(0))),
    };
    listener.map_err(|source| ServeError::Port { port: number, source })
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Serves whoever comes, until the server is dropped.
async fn attend(listener: TcpListener, shared: Arc<Shared>, mut closed: watch::Receiver<()>) {
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let connections = closed.clone();
    loop {
        let next = async {
            let seat = Arc::clone(&seats).acquire_owned().await.ok();
            (seat, listener.accept().await)
        };
        tokio::select! {
            _dropped = closed.changed() => return,
            (seat, accepted) = next => {
                // Whoever was gone before it was let in does not count.
                let Ok((stream, _)) = accepted else { continue };
                // Announcements are small and waited for.
                let _slower = stream.set_nodelay(true);
                let served = serve(stream, Arc::clone(&shared), connections.clone());
                tokio::spawn(async move {
                    served.await;
                    drop(seat);
                });
            }
        }
    }
}
