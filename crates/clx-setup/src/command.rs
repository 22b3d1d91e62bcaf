//! Runs a command to its end, within a limit. Principal function: [`run`].

use std::path::Path;
use std::time::Duration;

use clx_process::{Exit, Spawn, Waited};

use crate::error::{CommandFault, SetupError};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The command, shortened.
    command: String,
    exit: Exit,
    /// What it printed last.
    pub(crate) tail: String,
}

/// Runs a program. Its messages are English, so that [`fault`](Ended::expect) can read them.
///
/// # Errors
/// [`SetupError::Process`], [`SetupError::TimeLimit`]; its own failure is in the result.
pub(crate) fn run(
    program: &Path,
    args: &[&str],
    limit: Duration,
    adapt: impl FnOnce(Spawn) -> Spawn,
) -> Result<Ended, SetupError> {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    // What is done, not the options: those are always the same.
    let words =
        args.iter().take_while(|arg| !arg.starts_with("--") && !arg.contains('\n')).copied();
    let command = std::iter::once(&*name).chain(words).collect::<Vec<_>>().join(" ");
    let mut child = adapt(Spawn::new(program).args(args).env("LC_ALL", "C.UTF-8")).start()?;
    match child.wait(limit)? {
        Waited::Exited(exit) => Ok(Ended { command, exit, tail: child.tail() }),
        Waited::TimedOut => {
            child.kill()?;
            Err(SetupError::TimeLimit { command, limit, tail: child.tail() })
        }
    }
}

impl Ended {
    /// Tells whether it succeeded.
    pub(crate) const fn is_success(&self) -> bool {
        self.exit.is_success()
    }

    /// Makes a failure an error, with the fault that `fault` reads from its output.
    ///
    /// # Errors
    /// [`SetupError::Command`].
    pub(crate) fn expect(
        self,
        fault: impl FnOnce(&str) -> Option<CommandFault>,
    ) -> Result<(), SetupError> {
        if self.is_success() {
            return Ok(());
        }
        let fault = fault(&self.tail).unwrap_or(CommandFault::Other(self.exit));
        Err(SetupError::Command { command: self.command, fault, tail: self.tail })
    }
}
