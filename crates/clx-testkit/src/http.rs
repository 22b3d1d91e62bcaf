//! A request to a server that was just started. Principal function: [`answers_ok`].

use std::io::{Read, Write};
use std::net::TcpStream;

/// Tells whether a server answers this request, which has no body, with status 200.
pub(crate) fn answers_ok(address: &str, port: u16, method: &str, path: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect((address, port))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\
             Content-Length: 0\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
