//! The process of a kernel, seen from async code. Principal type: [`KernelProcess`].

use std::future;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use clx_process::{Child, Exit, ProcessError, Spawn, Waited};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How many lines of a kernel's own output an error shows.
const N_LAST_LINES: usize = 20;

/// Dropping it kills the process group.
#[derive(Debug)]
pub(crate) struct KernelProcess {
    child: Child,
    /// Readable when the process has ended.
    end: AsyncFd<OwnedFd>,
}

impl KernelProcess {
    pub(crate) fn start(spawn: &Spawn) -> Result<Self, ProcessError> {
        let child = spawn.clone().guarded(true).start()?;
        let end =
            end_of(&child).map_err(|source| ProcessError::Wait { pid: child.pid(), source })?;
        Ok(Self { child, end })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.pid()
    }

    pub(crate) fn group(&self) -> u32 {
        self.child.group()
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(&self) {
        if self.end.readable().await.is_err() {
            // The runtime ends; so does whoever waits.
            future::pending::<()>().await;
        }
    }

    /// Returns how the process ended and its last lines; kills it if it still runs.
    pub(crate) fn end(&mut self) -> (Option<Exit>, String) {
        let exit = match self.child.wait(Duration::ZERO) {
            Ok(Waited::Exited(exit)) => Some(exit),
            Ok(Waited::TimedOut) | Err(_) => self.child.kill().ok(),
        };
        (exit, last_lines(&self.child.tail()))
    }

    /// Sends `SIGINT` to the process group.
    pub(crate) fn interrupt(&self) -> Result<(), ProcessError> {
        self.child.interrupt()
    }
}

#[expect(
    deprecated,
    reason = "the successor is unsafe for descriptors that are not owned; this one is"
)]
fn end_of(child: &Child) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(child.as_fd().try_clone_to_owned()?, Interest::READABLE)
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(N_LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_lines_are_those_with_text() {
        let text = (0..30).map(|n| format!("line {n}\n\n")).collect::<String>();
        let last = last_lines(&text);
        assert_eq!(last.lines().count(), N_LAST_LINES);
        assert!(last.starts_with("line 10\n") && last.ends_with("line 29"));
    }
}
