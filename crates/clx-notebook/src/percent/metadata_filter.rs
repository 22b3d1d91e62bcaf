//! The filter entries of the `jupytext` section: which metadata the source can hold.

use std::collections::BTreeSet;

use super::jupytext;
use crate::notebook::Cell;
use crate::value::{Metadata, Value};

const CELLS: &str = "cell_metadata_filter";
const NOTEBOOK: &str = "notebook_metadata_filter";

/// Keys that only the reader and writer use among themselves.
const INTERNAL: [&str; 4] =
    ["skipline", "noskipline", "cell_marker", "lines_to_end_of_cell_marker"];

/// Keys that every notebook may have.
const USUAL: [&str; 5] = ["jupytext", "kernelspec", "kernel_info", "orphan", "tocdepth"];

/// Sets the filters. `section` holds the keys of the head's `jupyter:` section in source order, if
/// there was one.
pub(crate) fn update(metadata: &mut Metadata, section: Option<&[String]>, cells: &[Cell]) {
    let used: BTreeSet<&str> = cells
        .iter()
        .flat_map(|cell| cell.metadata.keys().map(String::as_str))
        .filter(|key| !INTERNAL.contains(key))
        .collect();
    let Some(section) = section else {
        let entries = jupytext(metadata);
        entries.insert(NOTEBOOK.to_owned(), "-all".into());
        let filter = Filter { additional: names(&used), ..Filter::default() }.excluding_all();
        entries.entry(CELLS.to_owned()).or_insert_with(|| filter.text().into());
        return;
    };
    let given = metadata.get("jupytext").and_then(Value::as_map).and_then(|map| map.get(CELLS));
    if let Some(given) = given {
        let filter = Filter::parse(given).extended(&used);
        jupytext(metadata).insert(CELLS.to_owned(), filter.text().into());
    } else {
        update_notebook_filter(metadata, section);
    }
}

fn names(used: &BTreeSet<&str>) -> BTreeSet<String> {
    used.iter().map(|&key| key.to_owned()).collect()
}

/// Adds the unusual keys of the head.
fn update_notebook_filter(metadata: &mut Metadata, section: &[String]) {
    let given = metadata.get("jupytext").and_then(Value::as_map).and_then(|map| map.get(NOTEBOOK));
    let given = given.and_then(Value::as_text).unwrap_or_default();
    let mut entries: Vec<&str> = given.split(',').filter(|entry| !entry.is_empty()).collect();
    if entries.iter().any(|entry| matches!(*entry, "all" | "-all")) {
        return;
    }
    for key in section {
        let known = USUAL.contains(&key.as_str())
            || !metadata.contains_key(key)
            || entries.iter().any(|entry| entry.strip_prefix('-').unwrap_or(entry) == key);
        if !known {
            entries.push(key);
        }
    }
    if !entries.is_empty() {
        let text = entries.join(",");
        jupytext(metadata).insert(NOTEBOOK.to_owned(), text.into());
    }
}

/// A parsed filter; its text is sorted, so that outputs never depend on an order of hashing.
#[derive(Default)]
struct Filter {
    additional: BTreeSet<String>,
    all_additional: bool,
    excluded: BTreeSet<String>,
    all_excluded: bool,
}

impl Filter {
    fn parse(value: &Value) -> Self {
        let mut filter = Self::default();
        match value {
            Value::Bool(true) => filter.all_additional = true,
            Value::Bool(false) => filter.all_excluded = true,
            other => {
                for entry in other.as_text().unwrap_or_default().split(',').map(str::trim) {
                    filter.add(entry);
                }
            }
        }
        filter
    }

    fn add(&mut self, entry: &str) {
        let (set, all, name) = match entry.strip_prefix('-') {
            Some(name) => (&mut self.excluded, &mut self.all_excluded, name),
            None => {
                let name = entry.strip_prefix('+').unwrap_or(entry);
                (&mut self.additional, &mut self.all_additional, name)
            }
        };
        match name.trim() {
            "" => {}
            "all" => *all = true,
            name => {
                set.insert(name.to_owned());
            }
        }
    }

    fn excluding_all(self) -> Self {
        Self { all_excluded: true, ..self }
    }

    fn extended(mut self, used: &BTreeSet<&str>) -> Self {
        self.excluded.retain(|key| !used.contains(key.as_str()));
        self.additional.extend(names(used));
        self.additional.retain(|key| !INTERNAL.contains(&key.as_str()));
        self
    }

    fn text(&self) -> String {
        let mut entries: Vec<String> = Vec::new();
        if self.all_additional {
            entries.push("all".to_owned());
        } else {
            entries.extend(self.additional.iter().cloned());
        }
        if self.all_excluded {
            entries.push("-all".to_owned());
        } else {
            entries.extend(self.excluded.iter().map(|key| format!("-{key}")));
            entries.sort();
        }
        entries.join(",")
    }
}
