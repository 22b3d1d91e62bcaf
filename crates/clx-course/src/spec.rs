//! The course spec as written: parsed and validated, before any topic is looked at.
//! Principal type: [`Spec`]; the parts are read by the modules below.

mod edit;
mod group;
mod malformed;
mod read;
mod report;
mod section;
mod target;
mod text;
mod xml;

use std::path::PathBuf;

use clx_core::{Language, LanguageProfile, OutputKind, ProgLang};

use crate::course::CodeRules;
use crate::local_text::LocalText;

pub use self::edit::{SectionError, SpecSection, SpecText};
pub(crate) use self::read::{read, read_file};
pub(crate) use self::report::Place;
pub use self::target::TargetSpec;

/// What the spec file says.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) name: LocalText,
    /// `name` as a directory.
    pub(crate) directory: LocalText,
    pub(crate) languages: Vec<LanguageProfile>,
    pub(crate) kinds: Vec<OutputKind>,
    pub(crate) prog_lang: Option<ProgLang>,
    pub(crate) author: String,
    pub(crate) organization: LocalText,
    pub(crate) description: LocalText,
    pub(crate) certificate: LocalText,
    pub(crate) inline_svg: bool,
    pub(crate) network: bool,
    pub(crate) github: Github,
    pub(crate) sections: Vec<SectionSpec>,
    pub(crate) groups: Vec<GroupSpec>,
    pub(crate) targets: Vec<TargetSpec>,
}

impl Spec {
    pub(crate) fn codes(&self) -> Vec<Language> {
        self.languages.iter().map(|profile| profile.code).collect()
    }
}

/// Where the output repositories of a course live.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Github {
    /// First part of the repositories' names.
    pub project_slug: Option<String>,
    /// Address that the repositories' names are appended to.
    pub repository_base: Option<String>,
    /// Whether the target `speaker` has a repository too.
    pub include_speaker: bool,
}

/// A section and the ids of its topics.
#[derive(Debug)]
pub(crate) struct SectionSpec {
    /// What `--only` may call it beside its name.
    pub(crate) id: Option<String>,
    pub(crate) name: LocalText,
    /// `name` as a directory.
    pub(crate) directory: LocalText,
    pub(crate) topics: Vec<TopicReference>,
    pub(crate) place: Place,
}

/// A topic as a section names it.
#[derive(Debug)]
pub(crate) struct TopicReference {
    pub(crate) id: String,
    pub(crate) html: bool,
    pub(crate) code: CodeRules,
    pub(crate) place: Place,
}

/// A directory group as the spec describes it.
#[derive(Debug)]
pub(crate) struct GroupSpec {
    /// Relative, without `..`; empty = the course directory.
    pub(crate) name: PathBuf,
    /// Relative to the course root, without `..`.
    pub(crate) path: PathBuf,
    /// Relative to `path`, without `..`.
    pub(crate) subdirs: Vec<PathBuf>,
    pub(crate) include_root_files: bool,
    pub(crate) recursive: bool,
    pub(crate) place: Place,
    /// The places of the section and the topic that it stands in.
    pub(crate) section: Option<Place>,
    pub(crate) topic: Option<Place>,
}
