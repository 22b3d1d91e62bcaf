//! Findings in the spec file, each with its line and column. Principal type: [`Report`].

use std::path::Path;

use clx_core::{Diagnostic, Severity};
use roxmltree::Node;

use crate::category;

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Collects the findings of one spec file.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    file: &'a Path,
    text: &'a str,
    /// Byte offsets of the beginnings of the lines.
    lines: Vec<usize>,
    found: Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    /// Makes an empty report on `text`, shown as `file`.
    pub(crate) fn new(file: &'a Path, text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { file, text, lines: std::iter::once(0).chain(starts).collect(), found: Vec::new() }
    }

    /// Returns the place of an element.
    pub(crate) fn place(&self, node: Node<'_, '_>) -> Place {
        self.place_at(node.range().start)
    }

    /// Returns the place of a byte offset.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines[line - 1];
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        Place { line: small(line), column: small(column + 1) }
    }

    /// Adds an error of the category `spec_validation`.
    pub(crate) fn error(&mut self, node: Node<'_, '_>, code: &str, message: String, hint: &str) {
        self.add(Severity::Error, node, code, message, hint);
    }

    /// Adds a warning of the category `spec_validation`.
    pub(crate) fn warn(&mut self, node: Node<'_, '_>, code: &str, message: String, hint: &str) {
        self.add(Severity::Medium, node, code, message, hint);
    }

    /// Adds a finding of the category `spec_validation`.
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        node: Node<'_, '_>,
        code: &str,
        message: String,
        hint: &str,
    ) {
        let diagnostic = Diagnostic::new(severity, code, category::SPEC_VALIDATION, message);
        let place = self.place(node);
        self.found.push(place.locate(diagnostic.with_hint(hint), self.file));
    }

    /// Returns the findings in the order of the file.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| a.location.cmp(&b.location));
        self.found
    }
}

impl Place {
    /// Puts `diagnostic` at this place of `file`.
    pub(crate) fn locate(self, diagnostic: Diagnostic, file: &Path) -> Diagnostic {
        diagnostic.at(file, Some(self.line), Some(self.column))
    }
}

/// Lines and columns beyond `u32` are shown as the last one.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let report = Report::new(Path::new("x.xml"), "äb\n\nüüc");
        for (offset, line, column) in [(0, 1, 1), (2, 1, 2), (4, 2, 1), (5, 3, 1), (9, 3, 3)] {
            assert_eq!(report.place_at(offset), Place { line, column }, "{offset}");
        }
    }
}
