//! Exit statuses. Principal type: [`Exit`].

use std::process::ExitCode;

/// How a command ended; the number is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for is done.
    Built = 0,
    /// Some outputs could not be made.
    SomeFailed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The course spec or the configuration is wrong; nothing was built.
    Spec = 3,
    /// A tool, a file or a service that is needed is missing or refuses.
    Environment = 4,
    /// Nothing moved for the stall limit.
    Stalled = 5,
    /// A bug in clx.
    Bug = 70,
    /// Interrupted, as by Ctrl+C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
