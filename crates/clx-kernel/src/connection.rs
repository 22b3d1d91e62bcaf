//! The ports and the key of one kernel. Principal type: [`Connection`].

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use clx_core::ContentHash;
use serde_json::json;
use tokio::net::TcpSocket;

/// Below the range from which Linux takes the ports of outgoing connections, so that only another
/// server can be in the way.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// What clx and a kernel agree on: written by clx, read by the kernel.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) shell: u16,
    pub(crate) iopub: u16,
    pub(crate) stdin: u16,
    pub(crate) control: u16,
    heartbeat: u16,
    /// Names the session in messages; nobody else's.
    pub(crate) session: String,
    pub(crate) secret: String,
    /// Keep the ports from everybody but a server that asks for this very one and shares addresses
    /// (`SO_REUSEADDR`), as the sockets of nearly all kernels do.
    held: Vec<TcpSocket>,
}

impl Connection {
    /// Reserves five ports and makes a key. The ports are held until this is dropped, which the kernel
    /// does not notice.
    pub(crate) fn reserve() -> io::Result<Self> {
        let held = reserve_ports(random::<2>()?);
        let ports: Vec<u16> =
            held.iter().filter_map(|socket| Some(socket.local_addr().ok()?.port())).collect();
        let [shell, iopub, stdin, control, heartbeat] = *ports.as_slice() else {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        };
        let (session, secret) = (random_name()?, random_name()?);
        Ok(Self { shell, iopub, stdin, control, heartbeat, session, secret, held })
    }

    /// Writes the connection file, readable by this user only.
    pub(crate) fn write(&self, path: &Path, kernel: &str) -> io::Result<()> {
        let connection = json!({
            "transport": "tcp",
            "ip": Ipv4Addr::LOCALHOST,
            "shell_port": self.shell,
            "iopub_port": self.iopub,
            "stdin_port": self.stdin,
            "control_port": self.control,
            "hb_port": self.heartbeat,
            "signature_scheme": "hmac-sha256",
            "key": self.secret,
            "kernel_name": kernel,
        });
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(connection.to_string().as_bytes())
    }

    /// Frees the ports, for a kernel that shares no address. Another program can take one before the
    /// kernel does.
    pub(crate) fn release(&mut self) {
        self.held.clear();
    }
}

/// Holds five free ports from a random one on.
fn reserve_ports(seed: [u8; 2]) -> Vec<TcpSocket> {
    let first = u16::from_ne_bytes(seed) % (PORTS.end - PORTS.start);
    let ports = (PORTS.start + first..PORTS.end).chain(PORTS.start..PORTS.start + first);
    ports.filter_map(|port| hold(port).ok()).take(5).collect()
}

/// Holds a port that nobody else has, without listening there.
fn hold(port: u16) -> io::Result<TcpSocket> {
    let bind = |shares: bool| {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(shares)?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        io::Result::Ok(socket)
    };
    // One that shares would be given a port that another one holds.
    drop(bind(false)?);
    bind(true)
}

/// Returns 32 hexadecimal digits that nobody can guess.
pub(crate) fn random_name() -> io::Result<String> {
    Ok(ContentHash::of(random::<32>()?).to_hex()[..32].to_owned())
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let length = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    if length == N { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn held_port_is_given_to_nobody_but_the_kernel() {
        let connection = Connection::reserve().unwrap();
        let address = (Ipv4Addr::LOCALHOST, connection.shell);
        assert_eq!(hold(connection.shell).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(
            TcpStream::connect(address).unwrap_err().kind(),
            io::ErrorKind::ConnectionRefused
        );
        // As libzmq, JeroMQ, NetMQ and Tokio do, the standard library shares addresses.
        let kernel = TcpListener::bind(address).unwrap();
        TcpStream::connect(address).unwrap();
        assert_eq!(TcpListener::bind(address).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(connection);
        TcpStream::connect(address).unwrap();
        drop(kernel);
    }

    #[test]
    fn ports_are_free_when_they_are_released() {
        let mut connection = Connection::reserve().unwrap();
        let port = connection.iopub;
        let exclusive = || TcpSocket::new_v4().unwrap().bind((Ipv4Addr::LOCALHOST, port).into());
        assert_eq!(exclusive().unwrap_err().kind(), io::ErrorKind::AddrInUse);
        connection.release();
        exclusive().unwrap();
    }
}
