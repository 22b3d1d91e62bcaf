//! Outlines: course, sections and notebook titles as Markdown. Principal function: [`outline`].

use std::fmt::Write;

use clx_core::Language;

use crate::course::{Course, FileClass};
use crate::name;

/// An outline as a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineFile {
    /// Language of the outline.
    pub language: Language,
    /// Name of the file: the sanitised course name, with the language if another one has the same.
    pub name: String,
    /// The Markdown text.
    pub text: String,
}

/// Returns the outline in one language: the course as `#`, sections as `##`, lists of raw titles.
#[must_use]
pub fn outline(course: &Course, language: Language) -> String {
    let mut text = format!("# {}\n", course.name.get(language));
    for section in &course.sections {
        add_line(&mut text, format_args!("\n## {}\n", section.name.get(language)));
        for file in section.topics.iter().flat_map(|topic| &topic.files) {
            if let FileClass::Notebook(info) = &file.class {
                add_line(&mut text, format_args!("- {}", info.titles.get(language)));
            }
        }
    }
    text
}

fn add_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}

/// Returns the outlines in all languages with the names of their files.
#[must_use]
pub fn outline_files(course: &Course) -> Vec<OutlineFile> {
    let stem = |language| name::sanitize(course.name.get(language)).unwrap_or_default();
    let codes = course.codes();
    let file = |&language: &Language| {
        let own = stem(language);
        let is_shared = codes.iter().any(|&other| other != language && stem(other) == own);
        let suffix = if is_shared { format!("-{language}") } else { String::new() };
        OutlineFile { language, name: format!("{own}{suffix}.md"), text: outline(course, language) }
    };
    codes.iter().map(file).collect()
}
