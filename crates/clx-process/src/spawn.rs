//! Says what to start and how, and starts it. Principal type: [`Spawn`].

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Pid;

use crate::child::{Child, Parts};
use crate::drain::{Drain, Log};
use crate::error::ProcessError;
use crate::guard::Guard;

/// What a child reads from its standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stdin {
    /// Nothing.
    #[default]
    Null,
    /// A pipe that never has data and ends when this process does; for children that call
    /// [`Lifeline::die_with_parent`](crate::Lifeline::die_with_parent).
    Lifeline,
    /// What is written to [`Child::take_stdin`].
    Piped,
}

/// Where the standard output of a child goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stdout {
    /// To the tail and the log, in one stream with the standard error.
    #[default]
    Tail,
    /// To the reader of [`Child::take_stdout`], who must read it all.
    Piped,
}

/// Where the standard error of a child goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stderr {
    /// To the tail and the log.
    #[default]
    Tail,
    /// To the reader of [`Child::take_stderr`], who must read it all; for tools that answer there.
    Piped,
}

/// A program with its arguments, environment and streams.
///
/// The environment is that of this process, with changes.
#[derive(Debug, Clone)]
pub struct Spawn {
    program: OsString,
    args: Vec<OsString>,
    /// In the order of the calls; `None` removes.
    env: Vec<(OsString, Option<OsString>)>,
    inherits_env: bool,
    current_dir: Option<PathBuf>,
    stdin: Stdin,
    stdout: Stdout,
    stderr: Stderr,
    log: Option<PathBuf>,
    is_guarded: bool,
}

impl Spawn {
    /// Names the program: a path, or a name that is looked up in `PATH`.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            inherits_env: true,
            current_dir: None,
            stdin: Stdin::default(),
            stdout: Stdout::default(),
            stderr: Stderr::default(),
            log: None,
            is_guarded: false,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Removes a variable of the environment.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// Starts from an empty environment, for tools whose results must not depend on ours.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.env.clear();
        self.inherits_env = false;
        self
    }

    /// Sets the working directory, by default that of this process.
    #[must_use]
    pub fn current_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.current_dir = Some(path.as_ref().to_owned());
        self
    }

    /// Sets the standard input, by default [`Stdin::Null`].
    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Sets the standard output, by default [`Stdout::Tail`].
    #[must_use]
    pub fn stdout(mut self, stdout: Stdout) -> Self {
        self.stdout = stdout;
        self
    }

    /// Sets the standard error, by default [`Stderr::Tail`].
    #[must_use]
    pub fn stderr(mut self, stderr: Stderr) -> Self {
        self.stderr = stderr;
        self
    }

    /// Appends what goes to the tail to a file too, in full.
    #[must_use]
    pub fn log(mut self, path: impl AsRef<Path>) -> Self {
        self.log = Some(path.as_ref().to_owned());
        self
    }

    /// Whether a guard kills the child's group when this process dies, by default false. For
    /// programs that do not watch a [`Stdin::Lifeline`] themselves; costs a sleeping shell.
    #[must_use]
    pub fn guarded(mut self, is_guarded: bool) -> Self {
        self.is_guarded = is_guarded;
        self
    }

    /// Starts the program in a process group of its own.
    ///
    /// # Errors
    /// [`ProcessError::Start`], see [`ProcessError::is_not_found`]; [`ProcessError::Log`].
    pub fn start(&self) -> Result<Child, ProcessError> {
        let log = self.open_log()?;
        let failed = |source| ProcessError::Start { program: self.program.clone(), source };
        let guard = self.is_guarded.then(Guard::start).transpose().map_err(failed)?;
        let (reader, process) = self.start_process(guard.as_ref()).map_err(failed)?;
        let parts = Parts { process, guard, keeps_lifeline: self.stdin == Stdin::Lifeline };
        // From here on the child is killed if anything fails.
        let child = Child::new(parts).map_err(failed)?;
        Ok(child.drained_by(Drain::start(reader, log).map_err(failed)?))
    }

    fn start_process(
        &self,
        guard: Option<&Guard>,
    ) -> io::Result<(io::PipeReader, std::process::Child)> {
        // One pipe for both streams, so that their lines stay in order.
        let (reader, writer) = io::pipe()?;
        let mut command = self.command();
        command.stdin(match self.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Lifeline | Stdin::Piped => Stdio::piped(),
        });
        command.stdout(match self.stdout {
            Stdout::Tail => Stdio::from(writer.try_clone()?),
            Stdout::Piped => Stdio::piped(),
        });
        command.stderr(match self.stderr {
            Stderr::Tail => Stdio::from(writer),
            Stderr::Piped => Stdio::piped(),
        });
        // 0 makes a new group.
        command.process_group(guard.map_or(0, |guard| Pid::as_raw(Some(guard.group()))));
        // Dropping the command closes our ends of the pipe.
        Ok((reader, command.spawn()?))
    }

    fn command(&self) -> Command {
        #[expect(
            clippy::disallowed_methods,
            reason = "this crate is the one that starts processes"
        )]
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        if !self.inherits_env {
            command.env_clear();
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(path) = &self.current_dir {
            command.current_dir(path);
        }
        command
    }

    fn open_log(&self) -> Result<Option<Log>, ProcessError> {
        let Some(path) = &self.log else { return Ok(None) };
        match OpenOptions::new().create(true).append(true).open(path) {
            Ok(file) => Ok(Some(Log { path: path.clone(), file })),
            Err(source) => Err(ProcessError::Log { path: path.clone(), source }),
        }
    }
}
