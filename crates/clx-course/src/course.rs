//! The course model: what there is to build, before anyone says where. Principal type: [`Course`].

use std::path::{Path, PathBuf};

use clx_core::{Language, LanguageProfile, OutputKind, ProgLang};

use crate::local_text::LocalText;
use crate::source::GroupFile;
use crate::spec::{Github, TargetSpec};

/// A course: its spec, and the sources that the spec names.
#[derive(Debug, Clone)]
pub struct Course {
    /// The course root, absolute.
    pub root: PathBuf,
    /// The spec file, absolute.
    pub spec: PathBuf,
    /// Name as written: the title of outlines.
    pub name: LocalText,
    /// Name of the course directory in output trees, never empty and without separators.
    pub directory: LocalText,
    /// Languages, in the order of the spec.
    pub languages: Vec<LanguageProfile>,
    /// Kinds that targets may ask for.
    pub kinds: Vec<OutputKind>,
    /// Language whose directory holds the code outputs.
    pub prog_lang: Option<ProgLang>,
    /// Text for slide headers.
    pub author: String,
    /// Text for slide headers.
    pub organization: LocalText,
    /// Carried along.
    pub description: LocalText,
    /// Carried along.
    pub certificate: LocalText,
    /// Whether pages hold the SVG pictures of diagrams themselves.
    pub inline_svg: bool,
    /// Whether code that runs in containers may use the network, default no.
    pub network: bool,
    /// Where the output repositories live.
    pub github: Github,
    /// Whether only some of its sections and topics are wanted. Then others, and directory groups, are
    /// there only as far as they decide about names, numbers and places of what is wanted.
    pub is_part: bool,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Directory groups in order.
    pub dir_groups: Vec<DirGroup>,
    /// Targets of the spec, in order.
    pub targets: Vec<TargetSpec>,
}

impl Course {
    /// Returns the codes of the course's languages.
    #[must_use]
    pub fn codes(&self) -> Vec<Language> {
        self.languages.iter().map(|profile| profile.code).collect()
    }

    /// Returns `path` relative to the course root, as diagnostics show it.
    #[must_use]
    pub fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

/// A section of a course.
#[derive(Debug, Clone)]
pub struct Section {
    /// Name as written.
    pub name: LocalText,
    /// Name of the section directories, never empty and without separators.
    pub directory: LocalText,
    /// Whether it is wanted, or a topic of it.
    pub is_wanted: bool,
    /// Topics in order.
    pub topics: Vec<Topic>,
}

/// A topic at its place in a section.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The id in the spec.
    pub id: String,
    /// Whether its outputs are wanted.
    pub is_wanted: bool,
    /// The entry below `slides/`, absolute: a directory, or a file.
    pub path: PathBuf,
    /// What relative paths of the topic begin at: the topic, or the module of a file topic.
    pub directory: PathBuf,
    /// Whether its notebooks have HTML outputs.
    pub html: bool,
    /// How the code of its pages runs.
    pub code: CodeRules,
    /// Its files in visiting order.
    pub files: Vec<TopicFile>,
}

/// How the code of a topic's pages runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeRules {
    /// Whether it runs at all; `evaluate="no"` shows it without outputs.
    pub evaluate: bool,
    /// Whether a failing cell is passed over, without outputs and with a warning.
    pub skip_errors: bool,
}

/// A file of a topic.
#[derive(Debug, Clone)]
pub struct TopicFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Path relative to the topic's directory.
    pub relative: PathBuf,
    /// What the file is.
    pub class: FileClass,
}

/// What a file of a topic is.
#[derive(Debug, Clone)]
pub enum FileClass {
    /// A notebook source.
    Notebook(NotebookInfo),
    /// A notebook source in a language without support: reported, not built. It keeps its number.
    UnsupportedNotebook,
    /// A PlantUML diagram.
    PlantUml,
    /// A draw.io diagram.
    Drawio,
    /// A picture.
    Image,
    /// Any other file.
    Data,
}

/// What the name of a notebook's outputs is made of.
#[derive(Debug, Clone)]
pub struct NotebookInfo {
    /// The notebook's own language.
    pub prog_lang: ProgLang,
    /// Raw titles; each gives a usable file name.
    pub titles: LocalText,
    /// Position among the notebooks of the section, from 1.
    pub number: usize,
}

/// A directory group: files copied beside the slides.
#[derive(Debug, Clone)]
pub struct DirGroup {
    /// Destination relative to the course directory; empty = the course directory itself.
    pub name: PathBuf,
    /// Whether its copies are wanted.
    pub is_wanted: bool,
    /// Its files in order.
    pub files: Vec<GroupFile>,
}
