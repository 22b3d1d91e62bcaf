//! How a process ended, in words. Principal type: [`Exit`].

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::process::Signal;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It returned a status, 0 to 255.
    Status(i32),
    /// A signal of this number ended it.
    Signal(i32),
}

impl Exit {
    /// Tells whether the status was 0.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Status(0))
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match status.code() {
            Some(code) => Self::Status(code),
            // A status that was waited for is one or the other.
            None => Self::Signal(status.signal().unwrap_or_default()),
        }
    }
}

/// `exit status 3` or `killed by signal 9 (SIGKILL)`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "exit status {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "killed by signal {number} ({name})"),
                None => write!(f, "killed by signal {number}"),
            },
        }
    }
}

/// The signals that end a process in practice.
const fn signal_name(number: i32) -> Option<&'static str> {
    Some(match Signal::from_named_raw(number) {
        Some(Signal::HUP) => "SIGHUP",
        Some(Signal::INT) => "SIGINT",
        Some(Signal::QUIT) => "SIGQUIT",
        Some(Signal::ILL) => "SIGILL",
        Some(Signal::TRAP) => "SIGTRAP",
        Some(Signal::ABORT) => "SIGABRT",
        Some(Signal::BUS) => "SIGBUS",
        Some(Signal::FPE) => "SIGFPE",
        Some(Signal::KILL) => "SIGKILL",
        Some(Signal::SEGV) => "SIGSEGV",
        Some(Signal::PIPE) => "SIGPIPE",
        Some(Signal::ALARM) => "SIGALRM",
        Some(Signal::TERM) => "SIGTERM",
        Some(Signal::XCPU) => "SIGXCPU",
        Some(Signal::XFSZ) => "SIGXFSZ",
        Some(Signal::SYS) => "SIGSYS",
        Some(_) | None => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_status_or_signal() {
        let check = |exit: Exit, words: &str| assert_eq!(exit.to_string(), words);
        check(Exit::Status(0), "exit status 0");
        check(Exit::Status(3), "exit status 3");
        check(Exit::Signal(9), "killed by signal 9 (SIGKILL)");
        check(Exit::Signal(11), "killed by signal 11 (SIGSEGV)");
        check(Exit::Signal(40), "killed by signal 40");
    }
}
