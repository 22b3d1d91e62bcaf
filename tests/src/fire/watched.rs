//! Waits for the end of processes that are not children of the test. Principal type: [`Watched`].

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A living process, held by a descriptor: its pid cannot come to mean another one.
#[derive(Debug)]
pub struct Watched {
    pid: u32,
    process: OwnedFd,
}

impl Watched {
    /// Takes hold of a process that must be alive.
    #[must_use]
    pub fn new(pid: u32) -> Self {
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a pid");
        let process = pidfd_open(number, PidfdFlags::empty()).expect("the process lives");
        Self { pid, process }
    }

    /// Returns the pid.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends `SIGKILL`; a process that has ended already is none to kill.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    /// Stops the process: it lives, but does nothing.
    pub fn freeze(&self) {
        self.send(Signal::STOP);
    }

    /// Lets a stopped process go on.
    pub fn thaw(&self) {
        self.send(Signal::CONT);
    }

    /// Tells whether the process ends within the limit.
    #[must_use]
    pub fn ends_within(&self, limit: Duration) -> bool {
        let mut polled = [PollFd::new(&self.process, PollFlags::IN)];
        let limit = Timespec::try_from(limit).expect("in range");
        poll(&mut polled, Some(&limit)).expect("a descriptor of a process") == 1
    }

    fn send(&self, signal: Signal) {
        pidfd_send_signal(&self.process, signal).ok();
    }
}
