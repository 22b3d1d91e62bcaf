//! Explanations of text that is no XML. Principal function: [`malformed`].

use std::path::Path;

use clx_core::Diagnostic;
use roxmltree::Error as XmlError;

use super::report::Report;
use crate::{category, code};

/// Explains why the text is no XML, with the line and a mark below the column.
pub(super) fn malformed(
    error: &XmlError,
    source: &str,
    shown: &Path,
    report: &Report<'_>,
) -> Diagnostic {
    let (line, column) = match error {
        // The parser has no position for what should have come after the end.
        XmlError::UnclosedRootNode | XmlError::UnexpectedEndOfStream => {
            let end = report.place_at(source.trim_end().len());
            (end.line, end.column)
        }
        other => (other.pos().row, other.pos().col),
    };
    let text = error.to_string();
    let message = text.strip_suffix(&format!(" at {}", error.pos())).unwrap_or(&text);
    let index = usize::try_from(line).map_or(0, |line| line.saturating_sub(1));
    let faulty: String = source.lines().nth(index).unwrap_or_default().chars().take(200).collect();
    let indent = usize::try_from(column).map_or(0, |column| column.saturating_sub(1)).min(200);
    Diagnostic::error(
        code::SPEC_MALFORMED,
        category::SPEC_PARSING,
        format!("the course spec is not well-formed XML: {message}"),
    )
    .at(shown, Some(line), Some(column))
    .with_frame(format!("{faulty}\n{}^", " ".repeat(indent)))
    .with_hint(likely_cause(error))
}

fn likely_cause(error: &XmlError) -> &'static str {
    match error {
        XmlError::UnexpectedCloseTag(..) | XmlError::UnexpectedEntityCloseTag(..) => {
            "an element is not closed, or closed under another name; look at and above this line"
        }
        XmlError::UnclosedRootNode | XmlError::UnexpectedEndOfStream => {
            "the file ends too early: an element, a comment or a quotation mark is not closed"
        }
        XmlError::MalformedEntityReference(..) | XmlError::UnknownEntityReference(..) => {
            "write `&amp;` for `&` and `&lt;` for `<`"
        }
        XmlError::NoRootNode => "the file has no complete element: it should hold one `<course>`",
        XmlError::DuplicatedAttribute(..) => "remove one of the two attributes",
        XmlError::DtdDetected => "remove the `<!DOCTYPE …>`: course specs have none",
        XmlError::UnexpectedDeclaration(..) => {
            "`<?xml …?>` may only be at the very beginning of the file"
        }
        _ => {
            "likely causes: a bare `&` or `<`, an element or a quotation mark that is not closed, \
             or an attribute without quotation marks"
        }
    }
}
