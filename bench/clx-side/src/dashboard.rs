//! A running `clx serve`, and how long its pages take. Principal type: [`Served`].

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use crate::command::clx;

/// The dashboard of a state directory; dropped, it is killed.
pub struct Served {
    child: Child,
    /// Address and port.
    host: String,
}

impl Served {
    pub fn start(state: &Path) -> Result<Self, Box<dyn Error>> {
        let mut command = clx()?;
        command.args(["serve", "--port", "0", "--state-dir"]).arg(state);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = child.stdout.take().ok_or("clx has no standard output")?;
        let mut served = Self { child, host: String::new() };
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url)?;
        let host = url.trim().trim_start_matches("http://").trim_end_matches('/');
        served.host = host.to_owned();
        Ok(served)
    }

    /// Asks for a page on a connection of its own, until its last byte; returns the milliseconds.
    pub fn page_ms(&self, address: &str) -> Result<f64, Box<dyn Error>> {
        let begin = Instant::now();
        let mut stream = TcpStream::connect(&self.host)?;
        let host = &self.host;
        write!(stream, "GET {address} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let ms = begin.elapsed().as_secs_f64() * 1000.0;
        match answer.lines().next() {
            Some("HTTP/1.1 200 OK") => Ok(ms),
            other => Err(format!("{address}: {other:?}").into()),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Nothing is lost with it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
