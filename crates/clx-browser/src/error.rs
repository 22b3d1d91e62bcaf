//! What can go wrong with a browser. Principal type: [`BrowserError`].

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clx_process::ProcessError;

/// A problem with a browser or one of its pages.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// There is no such program.
    #[error("there is no browser {}", program.display())]
    Missing {
        /// The program.
        program: PathBuf,
    },
    /// The browser could not be started.
    #[error("the browser cannot be started")]
    Start {
        /// The reason.
        source: ProcessError,
    },
    /// The pipes to the browser could not be used.
    #[error("the pipes to the browser cannot be used")]
    Pipe {
        /// The reason.
        source: io::Error,
    },
    /// The browser ended, or closed its pipes.
    #[error("the browser ended{}", ending(exit, last_output))]
    Ended {
        /// How it ended, such as `exit status 1`; empty if that is unknown.
        exit: String,
        /// Its last lines.
        last_output: String,
    },
    /// The process of a page crashed; other pages go on.
    #[error("the page crashed")]
    PageCrashed,
    /// A call had no answer within its limit.
    #[error("the browser did not answer {method} within {} s", limit.as_secs_f64())]
    TimedOut {
        /// The method of the protocol.
        method: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The browser refused a call.
    #[error("the browser refused {method}: {message}")]
    Refused {
        /// The method of the protocol.
        method: &'static str,
        /// Its words.
        message: String,
    },
    /// A page could not be loaded.
    #[error("{url} cannot be loaded: {message}")]
    Load {
        /// Its address.
        url: String,
        /// The browser's words.
        message: String,
    },
    /// A script threw an exception.
    #[error("a script failed: {message}")]
    Script {
        /// The exception, with its trace.
        message: String,
    },
    /// The version of a program could not be read.
    #[error("{} does not tell its version", program.display())]
    Version {
        /// The program.
        program: PathBuf,
    },
}

impl BrowserError {
    /// Tells whether a page, or the whole browser, is gone: a fresh one may do what this did not.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::PageCrashed | Self::Pipe { .. })
    }
}

fn ending(exit: &str, last_output: &str) -> String {
    let part = |before: &str, text: &str| match text {
        "" => String::new(),
        text => format!("{before}{text}"),
    };
    part(": ", exit) + &part("; it printed: ", last_output)
}
