//! Checks metadata against the rules of the notebook format (version 4.5), because a notebook that
//! breaks them opens nowhere.

use crate::notebook::CellType;
use crate::value::{Metadata, Value};

/// Returns the first rule that the metadata of a cell breaks.
pub(crate) fn broken_cell_rule(cell_type: CellType, metadata: &Metadata) -> Option<&'static str> {
    if let Some(rule) = metadata.get("tags").and_then(broken_tags_rule) {
        return Some(rule);
    }
    let unless = |key: &str, fits: fn(&Value) -> bool, rule: &'static str| {
        metadata.get(key).filter(|value| !fits(value)).map(|_| rule)
    };
    unless("name", is_filled_text, "`name` must be a text that is not empty")
        .or_else(|| unless("jupyter", is_map, "`jupyter` must be an object"))
        .or_else(|| match cell_type {
            CellType::Code => unless("collapsed", is_bool, "`collapsed` must be true or false")
                .or_else(|| {
                    unless("scrolled", is_scrolled, "`scrolled` must be true, false or \"auto\"")
                })
                .or_else(|| unless("execution", is_map_of_texts, "`execution` must hold texts")),
            CellType::Raw => unless("format", is_text, "`format` must be a text"),
            CellType::Markdown => None,
        })
}

/// Returns the first rule that the metadata of a notebook breaks.
pub(crate) fn broken_notebook_rule(metadata: &Metadata) -> Option<&'static str> {
    let unless = |key: &str, fits: fn(&Value) -> bool, rule: &'static str| {
        metadata.get(key).filter(|value| !fits(value)).map(|_| rule)
    };
    unless("title", is_text, "`title` must be a text")
        .or_else(|| unless("authors", is_list, "`authors` must be a list"))
        .or_else(|| {
            unless("orig_nbformat", is_positive, "`orig_nbformat` must be a positive number")
        })
}

fn broken_tags_rule(tags: &Value) -> Option<&'static str> {
    let Some(tags) = tags.as_list() else { return Some("`tags` must be a list of texts") };
    let valid =
        |tag: &Value| tag.as_text().is_some_and(|text| !text.is_empty() && !text.contains(','));
    if !tags.iter().all(valid) {
        return Some("a tag must be a text that is not empty and holds no comma");
    }
    let twice = tags.iter().enumerate().any(|(n, tag)| tags[..n].contains(tag));
    twice.then_some("a tag must not be given twice")
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(_))
}

fn is_filled_text(value: &Value) -> bool {
    value.as_text().is_some_and(|text| text.chars().any(|c| c != '\n') && !text.starts_with('\n'))
}

fn is_bool(value: &Value) -> bool {
    matches!(value, Value::Bool(_))
}

fn is_scrolled(value: &Value) -> bool {
    is_bool(value) || value.as_text() == Some("auto")
}

fn is_map(value: &Value) -> bool {
    matches!(value, Value::Map(_))
}

fn is_map_of_texts(value: &Value) -> bool {
    value.as_map().is_some_and(|entries| entries.values().all(is_text))
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::List(_))
}

fn is_positive(value: &Value) -> bool {
    matches!(value, Value::Int(number) if *number >= 1)
}
