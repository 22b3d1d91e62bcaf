//! The guard of a foreign tool: leads its process group and kills it when we die. Principal type:
//! [`Guard`].

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::Pid;

/// Nothing is ever written to the pipe, so `read` returns when its other end is closed. The signals
/// that end a tool in good order are meant for the tool; the guard stays until the group is killed.
const SCRIPT: &str = "trap '' HUP INT QUIT TERM; read -r _; kill -s KILL 0";

/// A running guard. Its standard input is the pipe that the kernel closes when we die.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// Starts a guard as the leader of a new group.
    pub(crate) fn start() -> io::Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this crate is the one that starts processes"
        )]
        let mut command = Command::new("/bin/sh");
        let shell = command
            .args(["-c", SCRIPT])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }

    pub(crate) fn group(&self) -> Pid {
        Pid::from_child(&self.shell)
    }
}

impl Drop for Guard {
    /// Ends the guard; its group must have been killed before, or be empty.
    fn drop(&mut self) {
        // `wait` would close the pipe first and so set the guard off, once more.
        self.shell.kill().and_then(|()| self.shell.wait()).ok();
    }
}
