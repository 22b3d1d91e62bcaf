//! The slides of a course: which sources its topics have. Principal function: [`decks`].

use std::path::{Path, PathBuf};

use clx_core::Language;
use serde::Serialize;

use crate::course::{Course, FileClass, Section};
use crate::plan::{NotebookOutput, OutputPlan};

/// A notebook source at its place in a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deck {
    /// Number of the section, from 1.
    pub section: usize,
    /// Name of the section, in English or the first language.
    pub section_name: String,
    /// Id of the topic.
    pub topic: String,
    /// Position in the section, from 1. `None` if its language is not supported.
    pub number: Option<usize>,
    /// Title, in English or the first language; empty if the language is not supported.
    pub title: String,
    /// The source, relative to the course root.
    #[serde(serialize_with = "clx_core::path_as_text")]
    pub file: PathBuf,
    /// How many outputs the plan has of it in this section.
    pub outputs: usize,
}

/// Returns the notebook sources of a course in order; one that stands in two sections twice.
#[must_use]
pub fn decks(course: &Course, plan: &OutputPlan) -> Vec<Deck> {
    let codes = course.codes();
    let language = codes.iter().find(|&&code| code == Language::EN).or(codes.first()).copied();
    let text = |texts: &crate::LocalText| {
        language.map(|language| texts.get(language).to_owned()).unwrap_or_default()
    };
    let mut decks = Vec::new();
    for (at, section) in course.sections.iter().enumerate() {
        for topic in &section.topics {
            for file in &topic.files {
                let (number, title) = match &file.class {
                    FileClass::Notebook(info) => (Some(info.number), text(&info.titles)),
                    FileClass::UnsupportedNotebook => (None, String::new()),
                    FileClass::PlantUml
                    | FileClass::Drawio
                    | FileClass::Image
                    | FileClass::Data => continue,
                };
                decks.push(Deck {
                    section: at + 1,
                    section_name: text(&section.name),
                    topic: topic.id.clone(),
                    number,
                    title,
                    file: course.shown(&file.path).to_owned(),
                    outputs: n_outputs(plan, section, &file.path),
                });
            }
        }
    }
    decks
}

fn n_outputs(plan: &OutputPlan, section: &Section, source: &Path) -> usize {
    let lies_there = |output: &&NotebookOutput| {
        let directory = output.path.parent().and_then(Path::file_name);
        directory.is_some_and(|name| name == section.directory.get(output.language))
    };
    let own = plan.notebooks.iter().filter(|notebook| notebook.source == source);
    own.flat_map(|notebook| &notebook.outputs).filter(lies_there).count()
}
