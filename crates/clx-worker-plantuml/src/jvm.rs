//! A Java virtual machine that runs PlantUML. Principal type: [`Jvm`].

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use clx_process::{Child, Exit, ProcessError, Waited};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::answer::{Answer, Report, read_picture};
use crate::command::{Invocation, Purpose};
use crate::fault::Fault;

/// How long a JVM that closed its streams may take to end, so that its exit can be told.
const END_LIMIT: Duration = Duration::from_secs(1);

/// Dropping it kills the process group. After a [`Fault`] it must be dropped.
#[derive(Debug)]
pub(crate) struct Jvm {
    child: Child,
    /// `None` once it was closed.
    stdin: Option<Sender>,
    stdout: Receiver,
    stderr: Receiver,
    /// What comes after each picture; `None` if there will be one picture only.
    mark: Option<String>,
    n_pictures: u32,
}

impl Jvm {
    /// Starts one that draws many pictures.
    pub(crate) fn start_warm(invocation: &Invocation<'_>) -> Result<Self, Fault> {
        let mark = random_mark().map_err(|source| Fault::Stream { source })?;
        let mut jvm = Self::start(invocation, Purpose::Warm { mark: &mark })?;
        jvm.mark = Some(mark);
        Ok(jvm)
    }

    /// Starts one that draws one picture.
    pub(crate) fn start_cold(invocation: &Invocation<'_>) -> Result<Self, Fault> {
        Self::start(invocation, Purpose::Cold)
    }

    /// Starts one for another purpose; it answers once.
    pub(crate) fn start(invocation: &Invocation<'_>, purpose: Purpose<'_>) -> Result<Self, Fault> {
        let mut child =
            invocation.spawn(purpose).start().map_err(|source| Fault::Start { source })?;
        let stream =
            |stream: Option<OwnedFd>| stream.ok_or(io::Error::from(io::ErrorKind::BrokenPipe));
        let streams = |child: &mut Child| -> io::Result<_> {
            Ok((
                Sender::from_owned_fd(stream(child.take_stdin().map(Into::into))?)?,
                Receiver::from_owned_fd(stream(child.take_stdout().map(Into::into))?)?,
                Receiver::from_owned_fd(stream(child.take_stderr().map(Into::into))?)?,
            ))
        };
        let (stdin, stdout, stderr) =
            streams(&mut child).map_err(|source| Fault::Stream { source })?;
        Ok(Self { child, stdin: Some(stdin), stdout, stderr, mark: None, n_pictures: 0 })
    }

    /// Returns how many pictures it drew, well or not.
    pub(crate) const fn n_pictures(&self) -> u32 {
        self.n_pictures
    }

    /// Draws one block, which must end with its `@end…` line.
    pub(crate) async fn draw(&mut self, source: &str, limit: Duration) -> Result<Answer, Fault> {
        self.n_pictures += 1;
        let mut report = Report::default();
        let picture = match tokio::time::timeout(limit, self.exchange(source, &mut report)).await {
            Ok(picture) => picture,
            Err(_) => Err(Fault::TimeLimit { limit }),
        };
        report.drain(&self.stderr);
        match picture {
            Ok(picture) => Ok(Answer { picture, report: report.text() }),
            Err(Fault::Ended { .. }) => {
                Err(Fault::Ended { exit: self.end(), report: report.text() })
            }
            Err(fault) => Err(fault),
        }
    }

    async fn exchange(&mut self, source: &str, report: &mut Report) -> Result<Vec<u8>, Fault> {
        self.expect_silence()?;
        let Self { stdin, stdout, stderr, mark, .. } = self;
        let write = async {
            if let Some(pipe) = stdin {
                // Whoever does not read has ended, or hangs: reading tells.
                pipe.write_all(source.as_bytes()).await.ok();
            }
            if mark.is_none() {
                *stdin = None;
            }
        };
        let answer = async { tokio::join!(write, read_picture(stdout, mark.as_deref())).1 };
        let errors = async {
            report.collect(stderr).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            picture = answer => picture,
            () = errors => Err(Fault::OutOfStep),
        }
    }

    /// Checks that nothing is left of the answer before.
    fn expect_silence(&self) -> Result<(), Fault> {
        let mut byte = [0];
        match rustix::io::read(self.stdout.as_fd(), &mut byte) {
            Err(Errno::AGAIN) => Ok(()),
            Ok(0) => Err(Fault::Ended { exit: None, report: String::new() }),
            Ok(_) => Err(Fault::OutOfStep),
            Err(source) => Err(Fault::Stream { source: source.into() }),
        }
    }

    /// Returns how it ended; kills it if it does not end by itself.
    fn end(&mut self) -> Option<Exit> {
        self.end_within(END_LIMIT)
    }

    /// Waits until it has ended by itself, and kills it if it does not. Returns how it ended.
    pub(crate) fn end_within(&mut self, limit: Duration) -> Option<Exit> {
        self.stdin = None;
        match self.child.wait(limit) {
            Ok(Waited::Exited(exit)) => Some(exit),
            Ok(Waited::TimedOut) | Err(ProcessError::Wait { .. }) => self.child.kill().ok(),
            Err(_) => None,
        }
    }
}

/// Returns a text that no picture has.
fn random_mark() -> io::Result<String> {
    let mut random = [0; 16];
    let n_bytes = getrandom(&mut random, GetRandomFlags::empty())?;
    let digits: String = random[..n_bytes].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("clx-mark-{digits}"))
}
