//! What goes wrong between clx and a JVM. Principal type: [`Fault`].

use std::io;
use std::time::Duration;

use clx_process::{Exit, ProcessError};

/// A JVM that gave no answer. It is not asked again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It could not be started.
    #[error("{source}{}", cause(source))]
    Start {
        /// The reason.
        source: ProcessError,
    },
    /// It took too long.
    #[error("it took longer than {} s", limit.as_secs_f64())]
    TimeLimit {
        /// How long it may take.
        limit: Duration,
    },
    /// It ended.
    #[error("Java ended{}", how(*exit))]
    Ended {
        /// How, if that is known.
        exit: Option<Exit>,
        /// The beginning of what it said.
        report: String,
    },
    /// It said something that is no answer to what it was asked.
    #[error("it answered what it was not asked")]
    OutOfStep,
    /// It did not stop to send.
    #[error("its answer is longer than {limit_bytes} bytes")]
    TooLarge {
        /// How long it may be.
        limit_bytes: usize,
    },
    /// Its streams cannot be read.
    #[error("its streams cannot be read: {source}")]
    Stream {
        /// The reason.
        source: io::Error,
    },
}

fn cause(error: &ProcessError) -> String {
    std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default()
}

fn how(exit: Option<Exit>) -> String {
    exit.map(|exit| format!(": {exit}")).unwrap_or_default()
}

impl Fault {
    /// Returns the beginning of what the JVM said.
    pub(crate) fn report(&self) -> &str {
        match self {
            Self::Ended { report, .. } => report,
            Self::Start { .. }
            | Self::TimeLimit { .. }
            | Self::OutOfStep
            | Self::TooLarge { .. }
            | Self::Stream { .. } => "",
        }
    }
}
