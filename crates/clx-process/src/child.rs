//! A running child. Principal type: [`Child`].

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open};

use crate::drain::Drain;
use crate::error::ProcessError;
use crate::exit::Exit;
use crate::group::signal_group;
use crate::guard::Guard;
use crate::identity::ProcessIdentity;
use crate::ready;
use crate::remote::Remote;

/// How long a killed process may take to end before it is given up.
const KILL_LIMIT: Duration = Duration::from_secs(10);

/// What became of waiting for a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// The child ended.
    Exited(Exit),
    /// The child still runs.
    TimedOut,
}

/// A child in a process group of its own. Dropping it kills the group and waits for the child.
///
/// Its descriptor ([`AsFd`]) becomes readable when the child ends, for callers that wait for many
/// things; [`Child::wait`] then returns at once.
#[derive(Debug)]
pub struct Child {
    /// Not waited for until `exit` is set, so its pid means nobody else until then.
    process: std::process::Child,
    pidfd: OwnedFd,
    group: Pid,
    guard: Option<Guard>,
    /// Held, never written to.
    lifeline: Option<ChildStdin>,
    drain: Option<Drain>,
    exit: Option<Exit>,
    log_error: Option<ProcessError>,
}

/// What [`Spawn`](crate::Spawn) started.
pub(crate) struct Parts {
    pub(crate) process: std::process::Child,
    pub(crate) guard: Option<Guard>,
    pub(crate) keeps_lifeline: bool,
}

impl Child {
    pub(crate) fn new(mut parts: Parts) -> io::Result<Self> {
        let pid = Pid::from_child(&parts.process);
        let group = parts.guard.as_ref().map_or(pid, Guard::group);
        let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => pidfd,
            Err(error) => {
                signal_group(group, Signal::KILL)?;
                parts.process.wait()?;
                return Err(error.into());
            }
        };
        let lifeline = if parts.keeps_lifeline { parts.process.stdin.take() } else { None };
        Ok(Self {
            process: parts.process,
            pidfd,
            group,
            guard: parts.guard,
            lifeline,
            drain: None,
            exit: None,
            log_error: None,
        })
    }

    pub(crate) fn drained_by(mut self, drain: Drain) -> Self {
        self.drain = Some(drain);
        self
    }

    /// Returns the pid of the child.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Returns the number of its process group: its pid, or that of its guard.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.group.as_raw_nonzero().get().unsigned_abs()
    }

    /// Returns the identity of the leader of the group, for a record by which the group can be
    /// killed after our own death. `None` if it has ended.
    #[must_use]
    pub fn group_identity(&self) -> Option<ProcessIdentity> {
        ProcessIdentity::of(self.group())
    }

    /// Returns a handle that signals this child from another thread.
    ///
    /// # Errors
    /// The operating system's, if no descriptor is left.
    pub fn remote(&self) -> io::Result<Remote> {
        self.pidfd.try_clone().map(Remote::new)
    }

    /// Returns the writer of a [`Stdin::Piped`](crate::Stdin::Piped) input, once.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.process.stdin.take()
    }

    /// Returns the reader of a [`Stdout::Piped`](crate::Stdout::Piped) output, once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.process.stdout.take()
    }

    /// Returns the reader of a [`Stderr::Piped`](crate::Stderr::Piped) error stream, once.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.process.stderr.take()
    }

    /// Returns the last 64 KiB of the output so far; all of it is read once the child has ended.
    #[must_use]
    pub fn tail(&self) -> String {
        self.drain.as_ref().map(Drain::text).unwrap_or_default()
    }

    /// Returns why the log is incomplete, if it is. Known once the child has ended.
    #[must_use]
    pub const fn log_error(&self) -> Option<&ProcessError> {
        self.log_error.as_ref()
    }

    /// Waits until the child ends, at most for `limit`. What is left of its group is killed then.
    ///
    /// # Errors
    /// [`ProcessError::Wait`], [`ProcessError::Signal`].
    pub fn wait(&mut self, limit: Duration) -> Result<Waited, ProcessError> {
        if let Some(exit) = self.exit {
            return Ok(Waited::Exited(exit));
        }
        let [has_ended] = ready::wait([self.pidfd.as_fd()], Some(limit))
            .map_err(|source| ProcessError::Wait { pid: self.pid(), source })?;
        if has_ended { self.reap().map(Waited::Exited) } else { Ok(Waited::TimedOut) }
    }

    /// Sends `SIGINT` to the group, as Ctrl+C in a terminal does.
    ///
    /// # Errors
    /// [`ProcessError::Signal`].
    pub fn interrupt(&self) -> Result<(), ProcessError> {
        self.signal(Signal::INT)
    }

    /// Ends the group: `SIGTERM`, then after at most `grace`, or as soon as the child has ended,
    /// `SIGKILL`. Returns how the child ended; does nothing if it had ended before.
    ///
    /// # Errors
    /// [`ProcessError::Unkillable`] if the child hangs in a system call, [`ProcessError::Wait`],
    /// [`ProcessError::Signal`].
    pub fn terminate(&mut self, grace: Duration) -> Result<Exit, ProcessError> {
        self.signal(Signal::TERM)?;
        match self.wait(grace)? {
            Waited::Exited(exit) => Ok(exit),
            Waited::TimedOut => self.kill(),
        }
    }

    /// Kills the group and waits for the child.
    ///
    /// # Errors
    /// As [`Child::terminate`].
    pub fn kill(&mut self) -> Result<Exit, ProcessError> {
        self.signal(Signal::KILL)?;
        match self.wait(KILL_LIMIT)? {
            Waited::Exited(exit) => Ok(exit),
            Waited::TimedOut => Err(ProcessError::Unkillable { pid: self.pid() }),
        }
    }

    fn signal(&self, signal: Signal) -> Result<(), ProcessError> {
        if self.exit.is_some() {
            // The number may mean another group by now.
            return Ok(());
        }
        signal_group(self.group, signal)
            .map_err(|source| ProcessError::Signal { pid: self.group(), source })
    }

    /// Takes the status of the ended child. The order matters: neither the guard nor the child,
    /// whose pids name the group, is waited for before the group was killed for the last time.
    fn reap(&mut self) -> Result<Exit, ProcessError> {
        self.signal(Signal::KILL)?;
        self.guard = None;
        self.lifeline = None;
        let status =
            self.process.wait().map_err(|source| ProcessError::Wait { pid: self.pid(), source })?;
        let exit = Exit::from(status);
        self.exit = Some(exit);
        if let Some(drain) = &mut self.drain {
            self.log_error = drain.finish().err();
        }
        Ok(exit)
    }
}

impl AsFd for Child {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        self.kill().ok();
    }
}
