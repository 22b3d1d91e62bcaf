//! Turns a notebook into what one variant shows: filtering, ids, slide types, answers, boxes,
//! paths of pictures.
//!
//! Principal types: [`Variant`], [`ProcessedNotebook`].

use clx_core::{CodeCells, Diagnostic, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use serde::{Deserialize, Serialize};

use crate::cell_id::CellIds;
use crate::finding::Finding;
use crate::language_table::{kernelspec, language_info};
use crate::media;
use crate::notebook::{Cell, CellType, Notebook};
use crate::value::{Metadata, Value};

mod tags;

/// One output of a notebook: language, kind, format, and where pictures lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Language of the prose.
    pub language: LanguageProfile,
    /// Rules for cells.
    pub kind: OutputKind,
    /// Format of the output.
    pub format: OutputFormat,
    /// Replaces the `img/` of pictures; `img/` leaves them alone.
    pub img_prefix: String,
}

/// A notebook as one variant shows it, before it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessedNotebook {
    /// The remaining cells and the complete notebook metadata.
    pub notebook: Notebook,
    /// What the author should know.
    pub warnings: Vec<Diagnostic>,
}

/// Returns the cells that `variant` shows and the warnings about them.
pub(crate) fn process(
    notebook: &Notebook,
    variant: &Variant,
    prog_lang: ProgLang,
) -> (Notebook, Vec<Finding>) {
    let mut ids = CellIds::default();
    let mut findings = Vec::new();
    let kept = notebook.cells.iter().filter(|cell| is_kept(cell, variant));
    let cells = kept
        .map(|cell| {
            let id = ids.next(cell);
            tags::check(cell, &mut findings);
            process_cell(Cell { id, ..cell.clone() }, variant)
        })
        .collect();
    let mut metadata = notebook.metadata.clone();
    metadata.insert("kernelspec".to_owned(), kernelspec(prog_lang));
    metadata.insert("language_info".to_owned(), language_info(prog_lang));
    (Notebook { cells, metadata }, findings)
}

fn is_kept(cell: &Cell, variant: &Variant) -> bool {
    let removed = cell.tags().any(|tag| variant.kind.removed_tags.iter().any(|own| own == tag));
    !removed && speaks(cell.metadata.get("lang"), variant.language.code.code())
}

/// Tells whether the option `lang` allows the output language.
fn speaks(lang: Option<&Value>, code: &str) -> bool {
    match lang {
        Some(Value::Text(lang)) => lang.is_empty() || lang == code,
        Some(other) => !other.is_truthy(),
        None => true,
    }
}

fn process_cell(mut cell: Cell, variant: &Variant) -> Cell {
    if let Some(slide_type) = tags::slide_type(&cell) {
        let entry = Metadata::from([("slide_type".to_owned(), slide_type.into())]);
        cell.metadata.insert("slideshow".to_owned(), Value::Map(entry));
    }
    match cell.cell_type {
        CellType::Code if is_emptied(&cell, variant.kind.code_cells) => cell.source.clear(),
        CellType::Markdown => cell.source = prose(&cell, variant),
        CellType::Code | CellType::Raw => {}
    }
    cell
}

fn is_emptied(cell: &Cell, rule: CodeCells) -> bool {
    match rule {
        CodeCells::Keep => false,
        CodeCells::EmptyUnlessKept => !cell.has_tag("keep") && !cell.has_tag("start"),
    }
}

/// Returns the text of a prose cell with box, answer prefix and paths.
fn prose(cell: &Cell, variant: &Variant) -> String {
    let mut text = match box_colour(cell) {
        Some(colour) => {
            format!("<div style='background: {colour}; color: black;'>\n{}\n</div>", cell.source)
        }
        None => cell.source.clone(),
    };
    if cell.has_tag("answer") {
        if variant.kind.empties_answers {
            text.clear();
        }
        text.insert_str(0, &format!("*{}:* ", variant.language.answer));
    }
    if variant.img_prefix == media::IMAGE_DIRECTORY {
        text
    } else {
        media::rewrite(&text, &variant.img_prefix)
    }
}

fn box_colour(cell: &Cell) -> Option<&'static str> {
    if cell.has_tag("notes") {
        Some("yellow")
    } else if cell.has_tag("voiceover") {
        Some("#FFEEBA")
    } else {
        None
    }
}
