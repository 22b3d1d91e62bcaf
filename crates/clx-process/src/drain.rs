//! Reads a child's output all the time, so that the child never waits for us. Principal type:
//! [`Drain`].

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::error::ProcessError;
use crate::ready;
use crate::tail::Tail;

/// A file that an output is appended to.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
}

/// A thread that reads a pipe into a tail and a log.
#[derive(Debug)]
pub(crate) struct Drain {
    tail: Arc<Mutex<Tail>>,
    /// Closing it stops the thread as soon as the pipe is empty. A process that escaped from the
    /// group may hold the pipe open for ever, so its end is not waited for.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<Result<(), ProcessError>>>,
}

impl Drain {
    pub(crate) fn start(output: PipeReader, log: Option<Log>) -> io::Result<Self> {
        let tail = Arc::new(Mutex::new(Tail::default()));
        let (stopped, stop) = io::pipe()?;
        let filled = Arc::clone(&tail);
        let thread = std::thread::Builder::new()
            .name("clx-drain".to_owned())
            .spawn(move || drain(output, &stopped, &filled, log))?;
        Ok(Self { tail, stop: Some(stop), thread: Some(thread) })
    }

    pub(crate) fn text(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    /// Reads what is left in the pipe and ends the thread. Returns what went wrong with the log.
    pub(crate) fn finish(&mut self) -> Result<(), ProcessError> {
        self.stop = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            // A panic of the thread was reported by the panic hook.
            Some(Err(_)) | None => Ok(()),
        }
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.finish().ok();
    }
}

fn drain(
    mut output: PipeReader,
    stopped: &PipeReader,
    tail: &Mutex<Tail>,
    mut log: Option<Log>,
) -> Result<(), ProcessError> {
    let mut piece = vec![0; 64 * 1024];
    let mut result = Ok(());
    loop {
        let Ok([has_output, is_stopped]) = ready::wait([output.as_fd(), stopped.as_fd()], None)
        else {
            return result;
        };
        if has_output {
            let length = match output.read(&mut piece) {
                Ok(0) | Err(_) => return result,
                Ok(length) => length,
            };
            tail.lock().unwrap_or_else(PoisonError::into_inner).push(&piece[..length]);
            if let Some(Err(error)) = log.as_mut().map(|log| append(log, &piece[..length])) {
                result = Err(error);
                log = None;
            }
        } else if is_stopped {
            return result;
        }
    }
}

fn append(log: &mut Log, piece: &[u8]) -> Result<(), ProcessError> {
    log.file.write_all(piece).map_err(|source| ProcessError::Log { path: log.path.clone(), source })
}
