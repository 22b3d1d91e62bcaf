//! Git as a program. Principal type: [`Git`].

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use clx_process::{Exit, Spawn, Stdout, Waited, quoted};

use crate::error::GitError;
use crate::remote::without_password;

/// Longest run of a command. A first push of a big course takes a while.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What Git may use to reach a remote.
const PROTOCOLS: &str = "https:ssh:git:file";

/// Variables that would lead Git to another repository, as in a hook.
const MISLEADING: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_WORK_TREE",
];

/// Git in the repository of one directory.
#[derive(Debug)]
pub(crate) struct Git<'d> {
    directory: &'d Path,
    is_dry_run: bool,
    /// Commands that a dry run left out.
    planned: Vec<String>,
}

impl<'d> Git<'d> {
    pub(crate) fn new(directory: &'d Path, is_dry_run: bool) -> Self {
        Self { directory, is_dry_run, planned: Vec::new() }
    }

    /// Returns the commands that a dry run left out.
    pub(crate) fn planned(self) -> Vec<String> {
        self.planned
    }

    /// Makes the repository.
    pub(crate) fn init(&mut self, branch: &str) -> Result<(), GitError> {
        let branch = format!("--initial-branch={branch}");
        self.change_by(&[], &["init", "--quiet", &branch, "--", "."])
    }

    /// Runs a command that changes something, if this is no dry run.
    pub(crate) fn change(&mut self, args: &[&str]) -> Result<(), GitError> {
        self.change_by(&LOCATED, args)
    }

    /// Runs a command that changes nothing.
    pub(crate) fn read(&self, args: &[&str]) -> Result<String, GitError> {
        self.run(Stdout::Piped, &LOCATED, args)
    }

    /// Runs a command that changes nothing; `None` if Git says no.
    pub(crate) fn ask(&self, args: &[&str]) -> Result<Option<String>, GitError> {
        match self.read(args) {
            Ok(answer) => Ok(Some(answer.trim().to_owned())),
            Err(GitError::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn change_by(&mut self, located: &[&str], args: &[&str]) -> Result<(), GitError> {
        if self.is_dry_run {
            self.planned.push(self.shown(args));
            return Ok(());
        }
        // Nothing waits for the end of an output here but the limit.
        self.run(Stdout::Tail, located, args).map(drop)
    }

    fn run(&self, stdout: Stdout, located: &[&str], args: &[&str]) -> Result<String, GitError> {
        let command = || self.shown(args);
        let failed = |source| GitError::Process { command: command(), source };
        let spawn = spawn().args(located).args(args).current_dir(self.directory).stdout(stdout);
        let mut child = spawn.start().map_err(|error| {
            if error.is_not_found() { GitError::NotInstalled } else { failed(error) }
        })?;
        let mut answer = Vec::new();
        if let Some(mut stdout) = child.take_stdout() {
            // What cannot be read is missing from the answer, and the exit status tells why.
            let _n_bytes = stdout.read_to_end(&mut answer);
        }
        match child.wait(LIMIT).map_err(failed)? {
            Waited::Exited(Exit::Status(0)) => Ok(String::from_utf8_lossy(&answer).into_owned()),
            Waited::Exited(exit) => {
                let said = child.tail().trim().to_owned();
                let output = if said.is_empty() { exit.to_string() } else { said };
                Err(GitError::Failed { command: command(), output })
            }
            Waited::TimedOut => {
                Err(GitError::TimedOut { command: command(), minutes: LIMIT.as_secs() / 60 })
            }
        }
    }

    /// Returns a command as one would type it, without passwords.
    fn shown(&self, args: &[&str]) -> String {
        let directory = self.directory.display().to_string();
        let mut words = vec!["git".to_owned(), "-C".to_owned(), quoted(&directory)];
        words.extend(args.iter().map(|arg| quoted(&without_password(arg))));
        words.join(" ")
    }
}

/// Tells Git where the repository is: it must not search, and find that of the course or a bare one.
const LOCATED: [&str; 2] = ["--git-dir=.git", "--work-tree=."];

fn spawn() -> Spawn {
    let spawn = MISLEADING.iter().fold(Spawn::new("git"), |spawn, name| spawn.env_remove(name));
    let spawn = spawn
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ALLOW_PROTOCOL", PROTOCOLS)
        .env("GIT_OPTIONAL_LOCKS", "0")
        // Hints are found by Git's own words.
        .env("LC_ALL", "C.UTF-8")
        .env("LANGUAGE", "")
        // Nobody answers questions at the terminal: SSH would wait for ever.
        .env("SSH_ASKPASS_REQUIRE", "force")
        .guarded(true);
    if std::env::var_os("SSH_ASKPASS").is_some() {
        spawn
    } else {
        spawn.env("SSH_ASKPASS", "false")
    }
}
