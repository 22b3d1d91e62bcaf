//! The side that has the files. Principal types: [`Gateway`], [`Admission`].
//!
//! | module | part |
//! |---|---|
//! | `access` | tokens, and what a worker may do and see |
//! | `listen` | ways in: sockets and ports |
//! | `connection` | one connection: head, version, time limits |
//! | `route` | from a request to a call |
//! | `body` | bodies within their limits |
//! | `owner` | calls of the owner |
//! | `traffic` | counts what was answered |

mod access;
mod body;
mod connection;
mod listen;
mod owner;
mod route;
mod traffic;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_queue::{Queue, WorkerId};
use clx_store::ArtifactStore;
use tokio::runtime::Handle;

pub use self::access::Token;
use self::access::{Caller, Tokens, WorkerAccess};
use self::listen::{Listening, listen_on_port, listen_on_socket};
pub use self::traffic::Traffic;
use crate::protocol::SOCKET_NAME;

/// Serves a queue and a store; dropped, it closes all ways in that have no [`Admission`].
pub struct Gateway {
    shared: Arc<Shared>,
    runtime: Handle,
}

/// What all connections have in common.
pub(crate) struct Shared {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) store: Arc<dyn ArtifactStore>,
    pub(crate) tokens: Tokens,
    pub(crate) traffic: Traffic,
}

/// A way in; dropped, it is closed, and the connections that came through it end.
#[derive(Debug)]
pub struct Admission {
    place: Place,
    token: Option<Token>,
    _listening: Option<Listening>,
    _removal: Option<Removal>,
}

/// Where a way in is.
#[derive(Debug)]
enum Place {
    Socket(PathBuf),
    Port(SocketAddr),
}

/// Removes the directory of a socket.
#[derive(Debug)]
struct Removal(PathBuf);

impl Drop for Removal {
    fn drop(&mut self) {
        // Whoever finds a socket left over finds nobody behind it.
        let _left_over = std::fs::remove_dir_all(&self.0);
    }
}

impl Admission {
    /// Returns the path of the socket, if it is one.
    #[must_use]
    pub fn socket(&self) -> Option<&Path> {
        match &self.place {
            Place::Socket(path) => Some(path),
            Place::Port(_) => None,
        }
    }

    /// Returns the address of the port, if it is one.
    #[must_use]
    pub const fn port(&self) -> Option<SocketAddr> {
        match &self.place {
            Place::Socket(_) => None,
            Place::Port(address) => Some(*address),
        }
    }

    /// Returns the token that a port asks for.
    #[must_use]
    pub const fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Makes a gateway; `runtime` drives its connections. Nobody gets in yet.
    #[must_use]
    pub fn new(queue: Arc<dyn Queue>, store: Arc<dyn ArtifactStore>, runtime: Handle) -> Self {
        let shared = Arc::new(Shared {
            queue,
            store,
            tokens: Tokens::default(),
            traffic: Traffic::default(),
        });
        Self { shared, runtime }
    }

    /// Returns the counts of what it answers.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.shared.traffic.clone()
    }

    /// Makes a directory with a socket in it that serves one registered worker and nobody else. The
    /// directory goes with the admission.
    ///
    /// # Errors
    /// The operating system's, such as for a path that is longer than a socket's may be (107 bytes).
    pub fn admit_by_socket(&self, worker: WorkerId, directory: &Path) -> io::Result<Admission> {
        make_private(directory)?;
        let removal = Removal(directory.to_owned());
        let path = directory.join(SOCKET_NAME);
        let caller = Caller::Worker(Arc::new(WorkerAccess::new(worker)));
        let listening = self.listen(&path, caller)?;
        Ok(Admission {
            place: Place::Socket(path),
            token: None,
            _listening: Some(listening),
            _removal: Some(removal),
        })
    }

    /// Lets the owner in by a socket, mode 0600, at a path in a directory that exists.
    ///
    /// # Errors
    /// The operating system's.
    pub fn admit_owner_by_socket(&self, path: &Path) -> io::Result<Admission> {
        let listening = self.listen(path, Caller::Owner)?;
        let place = Place::Socket(path.to_owned());
        Ok(Admission { place, token: None, _listening: Some(listening), _removal: None })
    }

    fn listen(&self, path: &Path, caller: Caller) -> io::Result<Listening> {
        listen_on_socket(&self.runtime, path, &self.shared, caller)
    }

    /// Opens a port. Nobody gets in without a token, see [`Gateway::admit_by_token`]. Bind loopback
    /// or the address of a container bridge; port 0 takes a free one.
    ///
    /// # Errors
    /// The operating system's, such as for an address that is in use.
    pub fn open_port(&self, address: SocketAddr) -> io::Result<Admission> {
        let (listening, address) = listen_on_port(&self.runtime, address, &self.shared)?;
        let place = Place::Port(address);
        Ok(Admission { place, token: None, _listening: Some(listening), _removal: None })
    }

    /// Gives a registered worker a token for an open port.
    ///
    /// # Errors
    /// The operating system's, if it gives no random numbers.
    pub fn admit_by_token(&self, worker: WorkerId, address: SocketAddr) -> io::Result<Admission> {
        self.give_token(Caller::Worker(Arc::new(WorkerAccess::new(worker))), address)
    }

    /// Gives the owner a token for an open port.
    ///
    /// # Errors
    /// As [`Gateway::admit_by_token`].
    pub fn admit_owner_by_token(&self, address: SocketAddr) -> io::Result<Admission> {
        self.give_token(Caller::Owner, address)
    }

    fn give_token(&self, caller: Caller, address: SocketAddr) -> io::Result<Admission> {
        let token = Token::random()?;
        let listening = self.shared.tokens.add(&self.shared, token.clone(), caller);
        let place = Place::Port(address);
        Ok(Admission { place, token: Some(token), _listening: Some(listening), _removal: None })
    }
}

fn make_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}
