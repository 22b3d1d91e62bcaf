//! Pictures and links in prose.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};

use clx_core::{Diagnostic, Language, Severity};
use clx_course::{Course, FileClass, NotebookOutputs, Topic};
use clx_notebook::{Cell, CellType, NotebookRenderer, Value, Variant};
use clx_render::{Reference, ReferenceKind, references};

use crate::{FurtherPictures, code};

/// Which files lie beside the outputs of a notebook: those of the topics of its sections, all in one
/// directory, and the pictures that diagrams make.
#[derive(Debug)]
pub(crate) struct SectionFiles<'c> {
    /// Relative paths by source of a notebook.
    beside: BTreeMap<&'c Path, HashSet<PathBuf>>,
    /// The directory that relative paths begin at, by source of a notebook.
    directories: BTreeMap<&'c Path, &'c Path>,
    further: &'c FurtherPictures,
}

impl<'c> SectionFiles<'c> {
    pub(crate) fn of(course: &'c Course, further: &'c FurtherPictures) -> Self {
        let mut files = Self { beside: BTreeMap::new(), directories: BTreeMap::new(), further };
        for section in &course.sections {
            let of_topic = |topic: &'c Topic| topic.files.iter().filter_map(placed);
            let beside: HashSet<PathBuf> = section.topics.iter().flat_map(of_topic).collect();
            for topic in &section.topics {
                for file in &topic.files {
                    if matches!(file.class, FileClass::Notebook(_)) {
                        files.beside.entry(&file.path).or_default().extend(beside.iter().cloned());
                        files.directories.insert(&file.path, &topic.directory);
                    }
                }
            }
        }
        files
    }

    /// Tells whether something lies at a path, or below it.
    fn has(&self, notebook: &NotebookOutputs, path: &Path) -> bool {
        let is_picture = notebook.topic_pictures.iter().any(|picture| {
            let further = self.further.get(&picture.diagram).into_iter().flatten();
            let extension = picture.format.name();
            let mut further = further.map(|name| format!("{name}.{extension}"));
            picture.relative == path
                || further.any(|name| picture.relative.with_file_name(name) == path)
        });
        let beside = self.beside.get(&*notebook.source);
        is_picture
            || beside.is_some_and(|files| {
                files.contains(path) || files.iter().any(|file| file.starts_with(path))
            })
    }
}

fn placed(file: &clx_course::TopicFile) -> Option<PathBuf> {
    match file.class {
        FileClass::Image | FileClass::Data => Some(file.relative.clone()),
        FileClass::Notebook(_)
        | FileClass::UnsupportedNotebook
        | FileClass::PlantUml
        | FileClass::Drawio => None,
    }
}

/// Reports what prose shows or links to in vain.
pub(crate) fn check(
    renderer: &mut NotebookRenderer,
    variants: &[Variant],
    notebook: &NotebookOutputs,
    shown: &Path,
    files: &SectionFiles<'_>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: Vec<Language> = Vec::new();
    for variant in variants {
        let language = variant.language.code;
        if seen.contains(&language) {
            continue;
        }
        seen.push(language);
        let Ok(unfiltered) = renderer.unfiltered(variant) else { continue };
        let prose = unfiltered.cells.iter().filter(|cell| is_prose(cell, language));
        for cell in prose {
            for reference in references(&cell.source) {
                let Some(path) = local_path(&reference) else { continue };
                if files.has(notebook, &path) {
                    continue;
                }
                let line = renderer.source_line(variant, cell, reference.line);
                let is_on_disk = files
                    .directories
                    .get(&*notebook.source)
                    .is_some_and(|directory| directory.join(&path).exists());
                problems.push(missing(&reference, is_on_disk).at(shown, line, None));
            }
        }
    }
    problems
}

fn is_prose(cell: &Cell, language: Language) -> bool {
    let lang = cell.metadata.get("lang").and_then(Value::as_text).unwrap_or_default();
    cell.cell_type == CellType::Markdown && (lang.is_empty() || lang == language.code())
}

/// Returns the path below the section directory that a reference means. Other sites, places on a page,
/// what lies elsewhere in the output trees and outputs themselves have none.
fn local_path(reference: &Reference) -> Option<PathBuf> {
    let target = reference.target.split(['#', '?']).next().unwrap_or_default();
    let scheme = target.split_once(':').map(|(scheme, _)| scheme);
    let is_url = scheme.is_some_and(|scheme| {
        scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    if target.is_empty() || is_url || target.starts_with('/') {
        return None;
    }
    let mut path = PathBuf::new();
    for part in Path::new(&decoded(target)).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let is_page = path.extension().is_some_and(|suffix| suffix == "html" || suffix == "ipynb");
    (!is_page && path != Path::new("")).then_some(path)
}

/// Decodes `%20` and the like.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn missing(reference: &Reference, is_on_disk: bool) -> Diagnostic {
    let (code, category, what) = match reference.kind {
        ReferenceKind::Media => (code::PICTURE_MISSING, "missing_picture", "picture or video"),
        ReferenceKind::Link => (code::LINKED_FILE_MISSING, "missing_file", "linked file"),
    };
    let target = &reference.target;
    let problem = |message| Diagnostic::new(Severity::High, code, category, message);
    if is_on_disk {
        let message = format!("the {what} `{target}` does not come along to the outputs");
        let hint = "a topic that is a single file takes along only what it names as `<img src=\"…\">` \
                    with double quotes; make it a directory to take along all";
        problem(message).with_hint(hint)
    } else {
        let hint = "correct the path, which is relative to the topic, or add the file";
        problem(format!("the {what} `{target}` is no file of the topic")).with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_paths_are_those_beside_the_page() {
        for (target, expected) in [
            ("img/a.png", Some("img/a.png")),
            ("./img/a%20b.png?x#y", Some("img/a b.png")),
            ("data/", Some("data")),
            ("https://example.org/a.png", None),
            ("mailto:a@b", None),
            ("data:image/png;base64,xx", None),
            ("//host/a.png", None),
            ("/a.png", None),
            ("../img/a.png", None),
            ("#top", None),
            ("02 Lists.html", None),
            ("100%.png", Some("100%.png")),
        ] {
            let reference =
                Reference { target: target.to_owned(), line: 0, kind: ReferenceKind::Media };
            assert_eq!(local_path(&reference), expected.map(PathBuf::from), "{target}");
        }
    }
}
