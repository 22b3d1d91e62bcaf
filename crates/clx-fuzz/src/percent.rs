//! Target `percent`: any text as a percent script. Principal function: [`run`].
//!
//! Problems and cells lie in the text. A script that is written and read again has the same cells, where
//! the writer promises so: see `is_promised`.

use clx_core::OutputFormat;
use clx_notebook::{Cell, CellType};

use crate::source::{Source, everything, variant};

/// Reads a script, writes it, and reads that.
pub fn run(data: &[u8]) {
    let source = Source::of(data);
    let variant = variant(everything(), OutputFormat::Code);
    let mut renderer = source.renderer();
    let read = match renderer.unfiltered(&variant) {
        Ok(notebook) => notebook,
        Err(problem) => return source.check(&problem),
    };
    for (index, cell) in read.cells.iter().enumerate() {
        assert_eq!(cell.index, index);
        assert!(is_id(&cell.id), "{} is no id", cell.id);
        let line = renderer.source_line(&variant, cell, 0);
        let text = line.and_then(|line| renderer.line_of_source(line));
        assert!(text.is_some(), "cell {index} comes from a line that does not exist: {line:?}");
    }
    let shown = match renderer.process(&variant) {
        Ok(shown) => shown,
        Err(problem) => return source.check(&problem),
    };
    shown.warnings.iter().for_each(|problem| source.check(problem));
    let Ok(script) = renderer.render(&variant) else { return };
    let cells = &shown.notebook.cells;
    // Of nothing an empty line is left, which reads as a cell.
    if !cells.is_empty() && cells.iter().all(|cell| is_promised(cell, &source)) {
        check_again(&Source { text: script.text, ..source }, cells);
    }
}

/// Fails unless a written script has these cells.
fn check_again(source: &Source, cells: &[Cell]) {
    let variant = variant(everything(), OutputFormat::Code);
    let again = source.renderer().unfiltered(&variant).expect("what was written can be read");
    let shown = |cells: &[Cell]| -> Vec<(CellType, String)> {
        cells.iter().map(|cell| (cell.cell_type, cell.source.clone())).collect()
    };
    assert_eq!(shown(&again.cells), shown(cells), "written:\n{}", source.text);
}

fn is_id(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Tells whether the format can hold a cell, such as it is. It cannot hold
///
/// * a line that looks like the beginning of a cell, or like Jinja,
/// * a language without a command, for which there is the option that scripts are written without,
/// * three quotes that hide such beginnings,
/// * blank lines at the end of a cell: those separate it from the next.
fn is_promised(cell: &Cell, source: &Source) -> bool {
    const SPECIAL: [&str; 5] = ["%%", "<codecell>", "In[", "\"\"\"", "'''"];
    let text = &cell.source;
    SPECIAL.iter().all(|special| !text.contains(special))
        && !cell.metadata.contains_key("language")
        && source.is_plain(text)
        && !text.ends_with('\n')
}
