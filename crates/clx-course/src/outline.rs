//! Outlines: what a course teaches, in one language. Principal type: [`Outline`].

use std::fmt::Write;
use std::path::PathBuf;

use clx_core::Language;
use serde::Serialize;

use crate::course::{Course, FileClass, Section, Topic};
use crate::name;

/// Course, sections and titles of notebooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// Name of the course as written.
    pub course_name: String,
    /// Language of all texts.
    pub language: Language,
    /// Its sections in order.
    pub sections: Vec<OutlineSection>,
}

/// A section of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineSection {
    /// Name as written.
    pub name: String,
    /// Its topics in order.
    pub topics: Vec<OutlineTopic>,
}

/// A topic of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineTopic {
    /// Id in the spec.
    pub id: String,
    /// Its notebooks in order.
    pub notebooks: Vec<OutlineNotebook>,
}

/// A notebook of an outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineNotebook {
    /// Position in the section, from 1.
    pub number: usize,
    /// Title as written.
    pub title: String,
    /// The source, relative to the course root.
    #[serde(serialize_with = "clx_core::path_as_text")]
    pub file: PathBuf,
}

impl Outline {
    /// Makes the outline of a course in one of its languages.
    #[must_use]
    pub fn new(course: &Course, language: Language) -> Self {
        let section = |section: &Section| OutlineSection {
            name: section.name.get(language).to_owned(),
            topics: section.topics.iter().map(|topic| topic_of(course, topic, language)).collect(),
        };
        Self {
            course_name: course.name.get(language).to_owned(),
            language,
            sections: course.sections.iter().map(section).collect(),
        }
    }

    /// Returns the outlines in all languages, each with the stem of its file: the sanitised course
    /// name, with the language if another one has the same.
    #[must_use]
    pub fn all(course: &Course) -> Vec<(String, Self)> {
        let stem = |language| name::sanitize(course.name.get(language)).unwrap_or_default();
        let codes = course.codes();
        let file = |&language: &Language| {
            let own = stem(language);
            let is_shared = codes.iter().any(|&other| other != language && stem(other) == own);
            let suffix = if is_shared { format!("-{language}") } else { String::new() };
            (format!("{own}{suffix}"), Self::new(course, language))
        };
        codes.iter().map(file).collect()
    }

    /// Returns the outline as Markdown: the course as `#`, sections as `##`, lists of raw titles.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n", self.course_name);
        for section in &self.sections {
            add_line(&mut text, format_args!("\n## {}\n", section.name));
            for notebook in section.topics.iter().flat_map(|topic| &topic.notebooks) {
                add_line(&mut text, format_args!("- {}", notebook.title));
            }
        }
        text
    }
}

fn topic_of(course: &Course, topic: &Topic, language: Language) -> OutlineTopic {
    let mut notebooks = Vec::new();
    for file in &topic.files {
        if let FileClass::Notebook(info) = &file.class {
            notebooks.push(OutlineNotebook {
                number: info.number,
                title: info.titles.get(language).to_owned(),
                file: course.shown(&file.path).to_owned(),
            });
        }
    }
    OutlineTopic { id: topic.id.clone(), notebooks }
}

fn add_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}
