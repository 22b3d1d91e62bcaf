//! Target `ipynb`: notebooks that are written of any source. Principal function: [`run`].
//!
//! What is written is JSON as every program reads it, of format 4.5, and says what the processed notebook
//! says: types, ids, tags and texts. Ids are unique. Writing twice gives the same.

use std::collections::HashSet;

use clx_core::{OutputFormat, OutputKind};
use clx_notebook::{Cell, Notebook};
use serde_json::Value;

use crate::source::{Source, everything, variant};

/// Writes the notebooks of a source and reads them.
pub fn run(data: &[u8]) {
    let source = Source::of(data);
    let mut renderer = source.renderer();
    for kind in OutputKind::predefined().into_iter().chain([everything()]) {
        let variant = variant(kind, OutputFormat::Notebook);
        match renderer.render(&variant) {
            Ok(written) => {
                let shown = renderer.process(&variant).expect("it could be written");
                check(&written.text, &shown.notebook);
                let again = source.renderer().render(&variant).expect("it could be written before");
                assert_eq!(again.text, written.text);
            }
            Err(problem) => source.check(&problem),
        }
    }
}

fn check(text: &str, notebook: &Notebook) {
    let written: Value = serde_json::from_str(text)
        .unwrap_or_else(|error| panic!("a notebook is no JSON: {error}\n{text}"));
    assert_eq!((&written["nbformat"], &written["nbformat_minor"]), (&4.into(), &5.into()));
    let cells = written["cells"].as_array().expect("a list of cells");
    assert_eq!(cells.len(), notebook.cells.len());
    cells.iter().zip(&notebook.cells).for_each(|(written, cell)| check_cell(written, cell));
    let ids: HashSet<&str> = cells.iter().filter_map(|cell| cell["id"].as_str()).collect();
    assert_eq!(ids.len(), cells.len(), "two cells have one id");
    assert!(text.ends_with("}\n"));
}

fn check_cell(written: &Value, cell: &Cell) {
    assert_eq!(written["cell_type"], cell.cell_type.name());
    assert_eq!(written["id"], cell.id);
    let lines = written["source"].as_array().expect("a list of lines");
    let source: String =
        lines.iter().map(|line| line.as_str().expect("a line is a text")).collect();
    assert_eq!(source, cell.source);
    let metadata = written["metadata"].as_object().expect("an object");
    assert!(metadata.keys().eq(cell.metadata.keys()), "keys are sorted and all there");
    let tags = metadata.get("tags").and_then(Value::as_array).into_iter().flatten();
    assert!(tags.filter_map(Value::as_str).eq(cell.tags()));
}
