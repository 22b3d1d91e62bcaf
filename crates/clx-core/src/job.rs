//! The kinds of jobs that clx queues. Principal type: [`JobKind`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a job makes; names the pool that works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    /// The outputs of one notebook source.
    Notebook,
    /// The pictures of one PlantUML source.
    PlantUml,
    /// The pictures of one draw.io source.
    Drawio,
}

/// A text that names no job kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown job kind `{text}`, expected one of: notebook, plantuml, drawio")]
pub struct ParseJobKindError {
    /// The refused text.
    pub text: String,
}

impl JobKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Notebook, Self::PlantUml, Self::Drawio];

    /// Returns the name of the kind in the queue and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notebook => "notebook",
            Self::PlantUml => "plantuml",
            Self::Drawio => "drawio",
        }
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for JobKind {
    type Err = ParseJobKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| ParseJobKindError { text: text.to_owned() })
    }
}
