//! What a build must put where, without a word about how it is made.
//! Principal types: [`OutputPlan`]; made by [`outputs`] of a course and a [`Selection`].
//!
//! ```text
//! R/[public|speaker]/{De|En}/{course}/{Folien|Slides}/{Html|Notebooks|Python}/{Kind}/{section}/…
//! ```
//!
//! The audience level exists in the default target only.

mod build;
mod claim;
mod layout;
mod nothing;
mod picture;
mod place;
mod select;
mod shared;
mod support;

use std::path::PathBuf;
use std::sync::Arc;

use clx_core::{JobKind, Language, OutputFormat, OutputKind, PictureFormat, ProgLang};

use crate::course::CodeRules;
use crate::local_text::LocalText;

pub use self::build::outputs;
pub use self::place::{CoursePlace, course_places};
pub(crate) use self::select::default_target;

/// Where images lie in output trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImageMode {
    /// A copy per variant, beside its notebooks.
    #[default]
    Duplicated,
    /// A copy per language and audience, in `img/` of the course directory.
    Shared,
}

/// What the user of this build wants of the course.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// One default target there, with everything, instead of the targets of the spec.
    pub output_dir: Option<PathBuf>,
    /// Names of the spec's targets to keep; empty = all.
    pub targets: Vec<String>,
    /// Languages to keep; empty = all.
    pub languages: Vec<Language>,
    /// Names of the kinds to keep; empty = all.
    pub kinds: Vec<String>,
    /// Formats to keep; empty = all.
    pub formats: Vec<OutputFormat>,
    /// Where images go.
    pub image_mode: ImageMode,
    /// Formats of diagrams' pictures; empty = PNG.
    pub picture_formats: Vec<PictureFormat>,
}

impl Selection {
    /// Returns the formats of diagrams' pictures.
    #[must_use]
    pub fn pictures(&self) -> &[PictureFormat] {
        if self.picture_formats.is_empty() { &[PictureFormat::Png] } else { &self.picture_formats }
    }
}

/// Everything that a build must put into output trees. No path occurs twice.
#[derive(Debug, Clone, Default)]
pub struct OutputPlan {
    /// The selected targets, also those that the selection left empty.
    pub targets: Vec<Target>,
    /// The directories of the course in all targets, one per language and audience, also for
    /// languages that a target of the spec does not have.
    pub course_dirs: Vec<PathBuf>,
    /// Directories in which everything that is wanted is in this plan: what may be swept. Those of the
    /// course; of the selected variants if kinds or formats are selected; none for a part of a course.
    pub complete_dirs: Vec<PathBuf>,
    /// Section directories to create even if they stay empty.
    pub directories: Vec<PathBuf>,
    /// One entry per notebook source, in course order.
    pub notebooks: Vec<NotebookOutputs>,
    /// One entry per diagram source, in course order.
    pub diagrams: Vec<DiagramOutputs>,
    /// One entry per copied file, in course order, directory groups last.
    pub copies: Vec<FileCopy>,
}

/// An output root and what is wanted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Name in the spec, or `default`.
    pub name: String,
    /// Absolute path.
    pub root: PathBuf,
    /// Wanted kinds.
    pub kinds: Vec<OutputKind>,
    /// Wanted formats.
    pub formats: Vec<OutputFormat>,
    /// Wanted languages.
    pub languages: Vec<Language>,
    /// Whether the target has the levels `public` and `speaker`.
    pub is_default: bool,
}

impl Target {
    /// Tells whether the selection has left nothing to put there.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kinds.is_empty() || self.formats.is_empty() || self.languages.is_empty()
    }
}

/// The outputs of one notebook source.
#[derive(Debug, Clone)]
pub struct NotebookOutputs {
    /// Absolute path of the source.
    pub source: PathBuf,
    /// Path relative to the topic's directory.
    pub relative: PathBuf,
    /// The notebook's own language.
    pub prog_lang: ProgLang,
    /// Name of the (first) section, for display.
    pub section: LocalText,
    /// Titles, for display.
    pub titles: LocalText,
    /// How the code of its pages runs.
    pub code: CodeRules,
    /// All files of the topic that code may see, this notebook included.
    pub topic_support: Arc<[SupportFile]>,
    /// The pictures that the topic's diagrams make; code may see them, too.
    pub topic_pictures: Arc<[TopicPicture]>,
    /// Its outputs, in the order target, language, format, kind. May be empty.
    pub outputs: Vec<NotebookOutput>,
}

impl NotebookOutputs {
    /// Returns the files of the topic that the notebook's code may see, in visiting order.
    pub fn support_files(&self) -> impl Iterator<Item = &SupportFile> {
        self.topic_support.iter().filter(|file| file.source != self.source)
    }
}

/// One output file of a notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotebookOutput {
    /// Absolute path.
    pub path: PathBuf,
    /// Language of the text.
    pub language: Language,
    /// Rules of the kind.
    pub kind: Arc<OutputKind>,
    /// Format of the file.
    pub format: OutputFormat,
    /// What replaces `img/` at the beginning of media paths; `img/` = nothing is replaced.
    pub img_prefix: String,
}

/// A file that the code of a topic's notebooks may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportFile {
    /// Absolute path.
    pub source: PathBuf,
    /// Path relative to the topic's directory.
    pub relative: PathBuf,
    /// Whether the file is a notebook: another notebook counts only if its stem occurs as a word in
    /// a code cell or in another support file, which whoever reads the cells must decide.
    pub is_notebook: bool,
}

/// A picture that a diagram of a topic makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPicture {
    /// Absolute path of the diagram's source.
    pub diagram: PathBuf,
    /// Path relative to the topic's directory, such as `img/week.png`.
    pub relative: PathBuf,
    /// Its format.
    pub format: PictureFormat,
    /// Whether it lies in output trees; else only pages hold it.
    pub is_placed: bool,
}

/// The pictures of one diagram source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagramOutputs {
    /// Absolute path of the source.
    pub source: PathBuf,
    /// Which tool converts it.
    pub kind: JobKind,
    /// Name of the pictures without extension.
    pub stem: String,
    /// One entry per wanted format.
    pub pictures: Vec<DiagramPicture>,
}

/// A diagram in one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagramPicture {
    /// The format.
    pub format: PictureFormat,
    /// Absolute paths of `img/<stem>.<format>` in the output trees.
    pub places: Vec<PathBuf>,
}

/// A file that is copied as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCopy {
    /// Absolute path of the source.
    pub source: PathBuf,
    /// Absolute paths of the copies.
    pub destinations: Vec<PathBuf>,
    /// Whether the copies have the modification time of the source (files of directory groups).
    pub keep_mtime: bool,
}
