//! The kinds of jobs that clx queues and what they are told. Principal types: [`JobKind`],
//! [`NotebookInput`], [`NotebookRequest`].

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::format::OutputFormat;
use crate::kind::OutputKind;
use crate::language::LanguageProfile;
use crate::prog_lang::ProgLang;

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

/// What all outputs of a notebook have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotebookInput {
    /// The source relative to the course root, for messages; never part of a key.
    pub file: PathBuf,
    /// Its programming language.
    pub prog_lang: ProgLang,
    /// Author named in slide headers, may be empty.
    pub author: String,
}

/// One output wanted of a notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotebookRequest {
    /// Language of the text.
    pub language: LanguageProfile,
    /// Rules of the kind.
    pub kind: OutputKind,
    /// Format of the file.
    pub format: OutputFormat,
    /// What replaces `img/` at the beginning of media paths.
    pub img_prefix: String,
    /// Organisation named in slide headers, in this language; may be empty.
    pub organization: String,
}
