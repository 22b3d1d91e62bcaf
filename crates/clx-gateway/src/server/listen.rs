//! Ways in. A way that is closed takes its connections along. Principal type: [`Listening`].

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::Shared;
use super::access::Caller;
use super::connection::{Entrance, serve};

/// Something that ends when this is dropped.
pub(super) struct Listening(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Listening {
    pub(super) fn until_dropped(end: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listening")
    }
}

/// Serves a caller at a socket that its user alone may open.
pub(super) fn listen_on_socket(
    runtime: &Handle,
    path: &Path,
    shared: &Arc<Shared>,
    caller: Caller,
) -> io::Result<Listening> {
    let _context = runtime.enter();
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let (closing, mut closed) = watch::channel(());
    let (shared, connections) = (Arc::clone(shared), closed.clone());
    runtime.spawn(async move {
        loop {
            tokio::select! {
                _dropped = closed.changed() => return,
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let entrance = Entrance::Of(caller.clone());
                    tokio::spawn(serve(stream, Arc::clone(&shared), entrance, connections.clone()));
                }
            }
        }
    });
    Ok(Listening::until_dropped(move || drop(closing)))
}

/// Serves whoever has a token at a port; returns the address, too.
pub(super) fn listen_on_port(
    runtime: &Handle,
    address: SocketAddr,
    shared: &Arc<Shared>,
) -> io::Result<(Listening, SocketAddr)> {
    let _context = runtime.enter();
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let listener = TcpListener::from_std(listener)?;
    let (closing, mut closed) = watch::channel(());
    let (shared, connections) = (Arc::clone(shared), closed.clone());
    runtime.spawn(async move {
        loop {
            tokio::select! {
                _dropped = closed.changed() => return,
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    // Answers are small and waited for.
                    let _without = stream.set_nodelay(true);
                    let (shared, closed) = (Arc::clone(&shared), connections.clone());
                    tokio::spawn(serve(stream, shared, Entrance::ByToken, closed));
                }
            }
        }
    });
    Ok((Listening::until_dropped(move || drop(closing)), address))
}
