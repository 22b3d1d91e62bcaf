//! Places in a text, for messages. Principal type: [`Position`].

use std::ops::Range;

use crate::problem::visible;

/// A line, a column, and the line's text with a mark below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    /// Begins at 1.
    pub(crate) line: u32,
    /// Begins at 1 and counts characters.
    pub(crate) column: u32,
    pub(crate) frame: String,
}

impl Position {
    /// Finds a range of bytes in a text; what reaches beyond its end is cut.
    pub(crate) fn of(text: &str, range: Range<usize>) -> Self {
        let start = floor(text, range.start);
        let end = floor(text, range.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[line_start..];
        let shown = rest.lines().next().unwrap_or_default();
        let shown: String = shown.chars().map(visible).collect();
        let (line, column) =
            (before.matches('\n').count() + 1, text[line_start..start].chars().count() + 1);
        let marked = text[start..end].lines().next().unwrap_or_default().chars().count().max(1);
        let margin = line.to_string();
        let (blank, indent) = (" ".repeat(margin.len()), " ".repeat(column - 1));
        let frame = format!("{margin} | {shown}\n{blank} | {indent}{}", "^".repeat(marked));
        Self {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            frame,
        }
    }
}

/// The nearest begin of a character at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|&byte| text.is_char_boundary(byte)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, range: Range<usize>, expected: (u32, u32, &str)) {
        let Position { line, column, frame } = Position::of(text, range);
        assert_eq!((line, column, frame.as_str()), expected);
    }

    #[test]
    fn frame_marks_the_range() {
        check("a = 1\nb = 22\n", 10..12, (2, 5, "2 | b = 22\n  |     ^^"));
        check("ä = 1", 5..6, (1, 5, "1 | ä = 1\n  |     ^"));
    }

    #[test]
    fn ends_of_texts_have_a_place() {
        check("", 0..0, (1, 1, "1 | \n  | ^"));
        check("a\n", 2..9, (2, 1, "2 | \n  | ^"));
        check("a = '''b\nc'''", 4..12, (1, 5, "1 | a = '''b\n  |     ^^^^"));
    }
}
