//! Signals a child from another thread than the one that waits for it. Principal type: [`Remote`].

use std::os::fd::OwnedFd;

use rustix::process::{Signal, pidfd_send_signal};

/// Sends signals to one child. It holds a descriptor of the process, not its number, so a signal
/// after the child's end reaches nobody else.
#[derive(Debug)]
pub struct Remote(OwnedFd);

impl Remote {
    pub(crate) const fn new(pidfd: OwnedFd) -> Self {
        Self(pidfd)
    }

    /// Asks the child to stop (`SIGTERM`). A child that has ended is none to ask.
    pub fn terminate(&self) {
        self.send(Signal::TERM);
    }

    /// Kills the child; what is left of its group is killed by whoever waits for it.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    fn send(&self, signal: Signal) {
        // The only error left with an open descriptor is that the child has ended.
        pidfd_send_signal(&self.0, signal).ok();
    }
}
