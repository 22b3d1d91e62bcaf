//! Ways in. A way that is closed takes its connections along. Principal type: [`Listening`].

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

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

/// Takes connections in.
trait Door: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Door for UnixListener {
    type Stream = UnixStream;

    async fn next(&self) -> io::Result<UnixStream> {
        Ok(self.accept().await?.0)
    }
}

impl Door for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<TcpStream> {
        let (stream, _) = self.accept().await?;
        // Answers are small and waited for.
        stream.set_nodelay(true)?;
        Ok(stream)
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
    Ok(attend(runtime, listener, shared, Entrance::Of(caller)))
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
    let listening = attend(runtime, TcpListener::from_std(listener)?, shared, Entrance::ByToken);
    Ok((listening, address))
}

/// Serves what comes through a door, until it is closed.
fn attend(
    runtime: &Handle,
    door: impl Door,
    shared: &Arc<Shared>,
    entrance: Entrance,
) -> Listening {
    let (closing, mut closed) = watch::channel(());
    let (shared, connections) = (Arc::clone(shared), closed.clone());
    let seats = Arc::new(Semaphore::new(entrance.most_connections()));
    runtime.spawn(async move {
        loop {
            tokio::select! {
                _dropped = closed.changed() => return,
                (seat, stream) = next(&door, &seats) => {
                    // Whoever was gone before it was let in does not count.
                    let Ok(stream) = stream else { continue };
                    let (shared, entrance) = (Arc::clone(&shared), entrance.clone());
                    let served = serve(stream, shared, entrance, connections.clone());
                    tokio::spawn(async move {
                        served.await;
                        drop(seat);
                    });
                }
            }
        }
    });
    Listening::until_dropped(move || drop(closing))
}

/// Waits until there is a seat, and then for somebody to take it; others wait before the door.
async fn next<D: Door>(
    door: &D,
    seats: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, io::Result<D::Stream>) {
    let seat = Arc::clone(seats).acquire_owned().await.ok();
    (seat, door.next().await)
}
