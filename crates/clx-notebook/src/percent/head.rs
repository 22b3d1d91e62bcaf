//! Reads the head of a script: `#!` line, encoding line, YAML block between `---` lines.

use clx_core::ProgLang;

use super::{jupytext, spacing};
use crate::code;
use crate::finding::Finding;
use crate::notebook::{Cell, CellType};
use crate::python_text::{is_blank, strip_end};
use crate::value::{Metadata, Value};
use block::Block;

mod block;

/// What stands before the cells.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// Notebook metadata from the `jupyter:` section, encoding and executable.
    pub(crate) metadata: Metadata,
    /// Whether there was a `jupyter:` section.
    pub(crate) has_jupyter_section: bool,
    /// The keys of that section in source order.
    pub(crate) keys: Vec<String>,
    /// The raw cell of all other YAML keys.
    pub(crate) cell: Option<Cell>,
    /// Whether the head names the related format in which magics stand uncommented.
    pub(crate) is_hydrogen: bool,
    /// Number of lines that the head takes.
    pub(crate) end: usize,
}

/// Reads the head of `lines`.
///
/// # Errors
/// A [`Finding`] for an encoding other than `utf-8` and for a `jupyter:` section that is no YAML.
pub(crate) fn read(lines: &[&str], language: ProgLang) -> Result<Head, Finding> {
    let token = language.comment();
    let mut head = Head::default();
    read_first_lines(lines, token, &mut head)?;
    let block = Block::read(lines, head.end, token);
    let Some(end) = block.end else { return Ok(head) };
    let first_lines = std::mem::take(&mut head.metadata);
    if !block.jupyter.is_empty() {
        head.has_jupyter_section = true;
        let section = block.section()?;
        head.metadata = section.metadata;
        head.keys = section.keys;
        head.is_hydrogen = section.is_hydrogen;
    }
    merge(&mut head.metadata, first_lines);
    let blank_after = lines.get(end + 1).is_some_and(|line| is_blank(without_token(line, token)));
    let line = head.end;
    head.end = end + 1 + usize::from(blank_after);
    if !block.other.is_empty() {
        let rest = &lines[head.end..];
        let expected = match language {
            ProgLang::Python => spacing::expected_in_python(&["---"], rest),
            ProgLang::Cpp | ProgLang::CSharp | ProgLang::Java | ProgLang::TypeScript => 1,
        };
        let distance = usize::from(blank_after);
        head.cell = Some(raw_cell(&block.other, line, (distance != expected).then_some(distance)));
    }
    Ok(head)
}

/// Reads the shebang and the encoding line.
fn read_first_lines(lines: &[&str], token: &str, head: &mut Head) -> Result<(), Finding> {
    for at in 0..2 {
        let Some(line) = lines.get(at) else { break };
        if at == 0 && line.starts_with("#!") {
            jupytext(&mut head.metadata).insert("executable".to_owned(), line[2..].into());
            head.end = 1;
            continue;
        }
        if at == 1 && encoding(lines[0], token).is_some() {
            break;
        }
        if let Some(name) = encoding(line, token) {
            if name != "utf-8" {
                return Err(wrong_encoding(at, name));
            }
            jupytext(&mut head.metadata).insert("encoding".to_owned(), (*line).into());
            head.end = at + 1;
            continue;
        }
        if !continues_head(line, token) {
            break;
        }
    }
    Ok(())
}

/// Tells whether the search for an encoding line goes on behind `line`.
fn continues_head(line: &str, token: &str) -> bool {
    let text = without_token(line, token);
    line.starts_with(token) && (is_blank(text) || is_rule(text))
}

fn wrong_encoding(line: usize, name: &str) -> Finding {
    Finding::error(
        code::WRONG_ENCODING,
        line,
        format!("the encoding line names `{name}`; sources must be UTF-8"),
    )
    .with_hint("write `utf-8`; a comment that only happens to contain `coding:` must be reworded")
}

/// Returns the name in an encoding line: comment token, anything, `coding:` or `coding=`, name.
fn encoding<'l>(line: &'l str, token: &str) -> Option<&'l str> {
    let text = line.trim_start_matches([' ', '\t', '\u{c}']).strip_prefix(token)?;
    text.match_indices("coding").find_map(|(at, word)| {
        let rest = text[at + word.len()..].strip_prefix([':', '='])?;
        let rest = rest.trim_start_matches([' ', '\t']);
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
            .unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

/// Removes the comment token and one blank.
fn without_token<'l>(line: &'l str, token: &str) -> &'l str {
    line.strip_prefix(token).map_or(line, |text| text.strip_prefix(' ').unwrap_or(text))
}

fn is_rule(text: &str) -> bool {
    strip_end(text) == "---"
}

/// Adds what the first lines say to the `jupytext` section.
fn merge(metadata: &mut Metadata, first_lines: Metadata) {
    if let Some(Value::Map(entries)) = first_lines.get("jupytext") {
        jupytext(metadata).extend(entries.clone());
    }
}

fn raw_cell(lines: &[String], line: usize, lines_to_next: Option<usize>) -> Cell {
    Cell {
        cell_type: CellType::Raw,
        source: format!("---\n{}\n---", lines.join("\n")),
        metadata: Metadata::new(),
        id: String::new(),
        index: 0,
        line,
        marker_lines: 0,
        lines_to_next,
    }
}
