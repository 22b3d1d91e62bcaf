//! Cells of one language and their counterparts in the others.

use std::path::Path;

use clx_core::{Diagnostic, Language, Severity};
use clx_notebook::{Cell, CellType, NotebookRenderer, Value, Variant};

use crate::code;

/// Reports the first place where the cells of the wanted languages do not pair. Cells with a language
/// that follow each other belong together; there each language has as many cells of a type.
pub(crate) fn check(
    renderer: &mut NotebookRenderer,
    variants: &[Variant],
    shown: &Path,
) -> Option<Diagnostic> {
    let first = variants.first()?;
    let mut languages: Vec<Language> = Vec::new();
    for variant in variants {
        if !languages.contains(&variant.language.code) {
            languages.push(variant.language.code);
        }
    }
    let notebook = renderer.unfiltered(first).ok()?;
    let mut unpaired = runs(&notebook.cells, &languages).filter_map(|run| {
        let message = difference(run, &languages)?;
        Some((run.first()?.clone(), message))
    });
    let (cell, message) = unpaired.next()?;
    let more = match unpaired.count() {
        0 => String::new(),
        1 => ", as at another place".to_owned(),
        n => format!(", as at {n} other places"),
    };
    let line = renderer.source_line(first, &Cell { marker_lines: 0, ..cell }, 0);
    let problem = Diagnostic::new(
        Severity::Medium,
        code::CELLS_UNPAIRED,
        "unpaired_cells",
        format!("{message}{more}"),
    );
    let hint = "add the missing cell, or leave `lang` out of a cell that is for all languages";
    Some(problem.at(shown, line, None).with_hint(hint))
}

/// Returns the cells with a language of the course that follow each other.
fn runs<'c>(cells: &'c [Cell], languages: &[Language]) -> impl Iterator<Item = &'c [Cell]> {
    let is_local = |cell: &Cell| language(cell).is_some_and(|own| languages.contains(&own));
    cells.chunk_by(move |a, b| is_local(a) == is_local(b)).filter(move |run| is_local(&run[0]))
}

fn language(cell: &Cell) -> Option<Language> {
    cell.metadata.get("lang").and_then(Value::as_text)?.parse().ok()
}

/// Says which languages have different numbers of cells of a type.
fn difference(run: &[Cell], languages: &[Language]) -> Option<String> {
    let types =
        [(CellType::Markdown, "prose"), (CellType::Code, "code"), (CellType::Raw, "raw text")];
    types.into_iter().find_map(|(cell_type, word)| {
        let count = |wanted: &Language| {
            let fits =
                |cell: &&Cell| cell.cell_type == cell_type && language(cell) == Some(*wanted);
            run.iter().filter(fits).count()
        };
        let counts: Vec<usize> = languages.iter().map(count).collect();
        if counts.windows(2).all(|pair| pair[0] == pair[1]) {
            return None;
        }
        let parts =
            languages.iter().zip(counts).map(|(language, n)| format!("{n} in `{language}`"));
        Some(format!("cells of {word} do not pair: {}", parts.collect::<Vec<_>>().join(", ")))
    })
}
