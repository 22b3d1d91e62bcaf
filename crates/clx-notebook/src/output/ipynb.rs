//! Writes `.ipynb` files: nbformat 4.5 as JSON with sorted keys and one blank a level.

use crate::notebook::{Cell, CellType, Notebook};
use crate::python_text::split_lines_keeping_ends;
use crate::value::{Metadata, print};

/// Returns the file's text with one line end at its end.
pub(crate) fn write(notebook: &Notebook) -> String {
    let mut out = String::with_capacity(4096);
    out.push_str("{\n \"cells\": [");
    for (n, cell) in notebook.cells.iter().enumerate() {
        print::new_line(&mut out, n, 2);
        write_cell(&mut out, cell);
    }
    if !notebook.cells.is_empty() {
        print::new_line(&mut out, 0, 1);
    }
    out.push_str("],\n \"metadata\": ");
    write_map(&mut out, &notebook.metadata, 1);
    out.push_str(",\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n");
    out
}

fn write_cell(out: &mut String, cell: &Cell) {
    out.push_str("{\n   \"cell_type\": ");
    print::write_text(out, cell.cell_type.name(), false);
    if cell.cell_type == CellType::Code {
        out.push_str(",\n   \"execution_count\": null");
    }
    out.push_str(",\n   \"id\": ");
    print::write_text(out, &cell.id, false);
    out.push_str(",\n   \"metadata\": ");
    write_map(out, &cell.metadata, 3);
    if cell.cell_type == CellType::Code {
        out.push_str(",\n   \"outputs\": []");
    }
    out.push_str(",\n   \"source\": ");
    write_source(out, &cell.source);
    out.push_str("\n  }");
}

fn write_source(out: &mut String, source: &str) {
    out.push('[');
    for (n, line) in split_lines_keeping_ends(source).into_iter().enumerate() {
        print::new_line(out, n, 4);
        print::write_text(out, line, false);
    }
    if !source.is_empty() {
        print::new_line(out, 0, 3);
    }
    out.push(']');
}

fn write_map(out: &mut String, entries: &Metadata, level: usize) {
    if entries.is_empty() {
        out.push_str("{}");
        return;
    }
    out.push('{');
    for (n, (key, value)) in entries.iter().enumerate() {
        print::new_line(out, n, level + 1);
        print::write_text(out, key, false);
        out.push_str(": ");
        print::indented(out, value, level + 1);
    }
    print::close(out, '}', level);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_notebook_has_an_empty_list_of_cells() {
        let metadata =
            Metadata::from([("a".to_owned(), crate::value::Value::Map(Metadata::new()))]);
        let text = write(&Notebook { cells: Vec::new(), metadata });
        assert_eq!(
            text,
            "{\n \"cells\": [],\n \"metadata\": {\n  \"a\": {}\n },\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n"
        );
    }
}
