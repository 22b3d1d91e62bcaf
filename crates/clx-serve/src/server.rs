//! A server of whatever handler. Principal type: [`Server`].

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::connection::serve;
use crate::error::ServeError;
use crate::host::Hosts;
use crate::options::Port;
use crate::request::Handler;

/// Connections at once; others wait before the door.
const MOST_CONNECTIONS: usize = 256;

/// Serves until it is dropped, on a runtime of its starter.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Dropped, it ends all connections.
    _closing: watch::Sender<()>,
}

/// What all connections have in common.
pub(crate) struct Shared {
    pub(crate) hosts: Hosts,
    pub(crate) port: u16,
    pub(crate) handler: Arc<dyn Handler>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Server {
    /// Begins to serve at an address of this machine.
    ///
    /// # Errors
    /// [`ServeError::Port`].
    pub fn start(
        runtime: &Handle,
        host: IpAddr,
        port: Port,
        hosts: Hosts,
        handler: Arc<dyn Handler>,
    ) -> Result<Self, ServeError> {
        let _context = runtime.enter();
        let listener = bind(host, port)?;
        let (Port::Exactly(number) | Port::Rather(number)) = port;
        let failed = |source| ServeError::Port { port: number, source };
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared { hosts, port: address.port(), handler });
        let (closing, closed) = watch::channel(());
        runtime.spawn(attend(listener, shared, closed));
        Ok(Self { address, _closing: closing })
    }

    /// Returns the address for browsers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

fn bind(host: IpAddr, port: Port) -> Result<TcpListener, ServeError> {
    let (number, listener) = match port {
        Port::Exactly(number) => (number, listen(host, number)),
        Port::Rather(number) => (0, listen(host, number).or_else(|_| listen(host, 0))),
    };
    listener.map_err(|source| ServeError::Port { port: number, source })
}

fn listen(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind((host, port))?;
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
