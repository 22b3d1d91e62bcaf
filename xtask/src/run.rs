//! Runs programs: says the command first, and names it when it fails. Principal types: [`Program`],
//! [`Background`].

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::error::TaskError;

/// A program to run, with what people see of it.
#[derive(Debug)]
pub(crate) struct Program {
    name: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    directory: PathBuf,
}

impl Program {
    /// Makes a command line from words that are separated by single spaces.
    pub(crate) fn new(directory: &Path, words: &str) -> Self {
        let mut words = words.split(' ').map(OsString::from);
        let name = words.next().unwrap_or_default();
        let directory = directory.to_owned();
        Self { name, arguments: words.collect(), variables: Vec::new(), directory }
    }

    /// Makes a command line of this program.
    pub(crate) fn this(directory: &Path, words: &str) -> Result<Self, TaskError> {
        let at = |source| TaskError::Start { command: format!("xtask {words}"), source };
        let name = std::env::current_exe().map_err(at)?.into_os_string();
        Ok(Self { name, ..Self::new(directory, &format!("xtask {words}")) })
    }

    /// Appends an argument that may hold spaces.
    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the command as one would type it.
    pub(crate) fn shown(&self) -> String {
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        let variables =
            self.variables.iter().map(|(name, value)| format!("{name}={}", text(value)));
        let words = std::iter::once(&self.name).chain(&self.arguments).map(text);
        variables.chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Says the command and runs it on this terminal.
    pub(crate) fn run(&self) -> Result<(), TaskError> {
        crate::say(&format!("$ {}", self.shown()));
        let status = self.command().status().map_err(|source| self.unstarted(source))?;
        if status.success() {
            Ok(())
        } else {
            Err(TaskError::Command { command: self.shown(), status })
        }
    }

    /// Runs the command and returns what it printed; its complaints go to this terminal.
    pub(crate) fn read(&self) -> Result<String, TaskError> {
        let Output { status, stdout, .. } = self.output()?;
        if status.success() {
            Ok(String::from_utf8_lossy(&stdout).into_owned())
        } else {
            Err(TaskError::Command { command: self.shown(), status })
        }
    }

    /// Does the same for a command that prints its result also when it fails.
    pub(crate) fn read_whatever_status(&self) -> Result<String, TaskError> {
        Ok(String::from_utf8_lossy(&self.output()?.stdout).into_owned())
    }

    fn output(&self) -> Result<Output, TaskError> {
        let mut command = self.command();
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        command.output().map_err(|source| self.unstarted(source))
    }

    /// Starts the command without waiting for it; its output goes nowhere.
    pub(crate) fn start(&self) -> Result<Child, TaskError> {
        crate::say(&format!("$ {} &", self.shown()));
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map_err(|source| self.unstarted(source))
    }

    /// Starts the command; what it says goes into a file until one waits for it.
    pub(crate) fn start_in_background(&self, log: PathBuf) -> Result<Background, TaskError> {
        crate::say(&format!("$ {} > {} &", self.shown(), log.display()));
        let at = |source| TaskError::Io { path: log.clone(), source };
        let file = File::create(&log).map_err(at)?;
        let mut command = self.command();
        command.stdin(Stdio::null()).stderr(file.try_clone().map_err(at)?).stdout(file);
        let child = command.spawn().map_err(|source| self.unstarted(source))?;
        Ok(Background { command: self.shown(), child, log })
    }

    /// Tells whether the program exists and succeeds, without showing anything of it.
    pub(crate) fn succeeds(&self) -> bool {
        let quiet = self.command().stdin(Stdio::null()).output();
        quiet.is_ok_and(|output| output.status.success())
    }

    fn unstarted(&self, source: std::io::Error) -> TaskError {
        TaskError::Start { command: self.shown(), source }
    }

    #[expect(clippy::disallowed_methods, reason = "tasks run before clx-process is built")]
    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments).current_dir(&self.directory);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }
}

/// A program that runs beside others, and is killed if nobody waits for it.
#[derive(Debug)]
pub(crate) struct Background {
    command: String,
    child: Child,
    log: PathBuf,
}

impl Background {
    /// Waits for the end, then says all that the program said.
    pub(crate) fn finish(mut self) -> Result<(), TaskError> {
        let command = self.command.clone();
        let unstarted = |source| TaskError::Start { command: command.clone(), source };
        let status = self.child.wait().map_err(unstarted)?;
        let said = fs::read(&self.log);
        let said = said.map_err(|source| TaskError::Io { path: self.log.clone(), source })?;
        crate::say(&format!("$ {command}\n{}", String::from_utf8_lossy(&said)));
        if status.success() { Ok(()) } else { Err(TaskError::Command { command, status }) }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It has ended, or nobody wants it any more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_is_shown_as_one_would_type_it() {
        let program = Program::new(Path::new("."), "cargo doc").argument("--no-deps");
        assert_eq!(program.variable("A", "1").shown(), "A=1 cargo doc --no-deps");
    }
}
