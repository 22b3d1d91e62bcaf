//! Why nothing can be drawn, whatever the source. Principal type: [`DrawioError`].

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clx_browser::BrowserError;
use clx_process::ProcessError;

/// A problem with the tools, or with drawing a well-formed page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawioError {
    /// A file of the bundle is missing or cannot be read.
    #[error("the file {} of the draw.io bundle cannot be read", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The browser failed.
    #[error("the browser failed")]
    Browser(#[from] BrowserError),
    /// The page gave an answer that has another form than ours.
    #[error("the page that draws answered in another form")]
    Answer {
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Drawing took longer than its limit.
    #[error("drawing took longer than {} s", limit.as_secs_f64())]
    TimeLimit {
        /// The limit.
        limit: Duration,
    },
    /// A program could not be run.
    #[error("a program cannot be run")]
    Process(#[from] ProcessError),
    /// The desktop application ended without a picture.
    #[error("the desktop application made no picture ({exit}){}", words(output))]
    Desktop {
        /// How it ended.
        exit: String,
        /// What it printed.
        output: String,
    },
    /// A file for or by the desktop application could not be read or written.
    #[error("cannot use the file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A picture has not the form of its format.
    #[error("what was drawn is no {format}")]
    Form {
        /// The format.
        format: clx_core::PictureFormat,
    },
}

impl DrawioError {
    /// Tells whether a fresh renderer may draw what this one did not.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Browser(error) => error.is_gone(),
            Self::Desktop { .. } | Self::Form { .. } => true,
            Self::Bundle { .. }
            | Self::Answer { .. }
            | Self::TimeLimit { .. }
            | Self::Process(_)
            | Self::File { .. } => false,
        }
    }
}

fn words(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!(": {output}") }
}
