//! A program in a pseudo-terminal, as a person at a keyboard sees it. Principal type: [`Pty`].

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pts};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(60);

/// How often it is looked whether the program ended.
const LOOK: Duration = Duration::from_millis(20);

/// A program in a pseudo-terminal of its own; killed when dropped.
pub struct Pty {
    child: Child,
    terminal: Option<pty_process::blocking::Pty>,
    /// Held open, so that the terminal outlives the program and can be looked at.
    _programs_end: Pts,
    emulator: vt100::Parser,
    /// All that the program wrote.
    written: Vec<u8>,
}

impl Pty {
    /// Starts a program in a terminal of so many columns and lines, with these variables beside those of
    /// the test.
    #[must_use]
    pub fn start(
        program: &str,
        args: &[&str],
        variables: &[(&str, &str)],
        (columns, lines): (u16, u16),
    ) -> Self {
        let (terminal, programs_end) = pty_process::blocking::open().unwrap();
        terminal.resize(Size::new(lines, columns)).unwrap();
        let mut command = Command::new(program)
            .args(args)
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied());
        let child = command.spawn_borrowed(&programs_end).unwrap();
        let emulator = vt100::Parser::new(number(lines), number(columns), 0);
        let terminal = Some(terminal);
        Self { child, terminal, _programs_end: programs_end, emulator, written: Vec::new() }
    }

    /// Returns what is on the screen, line by line.
    #[must_use]
    pub fn screen(&self) -> String {
        self.emulator.screen().contents()
    }

    /// Tells whether the program shows a screen of its own instead of the shell's.
    #[must_use]
    pub fn is_on_alternate_screen(&self) -> bool {
        self.emulator.screen().alternate_screen()
    }

    /// Tells whether the cursor is hidden.
    #[must_use]
    pub fn hides_cursor(&self) -> bool {
        self.emulator.screen().hide_cursor()
    }

    /// Tells whether the terminal gathers lines and echoes letters, as shells leave it.
    #[must_use]
    pub fn is_cooked(&self) -> bool {
        let modes = tcgetattr(self.terminal.as_ref().unwrap()).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Returns all that the program wrote so far, with its escape sequences.
    #[must_use]
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }

    /// Presses keys, as the bytes that a terminal sends for them.
    pub fn press(&self, keys: &str) {
        let mut terminal = self.terminal.as_ref().unwrap();
        terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, lines: u16) {
        self.terminal.as_ref().unwrap().resize(Size::new(lines, columns)).unwrap();
        self.emulator.set_size(number(lines), number(columns));
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Closes the terminal, as a person does with its window.
    pub fn hang_up(&mut self) {
        self.terminal = None;
    }

    /// Waits until the screen is as wanted, which `what` says in words, and returns it.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            let has_ended = self.child.try_wait().unwrap().is_some();
            assert!(!has_ended, "it ended, and never was there {what}:\n{screen}");
            assert!(Instant::now() < deadline, "not there: {what}:\n{screen}");
            self.take(LOOK);
        }
    }

    /// Waits until a text is on the screen, and returns the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits for the end of the program and returns its exit status, or 128 and the number of the signal
    /// that ended it.
    #[track_caller]
    pub fn end(&mut self) -> i32 {
        let deadline = Instant::now() + LIMIT;
        loop {
            let status = self.child.try_wait().unwrap();
            while self.take(if status.is_some() { Duration::ZERO } else { LOOK }) {}
            if let Some(status) = status {
                return status.code().unwrap_or_else(|| 128 + status.signal().unwrap());
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.screen());
        }
    }

    /// Waits for a moment until the program writes something, and takes it; false if it wrote nothing.
    fn take(&mut self, limit: Duration) -> bool {
        let limit = Timespec::try_from(limit).unwrap();
        let Some(terminal) = self.terminal.as_mut() else {
            poll(&mut [], Some(&limit)).unwrap();
            return false;
        };
        let mut fds = [PollFd::new(&*terminal, PollFlags::IN)];
        if poll(&mut fds, Some(&limit)).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        let n = terminal.read(&mut bytes).unwrap();
        self.emulator.process(&bytes[..n]);
        self.written.extend(&bytes[..n]);
        true
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _has_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn number(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}
