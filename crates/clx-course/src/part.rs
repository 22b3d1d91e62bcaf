//! Which sections and topics of a course are wanted. Principal type: [`Part`].
//!
//! Names and numbers of outputs are those of the whole course. So beside what is wanted, the topics
//! before it in its section are read, and all of the earlier sections that share a directory with it:
//! they count, and they are the first to claim an output path.

use std::collections::{BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};

use clx_core::{Diagnostic, suggest};

use crate::source::TopicMap;
use crate::spec::{GroupSpec, SectionSpec, Spec};
use crate::{category, code};

/// Names listed in a hint.
const SHOWN: usize = 5;

/// What is wanted of a course, section by section.
#[derive(Debug)]
pub(crate) struct Part<'s> {
    spec: &'s Spec,
    is_everything: bool,
    sections: Vec<Extent>,
}

/// What is wanted of a section.
#[derive(Debug, Clone)]
pub(crate) struct Extent {
    /// Whether the section itself was asked for, with everything in it.
    is_whole: bool,
    /// One entry per topic.
    topics: Vec<bool>,
    /// How many topics, from the first, have to be read.
    n_read: usize,
}

impl<'s> Part<'s> {
    /// Returns the part that is the whole course.
    pub(crate) fn everything(spec: &'s Spec) -> Self {
        let extent = |section: &SectionSpec| {
            let n = section.topics.len();
            Extent { is_whole: true, topics: vec![true; n], n_read: n }
        };
        Self { spec, is_everything: true, sections: spec.sections.iter().map(extent).collect() }
    }

    /// Returns the part that `names` stand for. A name that is unknown as it is may be several, with
    /// commas between them.
    ///
    /// # Errors
    ///
    /// A diagnostic for each name that is neither a section nor a topic; `shown` is the spec file.
    pub(crate) fn named(
        spec: &'s Spec,
        topics: Option<&TopicMap>,
        names: &[String],
        shown: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut part = Self::nothing(spec);
        let mut unknown = Vec::new();
        for text in names.iter().map(|text| text.trim()) {
            if part.add(text, topics) {
                continue;
            }
            let split =
                text.split(',').map(str::trim).filter(|name| text == *name || !name.is_empty());
            unknown.extend(split.filter(|name| !part.add(name, topics)));
        }
        if !unknown.is_empty() {
            return Err(unknown.iter().map(|name| part.unknown(name, shown)).collect());
        }
        part.find_what_to_read();
        Ok(part)
    }

    /// Returns the part that has the topics in which files changed, and where those lie. `None` if
    /// nothing changed, or if a file lies in no topic of the spec.
    pub(crate) fn touched(
        spec: &'s Spec,
        topics: &TopicMap,
        changed: &[PathBuf],
    ) -> Option<(Self, Vec<PathBuf>)> {
        let named = || spec.sections.iter().flat_map(|section| &section.topics);
        let topic_of = |path: &PathBuf| {
            let mut entries = named().filter_map(|reference| topics.get(&reference.id));
            entries.find(|entry| path.starts_with(&entry.path)).map(|entry| &*entry.path)
        };
        let touched: BTreeSet<&Path> = changed.iter().map(topic_of).collect::<Option<_>>()?;
        if touched.is_empty() {
            return None;
        }
        let mut part = Self::nothing(spec);
        for (section, extent) in spec.sections.iter().zip(&mut part.sections) {
            for (topic, wanted) in section.topics.iter().zip(&mut extent.topics) {
                *wanted = topics.get(&topic.id).is_some_and(|entry| touched.contains(&*entry.path));
            }
        }
        part.find_what_to_read();
        Some((part, touched.into_iter().map(Path::to_owned).collect()))
    }

    fn nothing(spec: &'s Spec) -> Self {
        let nothing = |section: &SectionSpec| Extent {
            is_whole: false,
            topics: vec![false; section.topics.len()],
            n_read: 0,
        };
        let sections = spec.sections.iter().map(nothing).collect();
        Self { spec, is_everything: false, sections }
    }

    /// Tells whether this is the whole course.
    pub(crate) const fn is_everything(&self) -> bool {
        self.is_everything
    }

    /// Returns the sections with what is wanted of them.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (&'s SectionSpec, &Extent)> {
        self.spec.sections.iter().zip(&self.sections)
    }

    /// Tells whether the topic of an id is wanted anywhere.
    pub(crate) fn has_topic(&self, id: &str) -> bool {
        self.is_everything
            || self.sections().any(|(section, extent)| {
                section
                    .topics
                    .iter()
                    .zip(&extent.topics)
                    .any(|(topic, wanted)| *wanted && topic.id == id)
            })
    }

    /// Tells whether a directory group is wanted: one of a wanted topic or section, unless everything
    /// is.
    pub(crate) fn has_group(&self, group: &GroupSpec) -> bool {
        if self.is_everything {
            return true;
        }
        let in_topic = |section: &SectionSpec, extent: &Extent| {
            let mut topics = section.topics.iter().zip(&extent.topics);
            topics.any(|(topic, wanted)| *wanted && Some(topic.place) == group.topic)
        };
        self.sections().any(|(section, extent)| {
            Some(section.place) == group.section && (extent.is_whole || in_topic(section, extent))
        })
    }

    /// Adds what a name stands for; false if it stands for nothing.
    fn add(&mut self, name: &str, topics: Option<&TopicMap>) -> bool {
        let mut found = false;
        let spec = self.spec;
        for (number, (section, extent)) in
            (1_usize..).zip(spec.sections.iter().zip(&mut self.sections))
        {
            if is_called(section, number, name) {
                found = true;
                extent.is_whole = true;
                extent.topics.fill(true);
            }
            for (topic, wanted) in section.topics.iter().zip(&mut extent.topics) {
                let entry = || topics.and_then(|topics| topics.get(&topic.id));
                if topic.id == name || entry().is_some_and(|entry| lies_at(&entry.path, name)) {
                    found = true;
                    *wanted = true;
                }
            }
        }
        found
    }

    fn find_what_to_read(&mut self) {
        let mut directories: HashSet<&str> = HashSet::new();
        for (section, extent) in self.spec.sections.iter().zip(&mut self.sections).rev() {
            let mut own = section.directory.iter().map(|(_, directory)| directory);
            extent.n_read = if own.any(|directory| directories.contains(directory)) {
                section.topics.len()
            } else {
                extent.topics.iter().rposition(|wanted| *wanted).map_or(0, |last| last + 1)
            };
            if extent.topics.contains(&true) {
                directories.extend(section.directory.iter().map(|(_, directory)| directory));
            }
        }
    }

    fn unknown(&self, name: &str, shown: &Path) -> Diagnostic {
        let sections = || self.spec.sections.iter();
        let ids = sections().filter_map(|section| section.id.as_deref());
        let titles = sections().flat_map(|section| section.name.iter().map(|(_, title)| title));
        let topics = sections().flat_map(|section| &section.topics).map(|topic| topic.id.as_str());
        let mut ranked = suggest::nearest(name, ids.chain(titles).chain(topics));
        ranked.dedup();
        let nearest: Vec<_> = ranked.iter().take(SHOWN).map(|(_, it)| format!("`{it}`")).collect();
        let hint = suggest::did_you_mean(name, &ranked).unwrap_or_else(|| match &nearest[..] {
            [] => "it has no sections".to_owned(),
            _ => format!("the nearest names are {}", nearest.join(", ")),
        });
        let message = format!("the course has no section or topic `{name}`");
        Diagnostic::error(code::PART_UNKNOWN, category::TARGET_SELECTION, message)
            .in_file(shown)
            .with_hint(hint)
    }
}

impl Extent {
    /// Tells whether the section is wanted, or a topic of it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_whole || self.topics.contains(&true)
    }

    /// Returns, for each topic that has to be read, whether it is wanted.
    pub(crate) fn read(&self) -> &[bool] {
        &self.topics[..self.n_read]
    }
}

/// Tells whether a section has this id, one of these names, or this number, from 1.
fn is_called(section: &SectionSpec, number: usize, name: &str) -> bool {
    section.id.as_deref() == Some(name)
        || section.name.iter().any(|(_, title)| title == name && !title.is_empty())
        || number.to_string() == name
}

/// Tells whether a name is the last part of a path, such as `topic_100_loops`, or more of it.
fn lies_at(path: &Path, name: &str) -> bool {
    let name: std::path::PathBuf =
        Path::new(name).components().filter(|part| *part != Component::CurDir).collect();
    name.file_name().is_some() && path.ends_with(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_known_by_the_end_of_their_path() {
        let path = Path::new("/course/slides/module_100/topic_100_loops");
        for name in [
            "topic_100_loops",
            "topic_100_loops/",
            "module_100/topic_100_loops",
            "./slides/module_100/topic_100_loops",
            "/course/slides/module_100/topic_100_loops",
        ] {
            assert!(lies_at(path, name), "{name}");
        }
        for name in ["", ".", "/", "..", "loops", "100_loops", "module_100", "x/topic_100_loops"] {
            assert!(!lies_at(path, name), "{name}");
        }
    }
}
