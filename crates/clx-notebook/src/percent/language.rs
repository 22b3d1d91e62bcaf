//! Cells in another language than the notebook's.

use crate::language_table::{is_cell_language, usual_name};
use crate::notebook::Cell;
use crate::value::Value;

/// Turns the option `language` of a cell into the kernel's command for it: a first line `%%bash`
/// (C#: `#!bash`). Languages without such a command stay in the metadata.
pub(crate) fn apply(cell: &mut Cell, main_language: &str, cell_magics: &[String]) {
    let Some(language) = cell.metadata.get("language").and_then(Value::as_text) else { return };
    let language = language.to_owned();
    if language == main_language {
        cell.metadata.remove("language");
        return;
    }
    let known = is_cell_language(&language) || cell_magics.contains(&language);
    if usual_name(&language) == main_language || !known {
        return;
    }
    cell.metadata.remove("language");
    let command = if main_language == "csharp" { "#!" } else { "%%" };
    let first_line = match cell.metadata.remove("magic_args") {
        Some(Value::Text(arguments)) => format!("{command}{language} {arguments}"),
        Some(other) => format!("{command}{language} {}", crate::value::print::compact(&other)),
        None => format!("{command}{language}"),
    };
    cell.source = format!("{first_line}\n{}", cell.source);
}
