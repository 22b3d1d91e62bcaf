//! Reads percent scripts: text with cell markers becomes a [`Notebook`].
//!
//! | module | part |
//! |---|---|
//! | [`head`] | shebang, encoding line, YAML block |
//! | [`marker`] | which lines begin a cell |
//! | [`options`] | what follows `%%` |
//! | [`cell`] | one cell: its extent, text and type |
//! | [`strings`] | lines inside multi-line strings |
//! | [`spacing`] | blank lines between cells |
//! | [`active`], [`schema`] | rules about metadata |
//! | [`language`] | cells in other languages |
//!
//! Principal function: [`read`].

use clx_core::ProgLang;

use crate::cell_id;
use crate::finding::Finding;
use crate::language_table::main_language;
use crate::notebook::{Cell, Notebook};
use crate::python_text::split_lines;
use crate::value::{Metadata, Value};

pub(crate) mod active;
pub(crate) mod cell;
pub(crate) mod head;
pub(crate) mod language;
pub(crate) mod marker;
pub(crate) mod metadata_filter;
pub(crate) mod options;
pub(crate) mod schema;
pub(crate) mod spacing;
pub(crate) mod strings;
mod warning;

/// A notebook and what its author should know about its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) notebook: Notebook,
    pub(crate) warnings: Vec<Finding>,
}

/// Reads a percent script in `language`.
///
/// # Errors
/// A [`Finding`] for a wrong encoding line, a broken head, or metadata that no notebook may hold.
pub(crate) fn read(text: &str, language: ProgLang) -> Result<Document, Finding> {
    let lines = split_lines(text);
    let head = head::read(&lines, language)?;
    let mut metadata = head.metadata;
    let settings = cell::Settings::new(language, &metadata, head.is_hydrogen);
    let mut warnings = Vec::new();
    let mut ahead = spacing::Ahead::default();
    let mut cells: Vec<Cell> = head.cell.into_iter().collect();
    let mut as_json = false;
    let mut at = head.end;
    while at < lines.len() {
        let read = cell::read(&lines, at, &settings, &mut ahead, &mut warnings)?;
        as_json |= read.as_json;
        at = read.next;
        cells.push(Cell { index: cells.len(), ..read.cell });
    }
    if !cells.is_empty() {
        set_jupytext(&mut metadata, "main_language", main_language(language).into());
    }
    for cell in &mut cells {
        language::apply(cell, main_language(language), &settings.cell_magics);
        cell.id = cell_id::of_text(&cell.source);
    }
    let section = head.has_jupyter_section.then_some(head.keys.as_slice());
    metadata_filter::update(&mut metadata, section, &cells);
    if as_json && jupytext(&mut metadata).get("cell_metadata_json").is_none() {
        set_jupytext(&mut metadata, "cell_metadata_json", Value::Bool(true));
    }
    if let Some(rule) = schema::broken_notebook_rule(&metadata) {
        return Err(Finding::error(crate::code::BROKEN_HEAD, 0, rule));
    }
    if let Some(entries) = metadata.get("jupytext").and_then(Value::as_map)
        && entries.is_empty()
    {
        metadata.remove("jupytext");
    }
    Ok(Document { notebook: Notebook { cells, metadata }, warnings })
}

/// Returns the `jupytext` section, made if it is missing.
pub(crate) fn jupytext(metadata: &mut Metadata) -> &mut Metadata {
    let section =
        metadata.entry("jupytext".to_owned()).or_insert_with(|| Value::Map(Metadata::new()));
    if !matches!(section, Value::Map(_)) {
        *section = Value::Map(Metadata::new());
    }
    match section {
        Value::Map(entries) => entries,
        _ => unreachable!("made an object above"),
    }
}

fn set_jupytext(metadata: &mut Metadata, key: &str, value: Value) {
    jupytext(metadata).insert(key.to_owned(), value);
}
