//! One connection to one socket of a kernel. Principal type: [`Socket`].

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::decode::{COMMAND, Decoder, Frames, encode_command, encode_frame};
use super::error::WireError;

/// Version 3.0, so that subscriptions are messages, which every kernel's library understands.
const GREETING: [u8; 64] = {
    let mut greeting = [0; 64];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    let mechanism = *b"NULL";
    let mut index = 0;
    while index < mechanism.len() {
        greeting[12 + index] = mechanism[index];
        index += 1;
    }
    greeting
};

/// The name of the command that ends the handshake, behind its length.
const READY: &[u8] = b"\x05READY";

/// What a socket is to its peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Sends requests and receives replies: shell, control and stdin.
    Dealer,
    /// Receives everything that is published: iopub.
    Subscriber,
}

/// A connected socket. Bytes are read as fast as [`Socket::receive`] is called and no faster, so
/// it must be called all the time while a kernel works.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    piece: Box<[u8]>,
    /// The part of `piece` that is read but not decoded.
    unread: std::ops::Range<usize>,
    decoder: Decoder,
}

impl Socket {
    /// Connects to a port of this machine and shakes hands. `identity` is the name by which the
    /// kernel addresses its replies; shell and stdin must share it.
    ///
    /// # Errors
    /// [`WireError::Io`] with `ConnectionRefused` while nothing listens there.
    pub(crate) async fn connect(port: u16, role: Role, identity: &str) -> Result<Self, WireError> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        let piece = vec![0; 64 * 1024].into();
        let mut socket = Self { stream, piece, unread: 0..0, decoder: Decoder::default() };
        socket.shake_hands(role, identity).await?;
        Ok(socket)
    }

    async fn shake_hands(&mut self, role: Role, identity: &str) -> Result<(), WireError> {
        let mut bytes = GREETING.to_vec();
        encode_command(&ready(role, identity), &mut bytes);
        self.stream.write_all(&bytes).await.map_err(closed)?;
        self.read_ready().await?;
        // Not earlier: libzmq drops a connection that talks before both sides are ready.
        match role {
            Role::Dealer => Ok(()),
            // 1 subscribes; the empty prefix means every topic.
            Role::Subscriber => self.send(&[vec![1]]).await,
        }
    }

    async fn read_ready(&mut self) -> Result<(), WireError> {
        let mut greeting = [0; 64];
        self.stream.read_exact(&mut greeting).await.map_err(closed)?;
        // Whoever speaks something else may have no more to say.
        if greeting[0] != 0xff || greeting[9] & 1 != 1 || greeting[10] < 3 {
            return Err(WireError::Handshake);
        }
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).await.map_err(closed)?;
        let [flags, length] = head;
        let mut body = vec![0; length.into()];
        self.stream.read_exact(&mut body).await.map_err(closed)?;
        let is_ready = flags == COMMAND && body.starts_with(READY);
        if is_ready { Ok(()) } else { Err(WireError::Handshake) }
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, frames: &[Vec<u8>]) -> Result<(), WireError> {
        let mut bytes = Vec::new();
        for (index, frame) in frames.iter().enumerate() {
            encode_frame(frame, index + 1 < frames.len(), &mut bytes);
        }
        self.stream.write_all(&bytes).await.map_err(closed)
    }

    /// Receives the next message. Nothing is lost if the future is dropped.
    pub(crate) async fn receive(&mut self) -> Result<Frames, WireError> {
        loop {
            let mut unread = &self.piece[self.unread.clone()];
            let decoded = self.decoder.decode(&mut unread)?;
            self.unread.start = self.unread.end - unread.len();
            if let Some(message) = decoded {
                return Ok(message);
            }
            let length = self.stream.read(&mut self.piece).await.map_err(closed)?;
            if length == 0 {
                return Err(WireError::Closed);
            }
            self.unread = 0..length;
        }
    }
}

/// The body of the command READY: name and value of each property behind their lengths.
fn ready(role: Role, identity: &str) -> Vec<u8> {
    let role = match role {
        Role::Dealer => "DEALER",
        Role::Subscriber => "SUB",
    };
    let mut body = READY.to_vec();
    for (name, value) in [("Socket-Type", role), ("Identity", identity)] {
        body.extend(u8::try_from(name.len()).unwrap_or(u8::MAX).to_be_bytes());
        body.extend(name.as_bytes());
        body.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        body.extend(value.as_bytes());
    }
    body
}

/// A killed kernel's connection is reset or ends; both mean the same to us.
fn closed(error: io::Error) -> WireError {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => WireError::Closed,
        _ => WireError::Io { source: error },
    }
}
