//! Which entry below `slides/` a topic id stands for. Principal type: [`TopicMap`].

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Severity};

use super::topic_id;
use super::tree::Tree;
use crate::{category, code};

/// The topics of a course by their ids.
#[derive(Debug, Default)]
pub(crate) struct TopicMap(HashMap<String, TopicEntry>);

/// Where a topic lies.
#[derive(Debug, Clone)]
pub(crate) struct TopicEntry {
    /// The directory, or the file.
    pub(crate) path: PathBuf,
    pub(crate) is_file: bool,
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
                let is_file = entry.is_file();
                map.insert(id, TopicEntry { path: entry.path, is_file }, tree);
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

    fn insert(&mut self, id: String, entry: TopicEntry, tree: &mut Tree) {
        match self.0.entry(id) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(slot) => {
                let finding =
                    duplicate(slot.key(), tree.shown(&slot.get().path), tree.shown(&entry.path));
                tree.report(finding);
            }
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
