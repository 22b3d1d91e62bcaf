//! A new topic of a course. Principal type: [`NewTopic`].

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clx_core::ProgLang;
use clx_course::{Course, SpecSection, SpecText, sanitize, topic_id};

use crate::error::ScaffoldError;
use crate::files::NewFiles;
use crate::starter::{Starter, Titles};

/// Numbers of modules and topics are multiples of these, so that others fit in between.
const MODULE_STEP: u32 = 100;
const TOPIC_STEP: u32 = 10;

/// A topic to make.
#[derive(Debug, Clone)]
pub struct NewTopic {
    /// Its id.
    pub name: String,
    /// Id, name or number of its section; by default the last one.
    pub section: Option<String>,
    /// German title; by default made of the name.
    pub title_de: Option<String>,
    /// English title; by default made of the name.
    pub title_en: Option<String>,
}

/// A topic that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeTopic {
    /// The source of its slides, relative to the course root.
    pub slides: PathBuf,
    /// Number of its section, from 1.
    pub section: usize,
    /// Last name of its section, for display.
    pub section_name: String,
    /// Whether its code is not run, as that of the topic before it.
    pub is_unevaluated: bool,
}

impl NewTopic {
    /// Makes the directory of the topic with a first source, and adds it to the spec of `course`, where
    /// nothing else changes.
    ///
    /// # Errors
    /// Any [`ScaffoldError`] but those of new courses; then all is as it was.
    pub fn create(&self, course: &Course) -> Result<MadeTopic, ScaffoldError> {
        let (german, english) = (self.title(&self.title_de)?, self.title(&self.title_en)?);
        let titles = Titles { german: &german, english: &english };
        self.check_name(course)?;
        let language = course.prog_lang.ok_or(ScaffoldError::NoProgLang)?;
        let spec = &course.spec;
        let text = fs::read_to_string(spec).map_err(ScaffoldError::io("read", spec))?;
        let unfit = || ScaffoldError::Spec {
            spec: course.shown(spec).to_owned(),
            element: format!("<topic>{}</topic>", self.name),
        };
        let parsed = SpecText::parse(&text).ok_or_else(unfit)?;
        let section = parsed.section(self.section.as_deref())?;
        let text = parsed.with_topic(&section, &self.name).ok_or_else(unfit)?;
        let slides = self.slides(course, &section, language)?;
        let source = Starter::Topic.source(language, titles);
        let files = vec![(slides.clone(), source)];
        NewFiles { directory: &course.root, files }.write()?;
        if let Err(error) = replace(spec, &text) {
            remove(&course.root, &slides);
            return Err(ScaffoldError::io("write", spec)(error));
        }
        Ok(MadeTopic {
            slides,
            section: section.number,
            section_name: section.names.last().cloned().unwrap_or_default(),
            is_unevaluated: section.is_unevaluated,
        })
    }

    /// Returns a title that a header can hold.
    fn title(&self, given: &Option<String>) -> Result<String, ScaffoldError> {
        let title = given.clone().unwrap_or_else(|| title_of(&self.name));
        let unfit = |hint| Err(ScaffoldError::Title { title: title.clone(), hint });
        if sanitize(&title).is_none() {
            return unfit("use at least one letter or digit");
        }
        if title.contains(['"', '\\', '\n'])
            || ["{{", "}}", "{%", "{#"].iter().any(|mark| title.contains(mark))
        {
            return unfit("leave out quotation marks, backslashes, line breaks and double braces");
        }
        Ok(title)
    }

    fn check_name(&self, course: &Course) -> Result<(), ScaffoldError> {
        let name = &self.name;
        let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let has_letter = name.chars().any(char::is_alphanumeric);
        if !has_letter || !name.chars().all(fits) {
            return Err(ScaffoldError::Name { name: name.clone() });
        }
        let mut topics = course.sections.iter().flat_map(|section| &section.topics);
        let named = topics.find(|topic| topic.id == *name).map(|topic| topic.path.clone());
        let is_in_spec = named.is_some();
        let found = named.or_else(|| entry(&course.root, name));
        match found {
            Some(path) => {
                let path = course.shown(&path).to_owned();
                Err(ScaffoldError::Taken { name: name.clone(), path, is_in_spec })
            }
            None => Ok(()),
        }
    }

    /// Returns the place of the slides, relative to the course root: in the module of the section's last
    /// topic that exists, else in a module of their own.
    fn slides(
        &self,
        course: &Course,
        section: &SpecSection,
        language: ProgLang,
    ) -> Result<PathBuf, ScaffoldError> {
        let topics = || course.sections.iter().flat_map(|section| &section.topics);
        let of_id = |id: &String| topics().find(|topic| topic.id == *id);
        let last = section.topics.iter().rev().find_map(of_id);
        let module = match last.and_then(|topic| topic.path.parent()) {
            Some(module) => course.shown(module).to_owned(),
            None => new_module(&course.root, section),
        };
        let number = next(&course.root.join(&module), TOPIC_STEP);
        let name = &self.name;
        let slides = module.join(format!("topic_{number:03}_{name}"));
        let slides = slides.join(format!("slides_{name}{}", language.extension()));
        check_inside(&course.root, &slides)?;
        Ok(slides)
    }
}

/// Returns the title that a name stands for: `for_loops` is `For loops`.
#[must_use]
pub fn title_of(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut characters = words.trim().chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// Returns the entry of a topic below `slides/` that the spec need not name.
fn entry(root: &Path, id: &str) -> Option<PathBuf> {
    let modules = directories(&root.join("slides"));
    let mut entries = modules.iter().flat_map(|module| names(module)).collect::<Vec<_>>();
    entries.sort();
    entries.into_iter().find(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.and_then(topic_id).as_deref() == Some(id)
    })
}

/// Returns the paths of the entries of a directory that the course sees.
fn names(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let visible = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"_"))
    };
    entries.map(|entry| entry.path()).filter(visible).collect()
}

fn directories(directory: &Path) -> Vec<PathBuf> {
    names(directory).into_iter().filter(|path| path.is_dir()).collect()
}

/// Names a module for a section, relative to the course root.
fn new_module(root: &Path, section: &SpecSection) -> PathBuf {
    let name = section.names.last().map(String::as_str).unwrap_or_default();
    let word = |word: &str| {
        let kept: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        (!kept.is_empty()).then(|| kept.to_lowercase())
    };
    let words: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).filter_map(word).collect();
    let number = next(&root.join("slides"), MODULE_STEP);
    let name = if words.is_empty() { "section".to_owned() } else { words.join("_") };
    Path::new("slides").join(format!("module_{number:03}_{name}"))
}

/// Returns the first multiple of `step` that is greater than all numbers of entries (`topic_110_x`), but
/// not less than 100.
fn next(directory: &Path, step: u32) -> u32 {
    let number = |path: PathBuf| -> Option<u32> {
        path.file_name()?.to_str()?.split('_').nth(1)?.split('.').next()?.parse().ok()
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let greatest = entries.filter_map(|entry| number(entry.path())).max();
    greatest
        .map_or(100, |greatest| (greatest / step).saturating_add(1).saturating_mul(step))
        .max(100)
}

/// Fails if a directory on the way to `relative` is a link out of the course.
fn check_inside(root: &Path, relative: &Path) -> Result<(), ScaffoldError> {
    let path = root.join(relative);
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(root);
    let real = |path: &Path| path.canonicalize().map_err(ScaffoldError::io("read", path));
    if real(existing)?.starts_with(real(root)?) {
        Ok(())
    } else {
        Err(ScaffoldError::Outside { path: existing.to_owned() })
    }
}

/// Replaces a file at once, keeping its permissions; a link stays one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.persist(&path)?;
    Ok(())
}

/// Removes the slides that were just made, and what this leaves empty.
fn remove(root: &Path, slides: &Path) {
    // What cannot be removed is an orphan that `clx orphans` finds.
    let _kept = fs::remove_file(root.join(slides));
    for directory in slides.ancestors().skip(1).take(2) {
        let _kept = fs::remove_dir(root.join(directory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_titles() {
        for (name, title) in [("loops", "Loops"), ("for_loops-2", "For loops 2"), ("über", "Über")]
        {
            assert_eq!(title_of(name), title);
        }
    }

    #[test]
    fn numbers_are_round_and_greater_than_all() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(next(dir.path(), 10), 100);
        for (entry, expected) in
            [("topic_100_a", 110), ("topic_115_b.py", 120), ("x", 120), ("topic_120_c", 130)]
        {
            fs::create_dir(dir.path().join(entry)).unwrap();
            assert_eq!(next(dir.path(), 10), expected, "{entry}");
        }
    }
}
