//! Notices the death of the parent. Principal type: [`Lifeline`].

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::thread::JoinHandle;

use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group, kill_process};

use crate::error::ProcessError;
use crate::ready;

/// Watches the standard input of this process, which must be the lifeline that a parent gave it
/// ([`Stdin::Lifeline`](crate::Stdin::Lifeline)). Dropping it ends the watch.
#[derive(Debug)]
pub struct Lifeline {
    /// Closing it stops the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Lifeline {
    /// Calls `on_parent_death`, on a thread of its own, when the standard input ends.
    ///
    /// # Errors
    /// [`ProcessError::Lifeline`] if the thread cannot be started.
    pub fn watch(on_parent_death: impl FnOnce() + Send + 'static) -> Result<Self, ProcessError> {
        let start = || {
            let (stopped, stop) = io::pipe()?;
            let thread =
                std::thread::Builder::new().name("clx-lifeline".to_owned()).spawn(move || {
                    if has_ended(&stopped) {
                        on_parent_death();
                    }
                })?;
            Ok(Self { stop: Some(stop), thread: Some(thread) })
        };
        start().map_err(|source| ProcessError::Lifeline { source })
    }

    /// Kills this process and all others of the group that it leads when the standard input ends.
    /// A process that leads no group kills itself only: the others are not its children.
    ///
    /// # Errors
    /// As [`Lifeline::watch`].
    pub fn die_with_parent() -> Result<Self, ProcessError> {
        Self::watch(|| {
            if getpgrp() == getpid() {
                kill_current_process_group(Signal::KILL).ok();
            }
            kill_process(getpid(), Signal::KILL).ok();
        })
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported by the panic hook.
            thread.join().ok();
        }
    }
}

/// Waits for the end of the standard input: true; or for the end of the watch: false. Data, which a
/// lifeline never has, is skipped.
fn has_ended(stopped: &PipeReader) -> bool {
    let stdin = io::stdin();
    let mut skipped = [0; 1024];
    loop {
        match ready::wait([stopped.as_fd(), stdin.as_fd()], None) {
            Ok([true, _]) => return false,
            // Not through the buffer of `std::io::stdin`, whose lock another thread may hold.
            Ok(_) => match rustix::io::read(stdin.as_fd(), &mut skipped) {
                Ok(0) => return true,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return true,
            },
            Err(_) => return true,
        }
    }
}
