//! The kinds of jobs that clx queues and what they are told. Principal types: [`JobKind`],
//! [`NotebookInput`], [`NotebookRequest`], [`DiagramInput`], [`DiagramRequest`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::Subject;
use crate::format::{OutputFormat, PictureFormat};
use crate::hash::ContentHash;
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
    /// The course's own templates of pages, in the store: a JSON object of file names and texts.
    pub templates: Option<ContentHash>,
    /// What happens to the code of pages whose kind runs it.
    pub code: CodeUse,
    /// Pictures that stand in pages themselves.
    #[serde(default)]
    pub inline: Vec<InlinePicture>,
}

/// An SVG picture that stands in pages in the place of images that refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinePicture {
    /// What images refer to it by, relative to the topic: `img/plan.svg`, `img/plan.png`.
    pub paths: Vec<PathBuf>,
    /// Its bytes.
    pub hash: ContentHash,
}

/// What happens to the code of pages whose kind runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeUse {
    /// It is shown without outputs.
    #[default]
    Show,
    /// The same for lack of a kernel; the pages say so.
    NoKernel,
    /// It is run.
    Run(CodeRun),
}

/// How code is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRun {
    /// Name of the kernel.
    pub kernel: String,
    /// Digest of everything about the kernel and its environment that can change an output.
    pub identity: ContentHash,
    /// Whether failing cells are passed over, without outputs and with a warning.
    pub skip_errors: bool,
    /// Whether outputs that the store has are used; not part of a key.
    pub reuse: bool,
    /// How long one cell may run; not part of a key.
    pub cell_limit: Option<Duration>,
    /// Files beside the notebook that its code may see.
    pub files: Vec<VisibleFile>,
}

/// A file that code may see. Its bytes are in the store when the job runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VisibleFile {
    /// Path relative to the directory in which the code runs.
    pub path: PathBuf,
    /// Its bytes.
    pub hash: ContentHash,
    /// Another notebook: code sees it only if its stem is a word of the code or of a file that the
    /// code sees, so that editing prose there runs nothing here.
    pub is_notebook: bool,
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
    /// Title of a page, in this language; other formats have none.
    pub title: String,
}

impl NotebookRequest {
    /// Returns what the output of the source `file` is, for people.
    #[must_use]
    pub fn subject(&self, file: &Path) -> Subject {
        Subject {
            kind: self.format.name().to_owned(),
            source: file.display().to_string(),
            variant: format!("{} {}", self.language, self.kind),
        }
    }
}

/// What all pictures of a diagram source have in common, whatever draws it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagramInput {
    /// The source relative to the course root: for messages, for names of pictures, and because
    /// includes are relative to it.
    pub file: PathBuf,
    /// The files that it includes, directly and through others.
    pub files: Vec<IncludedFile>,
}

/// A file that a diagram includes. Its bytes are in the store when the job runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IncludedFile {
    /// Path relative to the course root.
    pub path: PathBuf,
    /// Its bytes.
    pub hash: ContentHash,
}

/// One picture wanted of a diagram source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagramRequest {
    /// Format of the file.
    pub format: PictureFormat,
    /// Which block (PlantUML) or page (draw.io), by its name; `None` is the first.
    pub part: Option<String>,
}

impl DiagramRequest {
    /// Returns what the picture of the source `file` is, for people.
    #[must_use]
    pub fn subject(&self, file: &Path) -> Subject {
        Subject {
            kind: self.format.name().to_owned(),
            source: file.display().to_string(),
            variant: self.part.clone().unwrap_or_default(),
        }
    }
}
