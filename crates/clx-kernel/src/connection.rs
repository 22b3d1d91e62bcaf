//! The ports and the key of one kernel. Principal type: [`Connection`].

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use clx_core::ContentHash;
use serde_json::json;

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
    /// Hold the ports until the kernel is about to take them.
    listeners: Vec<TcpListener>,
}

impl Connection {
    /// Reserves five ports and makes a key.
    pub(crate) fn reserve() -> io::Result<Self> {
        let listeners = reserve_ports(random::<2>()?)?;
        let ports: Vec<u16> = listeners
            .iter()
            .filter_map(|listener| Some(listener.local_addr().ok()?.port()))
            .collect();
        let [shell, iopub, stdin, control, heartbeat] = *ports.as_slice() else {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        };
        let (session, secret) = (random_name()?, random_name()?);
        Ok(Self { shell, iopub, stdin, control, heartbeat, session, secret, listeners })
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

    /// Frees the ports. Another program can take one before the kernel does; the kernel then ends
    /// with "address in use", and is started again with other ports.
    pub(crate) fn release(&mut self) {
        self.listeners.clear();
    }
}

/// Binds five free ports from a random one on.
fn reserve_ports(seed: [u8; 2]) -> io::Result<Vec<TcpListener>> {
    let first = u16::from_ne_bytes(seed) % (PORTS.end - PORTS.start);
    let ports = (PORTS.start + first..PORTS.end).chain(PORTS.start..PORTS.start + first);
    let bound = ports.filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    Ok(bound.take(5).collect())
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
