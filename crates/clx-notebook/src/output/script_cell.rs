//! Writes one cell of a percent script: marker and text.

use super::script::{Style, commented};
use crate::language_table::{is_cell_language, main_language, usual_name};
use crate::magics;
use crate::notebook::{Cell, CellType};
use crate::python_text::{is_blank, split_indent, split_lines};
use crate::value::{Metadata, Value, print};

/// What the first line of a cell says about its language.
#[derive(Default)]
struct Command {
    language: Option<String>,
    arguments: Option<String>,
}

/// Returns the lines of a cell.
pub(super) fn write(cell: &Cell, style: &Style<'_>) -> Vec<String> {
    let mut source: Vec<String> =
        split_lines(&cell.source).into_iter().map(str::to_owned).collect();
    if cell.source.is_empty() || cell.source.ends_with('\n') {
        source.push(String::new());
    }
    let command = take_command(&mut source, style);
    let main = main_language(style.language);
    let language = command.language.as_deref().or_else(|| own_language(cell)).unwrap_or(main);
    let active = usual_name(language) == usual_name(main);
    let runs = cell.cell_type == CellType::Code && active;

    let token = style.language.comment();
    let indent = if runs { indent_of(&source) } else { "" };
    let mut lines = vec![format!("{indent}{}", marker(cell.cell_type, &command, token, style))];
    if !runs {
        lines.extend(prose(cell, source, token, style));
    } else if source != [""] {
        magics::comment(&mut source, language, style.comment_magics);
        lines.extend(source);
    }
    lines
}

fn own_language(cell: &Cell) -> Option<&str> {
    cell.metadata.get("language").and_then(Value::as_text)
}

fn indent_of(source: &[String]) -> &str {
    source.first().filter(|line| !is_blank(line)).map_or("", |line| split_indent(line).0)
}

/// Removes a first line such as `%%bash -x` (C#: `#!bash`).
fn take_command(source: &mut Vec<String>, style: &Style<'_>) -> Command {
    let Some(first) = source.first() else { return Command::default() };
    let (language, arguments) = if main_language(style.language) == "csharp" {
        match first.strip_prefix("#!").map(crate::python_text::strip) {
            Some(word) if is_cell_language(word) => (word.to_owned(), String::new()),
            _ => return Command::default(),
        }
    } else {
        let Some(line) = first.strip_prefix("%%") else { return Command::default() };
        let (word, arguments) = line.split_once(' ').unwrap_or((line, ""));
        if !(is_cell_language(word) || style.cell_magics.contains(&word)) {
            return Command::default();
        }
        (word.to_owned(), arguments.to_owned())
    };
    source.remove(0);
    Command {
        language: Some(language).filter(|word| !word.is_empty()),
        arguments: Some(arguments).filter(|text| !text.is_empty()),
    }
}

fn marker(cell_type: CellType, command: &Command, token: &str, style: &Style<'_>) -> String {
    let mut text = format!("{token} %%");
    if cell_type != CellType::Code {
        text.extend([" [", cell_type.name(), "]"]);
    }
    let pairs = [("magic_args", &command.arguments), ("language", &command.language)];
    let pairs = pairs.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
    if style.options_as_json {
        let entries: Vec<String> =
            pairs.map(|(key, value)| format!("\"{key}\": {}", quoted(value))).collect();
        if !entries.is_empty() {
            text.extend([" {", &entries.join(", "), "}"]);
        }
    } else {
        for (key, value) in pairs {
            text.extend([" ", key, "=", &quoted(value)]);
        }
    }
    text
}

fn quoted(text: &str) -> String {
    print::compact(&text.into())
}

/// Writes text that does not run: in quotes where the source had them, else as comments.
fn prose(cell: &Cell, mut source: Vec<String>, token: &str, style: &Style<'_>) -> Vec<String> {
    if let Some((left, right)) = quotes(&cell.metadata, style)
        && !source.is_empty()
    {
        let raw = left.starts_with(['r', 'R']);
        let needs_raw = !raw && source.iter().any(|line| line.contains('\\'));
        let prefix = if needs_raw { "r" } else { "" };
        source[0].insert_str(0, &format!("{prefix}{left}"));
        if let Some(last) = source.last_mut() {
            last.push_str(&right);
        }
        return source.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect();
    }
    source.iter().map(|line| commented(line, token)).collect()
}

/// Returns what stands before and behind the text, if it is quoted.
fn quotes(metadata: &Metadata, style: &Style<'_>) -> Option<(String, String)> {
    let marker = match metadata.get("cell_marker") {
        Some(value) => value.as_text()?,
        None => style.cell_markers?,
    };
    let (left, right) = match marker.split_once(',') {
        Some((left, right)) => (left.to_owned(), right.to_owned()),
        None => {
            let bare = marker.strip_prefix(['r', 'R']).unwrap_or(marker);
            (format!("{marker}\n"), format!("\n{bare}"))
        }
    };
    let close = last_three(&right)?;
    let open = left.strip_prefix(['r', 'R']).unwrap_or(&left);
    let paired =
        matches!(close, "\"\"\"" | "'''") && (left.starts_with(close) || open.starts_with(close));
    paired.then_some((left, right))
}

fn last_three(text: &str) -> Option<&str> {
    text.get(text.len().checked_sub(3)?..)
}
