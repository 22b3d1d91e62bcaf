//! The kinds of jobs that clx queues and what they are told. Principal types: [`JobKind`],
//! [`NotebookInput`], [`NotebookRequest`].

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::format::OutputFormat;
use crate::kind::OutputKind;
use crate::language::{Language, LanguageProfile};
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
    /// The languages that requests name, each once: profiles and rules are long, and a dozen
    /// requests share a few.
    pub languages: Vec<LanguageProfile>,
    /// The kinds that requests name, each once.
    pub kinds: Vec<OutputKind>,
}

impl NotebookInput {
    /// Returns the profile of a request's language, if the input has it.
    #[must_use]
    pub fn profile(&self, request: &NotebookRequest) -> Option<&LanguageProfile> {
        self.languages.iter().find(|profile| profile.code == request.language)
    }

    /// Returns the rules of a request's kind, if the input has them.
    #[must_use]
    pub fn rules(&self, request: &NotebookRequest) -> Option<&OutputKind> {
        self.kinds.iter().find(|kind| kind.name == request.kind)
    }
}

/// One output wanted of a notebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotebookRequest {
    /// Language of the text, one of [`NotebookInput::languages`].
    pub language: Language,
    /// Name of the kind, one of [`NotebookInput::kinds`].
    pub kind: String,
    /// Format of the file.
    pub format: OutputFormat,
    /// What replaces `img/` at the beginning of media paths.
    pub img_prefix: String,
    /// Organisation named in slide headers, in this language; may be empty.
    pub organization: String,
}
