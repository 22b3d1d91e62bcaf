//! The kernel's side of one ZMTP connection. Principal type: [`Socket`].

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// A connection to the one client that there is.
#[derive(Debug)]
pub(super) struct Socket(TcpStream);

impl Socket {
    pub(super) fn listen(port: u64) -> TcpListener {
        TcpListener::bind((Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap())).unwrap()
    }

    /// Accepts the client and shakes hands; `kind` is `PUB` or `ROUTER`.
    pub(super) fn accept(listener: &TcpListener, kind: &str) -> Self {
        let mut socket = Self(listener.accept().unwrap().0);
        socket.0.set_nodelay(true).unwrap();
        let mut greeting = [0; 64];
        greeting[..12].copy_from_slice(&[0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
        greeting[12..16].copy_from_slice(b"NULL");
        socket.0.write_all(&greeting).unwrap();
        socket.0.read_exact(&mut greeting).unwrap();
        assert_eq!(&greeting[12..17], b"NULL\0");
        let mut ready = b"\x05READY\x0bSocket-Type\0\0\0".to_vec();
        ready.push(u8::try_from(kind.len()).unwrap());
        ready.extend(kind.as_bytes());
        socket.write_frame(COMMAND, &ready);
        assert_eq!(socket.read_frame().0, COMMAND);
        if kind == "PUB" {
            assert_eq!(socket.receive(), [[1]], "the client subscribes to everything");
        }
        socket
    }

    pub(super) fn send(&mut self, frames: &[Vec<u8>]) {
        for (index, frame) in frames.iter().enumerate() {
            self.write_frame(if index + 1 < frames.len() { MORE } else { 0 }, frame);
        }
    }

    /// Returns the next message; ends the thread when the client has gone.
    pub(super) fn receive(&mut self) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        loop {
            let (flags, body) = self.read_frame();
            frames.push(body);
            if flags & MORE == 0 {
                return frames;
            }
        }
    }

    /// Writes bytes that are no frame.
    pub(super) fn send_noise(&mut self) {
        self.0.write_all(&[0xff; 200]).unwrap();
    }

    fn write_frame(&mut self, flags: u8, body: &[u8]) {
        let mut bytes = vec![flags | LONG];
        // A command must be short.
        if flags == COMMAND {
            bytes = vec![flags, u8::try_from(body.len()).unwrap()];
        } else {
            bytes.extend((body.len() as u64).to_be_bytes());
        }
        bytes.extend(body);
        self.0.write_all(&bytes).unwrap();
    }

    fn read_frame(&mut self) -> (u8, Vec<u8>) {
        let flags = self.read_bytes(1)[0];
        let length = if flags & LONG == 0 {
            u64::from(self.read_bytes(1)[0])
        } else {
            u64::from_be_bytes(self.read_bytes(8).try_into().unwrap())
        };
        (flags & !LONG, self.read_bytes(usize::try_from(length).unwrap()))
    }

    fn read_bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }
}
