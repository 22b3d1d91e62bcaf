//! Wakes other processes on this machine by Unix datagrams. Principal type: [`Doorbell`].
//!
//! Sockets live in the abstract namespace: no file to clean up, no limit on the path. A datagram
//! only makes its receiver look at the database, so a forged one costs a look and a lost one a
//! safety poll.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::transaction::JobType;
use super::wake::{Hub, Topic};
use crate::ids::{SessionId, WorkerId};

/// This process's bell and the thread that listens to it.
#[derive(Debug)]
pub(crate) struct Doorbell {
    name: String,
    socket: UnixDatagram,
    listener: Option<JoinHandle<()>>,
}

/// Ends the listener.
const HANG_UP: &[u8] = b"-";

/// Makes the listener look at the database now.
const LOOK: &[u8] = b".";

impl Doorbell {
    /// Binds a new bell that passes rings on to `hub`. While nobody rings, the listener calls
    /// `look`, which returns how long it may wait until the next call.
    pub(crate) fn bind(
        hub: Arc<Hub>,
        look: impl FnMut() -> Duration + Send + 'static,
    ) -> std::io::Result<Self> {
        let name = format!("clx-{}", super::token::random_hex()?);
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
        let receiver = socket.try_clone()?;
        let listener = std::thread::Builder::new()
            .name("clx-doorbell".to_owned())
            .spawn(move || listen(&receiver, &hub, look))?;
        Ok(Self { name, socket, listener: Some(listener) })
    }

    /// Makes the listener look now, because what it waits for has changed.
    pub(crate) fn look_now(&self) {
        self.send(&self.name, LOOK);
    }

    /// Returns the name to store in the database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Rings another process's bell; errors are ignored, its safety poll stays.
    pub(crate) fn ring(&self, name: &str, topic: Topic, n: usize) {
        if name == self.name {
            return;
        }
        self.send(name, encode(topic, n).as_bytes());
    }

    fn send(&self, name: &str, message: &[u8]) {
        if let Ok(address) = SocketAddr::from_abstract_name(name) {
            // A full buffer means that the receiver will look anyway.
            let _lost = rustix::net::sendto(
                &self.socket,
                message,
                rustix::net::SendFlags::DONTWAIT | rustix::net::SendFlags::NOSIGNAL,
                &unix_address(&address),
            );
        }
    }
}

fn unix_address(address: &SocketAddr) -> rustix::net::SocketAddrUnix {
    rustix::net::SocketAddrUnix::new_abstract_name(address.as_abstract_name().unwrap_or_default())
        .expect("the name was accepted as an abstract address before")
}

impl Drop for Doorbell {
    fn drop(&mut self) {
        if let Ok(address) = SocketAddr::from_abstract_name(&self.name) {
            let sent = self.socket.send_to_addr(HANG_UP, &address).is_ok();
            if let (true, Some(listener)) = (sent, self.listener.take()) {
                let _panicked = listener.join();
            }
        }
    }
}

fn listen(socket: &UnixDatagram, hub: &Hub, mut look: impl FnMut() -> Duration) {
    let mut buffer = [0; 64];
    let mut next_look = Instant::now() + look();
    loop {
        let left = next_look.saturating_duration_since(Instant::now());
        if left.is_zero() {
            next_look = Instant::now() + look();
            continue;
        }
        // A socket without its time limit could miss the next look; better none at all.
        if socket.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match socket.recv(&mut buffer) {
            Ok(length) if &buffer[..length] == HANG_UP => return,
            Ok(length) if &buffer[..length] == LOOK => next_look = Instant::now() + look(),
            Ok(length) => {
                if let Some((topic, n)) = decode(&buffer[..length]) {
                    hub.ring(topic, n);
                }
            }
            Err(error) if is_over(&error) => next_look = Instant::now() + look(),
            Err(_) => return,
        }
    }
}

/// Tells whether a wait ended without a message.
fn is_over(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn encode(topic: Topic, n: usize) -> String {
    match topic {
        Topic::Ready(session, job_type) => format!("r {session} {} {n}", job_type.0),
        Topic::Finished(session) => format!("f {session} 0 {n}"),
        Topic::Worker(worker) => format!("w {worker} 0 {n}"),
    }
}

fn decode(message: &[u8]) -> Option<(Topic, usize)> {
    let mut words = std::str::from_utf8(message).ok()?.split(' ');
    let tag = words.next()?;
    let id = words.next()?.parse().ok()?;
    let job_type = words.next()?.parse().ok()?;
    let n = words.next()?.parse().ok()?;
    let topic = match tag {
        "r" => Topic::Ready(SessionId(id), JobType(job_type)),
        "f" => Topic::Finished(SessionId(id)),
        "w" => Topic::Worker(WorkerId(id)),
        _ => return None,
    };
    Some((topic, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_back() {
        for topic in [
            Topic::Ready(SessionId(7), JobType(3)),
            Topic::Finished(SessionId(1)),
            Topic::Worker(WorkerId(9)),
        ] {
            assert_eq!(decode(encode(topic, 4).as_bytes()), Some((topic, 4)));
        }
        for garbage in [&b""[..], b"r 1", b"x 1 2 3", b"\xff\xfe", b"r a b c"] {
            assert_eq!(decode(garbage), None);
        }
    }
}
