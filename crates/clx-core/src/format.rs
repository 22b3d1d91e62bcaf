//! The formats of outputs. Principal types: [`OutputFormat`] of notebooks, [`PictureFormat`] of
//! diagrams.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The format of one output of a notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// A page, executed if the kind asks for it.
    Html,
    /// A Jupyter notebook, nbformat 4.5, never executed.
    Notebook,
    /// A percent script in the notebook's own language.
    Code,
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{text}`, expected one of: code, html, notebook")]
pub struct ParseFormatError {
    /// The refused text.
    pub text: String,
}

impl OutputFormat {
    /// All formats, in the order of the output tree's documentation.
    pub const ALL: [Self; 3] = [Self::Html, Self::Notebook, Self::Code];

    /// Returns the name used in course specs and payloads.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Notebook => "notebook",
            Self::Code => "code",
        }
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for OutputFormat {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| ParseFormatError { text: text.to_owned() })
    }
}

/// The format of a diagram's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureFormat {
    /// Pixels.
    Png,
    /// Scalable, as browsers show it.
    Svg,
    /// A page for print.
    Pdf,
}

impl PictureFormat {
    /// Returns the name used in payloads, which is also the extension of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
        }
    }
}

impl fmt::Display for PictureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
