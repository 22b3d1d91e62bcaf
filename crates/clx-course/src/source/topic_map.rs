//! Which entry below `slides/` a topic id stands for. Principal type: [`TopicMap`].

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Severity};

use super::topic_id;
use super::tree::{self, Tree};
use crate::{category, code};

/// The topics of a course by their ids.
#[derive(Debug, Default)]
pub(crate) struct TopicMap(HashMap<String, TopicEntry>);

/// Where a topic lies.
#[derive(Debug, Clone)]
pub(crate) struct TopicEntry {
    /// The directory, or the file.
    pub(crate) path: PathBuf,
    /// For a directory, its path without symbolic links.
    pub(super) real: Option<PathBuf>,
    /// Later entries of the same id; not used.
    others: Vec<PathBuf>,
}

impl TopicMap {
    /// Looks at the two levels below `slides/`. Nothing if that directory does not exist.
    pub(crate) fn read(tree: &mut Tree) -> Option<Self> {
        let slides = tree.open(&tree.root().join("slides"))?;
        let mut map = Self::default();
        for module in tree.list(&slides) {
            if is_hidden(&module.name) {
                continue;
            }
            let Some(module) = tree.enter(&slides, &module) else { continue };
            for entry in tree.list(&module) {
                let id = entry.name.to_str().filter(|_| !is_hidden(&entry.name)).and_then(topic_id);
                let Some(id) = id else { continue };
                let tree::Entry { path, real, .. } = entry;
                map.insert(id, TopicEntry { path, real, others: Vec::new() });
            }
        }
        Some(map)
    }

    /// Returns the entry of a topic.
    pub(crate) fn get(&self, id: &str) -> Option<&TopicEntry> {
        self.0.get(id)
    }

    /// Returns all ids in the order of their code points.
    pub(crate) fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<_> = self.0.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Returns a warning for every entry that an earlier one of the same id hides, with the id, in
    /// the order of the ids.
    pub(crate) fn duplicates(&self, tree: &Tree) -> Vec<(&str, Diagnostic)> {
        let warning = |id, used: &Path, other: &PathBuf| {
            (id, duplicate(id, tree.shown(used), tree.shown(other)))
        };
        let of_id = |id| {
            let entry = &self.0[id];
            entry.others.iter().map(move |other| warning(id, &entry.path, other))
        };
        self.ids().into_iter().flat_map(of_id).collect()
    }

    fn insert(&mut self, id: String, entry: TopicEntry) {
        match self.0.entry(id) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(mut slot) => slot.get_mut().others.push(entry.path),
        }
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"_")
}

fn duplicate(id: &str, used: &Path, other: &Path) -> Diagnostic {
    let (used, shown) = (used.display(), other.display());
    let message = format!("the topic id `{id}` occurs twice: `{used}` is used, `{shown}` is not");
    Diagnostic::new(Severity::High, code::TOPIC_ID_DUPLICATE, category::DUPLICATE_TOPIC_ID, message)
        .in_file(other)
        .with_hint("rename one of them, or hide it behind a name that begins with `_`")
}
