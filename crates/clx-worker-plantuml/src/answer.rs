//! What a JVM answers. Principal types: [`Answer`], [`Report`].

use std::os::fd::AsFd;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::unix::pipe::Receiver;

use crate::fault::Fault;

/// The longest picture. 8192 pixels each way with 4 bytes each are as many, uncompressed.
const PICTURE_LIMIT_BYTES: usize = 256 * 1024 * 1024;

/// How much of a report is kept: its beginning has the cause.
const REPORT_LIMIT_BYTES: usize = 64 * 1024;

/// What came of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it printed.
    pub picture: Vec<u8>,
    /// What it said on its error stream; empty if all is well.
    pub report: String,
}

/// Reads a picture up to the mark and the end of its line, or without mark to the end.
///
/// # Errors
/// [`Fault::Ended`], without exit; [`Fault::OutOfStep`], [`Fault::TooLarge`], [`Fault::Stream`].
pub async fn read_picture(
    stdout: &mut (impl AsyncRead + Unpin),
    mark: Option<&str>,
) -> Result<Vec<u8>, Fault> {
    let mark = mark.map(|mark| format!("{mark}\n").into_bytes());
    let mut bytes = Vec::with_capacity(64 * 1024);
    loop {
        if bytes.len() > PICTURE_LIMIT_BYTES {
            return Err(Fault::TooLarge { limit_bytes: PICTURE_LIMIT_BYTES });
        }
        let known = bytes.len();
        let n_read =
            stdout.read_buf(&mut bytes).await.map_err(|source| Fault::Stream { source })?;
        let Some(mark) = &mark else {
            if n_read == 0 {
                return Ok(bytes);
            }
            continue;
        };
        if n_read == 0 {
            return Err(Fault::Ended { exit: None, report: String::new() });
        }
        let first = known.saturating_sub(mark.len());
        let found = bytes[first..].windows(mark.len()).position(|window| window == mark);
        if let Some(found) = found {
            if first + found + mark.len() != bytes.len() {
                return Err(Fault::OutOfStep);
            }
            bytes.truncate(first + found);
            return Ok(bytes);
        }
    }
}

/// The beginning of an error stream.
#[derive(Debug, Default)]
pub(crate) struct Report {
    bytes: Vec<u8>,
}

impl Report {
    /// Reads all the time, so that the JVM never waits for us. Ends with the stream.
    pub(crate) async fn collect(&mut self, stderr: &mut Receiver) {
        let mut piece = vec![0; 16 * 1024];
        while let Ok(n_read @ 1..) = stderr.read(&mut piece).await {
            self.push(&piece[..n_read]);
        }
    }

    /// Reads what is there. PlantUML writes its report before the mark, so that is all of it; asking
    /// the descriptor itself, because the runtime may not have noticed yet.
    pub(crate) fn drain(&mut self, stderr: &Receiver) {
        let mut piece = vec![0; 16 * 1024];
        while let Ok(n_read @ 1..) = rustix::io::read(stderr.as_fd(), &mut piece) {
            self.push(&piece[..n_read]);
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let room = REPORT_LIMIT_BYTES.saturating_sub(self.bytes.len());
        self.bytes.extend(&piece[..piece.len().min(room)]);
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
