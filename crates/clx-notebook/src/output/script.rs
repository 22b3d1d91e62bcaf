//! Writes percent scripts: head, cells, and the blank lines between them.

use clx_core::ProgLang;

use super::script_cell;
use crate::notebook::{Cell, CellType, Notebook};
use crate::percent::spacing::{self, Ahead};
use crate::python_text::{split_lines, strip_end};
use crate::value::Value;

/// How the head of the source wants the script written.
#[derive(Debug)]
pub(crate) struct Style<'n> {
    pub(crate) language: ProgLang,
    pub(crate) comment_magics: bool,
    pub(crate) options_as_json: bool,
    /// Quotes around prose cells without quotes of their own.
    pub(crate) cell_markers: Option<&'n str>,
    pub(crate) cell_magics: Vec<&'n str>,
}

impl<'n> Style<'n> {
    fn new(notebook: &'n Notebook, language: ProgLang) -> Self {
        let truthy = |key| notebook.jupytext(key).map(Value::is_truthy);
        let text = |key| notebook.jupytext(key).and_then(Value::as_text);
        Self {
            language,
            comment_magics: truthy("comment_magics").unwrap_or(true),
            options_as_json: truthy("cell_metadata_json").unwrap_or(false),
            cell_markers: text("cell_markers"),
            cell_magics: text("custom_cell_magics").unwrap_or_default().split(',').collect(),
        }
    }
}

/// Returns the script's text with a line end at its end.
pub(crate) fn write(notebook: &Notebook, language: ProgLang) -> String {
    let style = Style::new(notebook, language);
    let mut lines = first_lines(notebook, language);
    let front = front_matter(notebook, language);
    let cells = &notebook.cells[usize::from(front.is_some())..];
    let body = write_cells(cells, &style);
    let (front, distance) = front.unwrap_or_default();
    let distance = distance.unwrap_or_else(|| expected(&front, &body, language));
    lines.extend(front);
    lines.extend(std::iter::repeat_n(String::new(), distance));
    lines.extend(body);
    let mut text = lines.join("\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Returns the shebang and the encoding line.
fn first_lines(notebook: &Notebook, language: ProgLang) -> Vec<String> {
    let mut lines = Vec::new();
    let text = |key| notebook.jupytext(key).and_then(Value::as_text);
    if let Some(executable) = text("executable") {
        lines.push(format!("#!{executable}"));
    }
    if let Some(encoding) = text("encoding") {
        lines.push(encoding.to_owned());
    } else if language != ProgLang::Python
        && notebook.cells.iter().any(|cell| !cell.source.is_ascii())
    {
        lines.push(format!("{} -*- coding: utf-8 -*-", language.comment()));
    }
    lines
}

type Front = (Vec<String>, Option<usize>);

/// Returns the lines of the YAML block, if the first cell is one, and the distance to the next cell.
fn front_matter(notebook: &Notebook, language: ProgLang) -> Option<Front> {
    let cell = notebook.cells.first().filter(|cell| cell.cell_type == CellType::Raw)?;
    if notebook.jupytext("root_level_metadata_as_raw_cell") == Some(&Value::Bool(false)) {
        return None;
    }
    let lines = split_lines(cell.source.trim_matches(['\n', '\t', ' ']));
    let is_rule = |line: Option<&&str>| line.is_some_and(|line| strip_end(line) == "---");
    if lines.len() < 2 || !is_rule(lines.first()) || !is_rule(lines.last()) {
        return None;
    }
    let inner = &lines[1..lines.len() - 1];
    if inner.is_empty() {
        return Some((Vec::new(), cell.lines_to_next));
    }
    let block = ["---"].into_iter().chain(inner.iter().copied()).chain(["---"]);
    let block = block.map(|line| commented(line, language.comment())).collect();
    Some((block, cell.lines_to_next))
}

/// Puts the comment token before a line; an empty line is the bare token.
pub(super) fn commented(line: &str, token: &str) -> String {
    if line.is_empty() { token.to_owned() } else { format!("{token} {line}") }
}

/// Writes the cells. A distance depends on all that follows, so they are joined from the last one on.
fn write_cells(cells: &[Cell], style: &Style<'_>) -> Vec<String> {
    // The last line is the first here.
    let mut lines: Vec<String> = Vec::new();
    let mut ahead = Ahead::default();
    for cell in cells.iter().rev() {
        let text = script_cell::write(cell, style);
        let n_after = lines.len();
        let distance = cell.lines_to_next.unwrap_or_else(|| match style.language {
            ProgLang::Python => ahead.expected(&text, n_after, |n| &lines[n - 1]),
            ProgLang::Cpp | ProgLang::CSharp | ProgLang::Java | ProgLang::TypeScript => 1,
        });
        lines.extend(std::iter::repeat_n(String::new(), distance));
        lines.extend(text.into_iter().rev());
    }
    lines.reverse();
    lines
}

fn expected(before: &[String], after: &[String], language: ProgLang) -> usize {
    if language == ProgLang::Python || before.is_empty() || after.is_empty() {
        spacing::expected_in_python(before, after)
    } else {
        1
    }
}
