//! Ports for servers of tests. Principal function: [`free_port`].

use std::net::TcpListener;

/// Returns a port of the loopback interface that nobody listens on at this moment.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
