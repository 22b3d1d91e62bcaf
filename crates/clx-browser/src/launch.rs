//! The process of a browser. Principal type: [`BrowserProcess`].

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use clx_process::{Child, ProcessError, ScratchDirectory, Spawn, Stdin, Stdout, Waited};
use tokio::net::unix::pipe;

use crate::error::BrowserError;
use crate::options::BrowserOptions;

/// First part of the names of browsers' directories.
pub(crate) const PREFIX: &str = "browser";

/// Chromium reads descriptor 3 and writes descriptor 4. A shell moves the standard streams there and
/// becomes the browser.
const SCRIPT: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >&2"#;

/// Begins the names of directories for sockets, in the directory for temporary files.
pub(crate) const SOCKETS: &str = "clx-browser";

/// How long a browser that closed its pipes may take to end, so that its exit can be told.
const END_LIMIT: Duration = Duration::from_millis(500);

const N_LAST_LINES: usize = 10;

/// Dropping it kills the process group, then removes its directories.
#[derive(Debug)]
pub(crate) struct BrowserProcess {
    child: Child,
    _directory: ScratchDirectory,
    _sockets: ScratchDirectory,
}

impl BrowserProcess {
    /// Starts a browser and returns the pipes to and from it.
    pub(crate) fn start(
        options: &BrowserOptions,
    ) -> Result<(Self, pipe::Sender, pipe::Receiver), BrowserError> {
        let start = |source| BrowserError::Start { source };
        // The shell would be started and could not say why it ends.
        if !options.program.is_file() {
            return Err(BrowserError::Missing { program: options.program.clone() });
        }
        let directory = ScratchDirectory::make(&options.base, PREFIX).map_err(start)?;
        // The path of a socket has 107 bytes at most, and `base` may lie deep in the user's files.
        let sockets = ScratchDirectory::make(&std::env::temp_dir(), SOCKETS).map_err(start)?;
        let child = Spawn::new("/bin/sh")
            .args(["-c", SCRIPT])
            .arg(&options.program)
            .args(options.arguments(&directory.path().join("profile")))
            // Sockets and locks of the browser, which a killed one leaves behind.
            .env("TMPDIR", sockets.path())
            .stdin(Stdin::Piped)
            .stdout(Stdout::Piped)
            .guarded(true)
            .start()
            .map_err(start)?;
        let mut process = Self { child, _directory: directory, _sockets: sockets };
        let (to, from) = process.pipes().map_err(|source| BrowserError::Pipe { source })?;
        Ok((process, to, from))
    }

    fn pipes(&mut self) -> io::Result<(pipe::Sender, pipe::Receiver)> {
        let (Some(to), Some(from)) = (self.child.take_stdin(), self.child.take_stdout()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let to = pipe::Sender::from_owned_fd(OwnedFd::from(to))?;
        Ok((to, pipe::Receiver::from_owned_fd(OwnedFd::from(from))?))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.pid()
    }

    pub(crate) fn group(&self) -> u32 {
        self.child.group()
    }

    /// Kills the browser with all its processes.
    pub(crate) fn kill(&mut self) -> Result<(), ProcessError> {
        self.child.kill().map(|_| ())
    }

    /// Says how the browser ended; kills it if it still runs.
    pub(crate) fn ended(&mut self) -> BrowserError {
        let exit = match self.child.wait(END_LIMIT) {
            Ok(Waited::Exited(exit)) => exit.to_string(),
            Ok(Waited::TimedOut) | Err(_) => {
                self.child.kill().ok();
                String::new()
            }
        };
        BrowserError::Ended { exit, last_output: last_lines(&self.child.tail()) }
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(N_LAST_LINES)..].join("\n")
}
