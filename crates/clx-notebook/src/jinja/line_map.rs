//! Says which line of the source a line of the expanded text came from.
//!
//! The map is made only when there is something to report: the source is expanded once more with
//! marks in its plain text. Where filters have spoilt the marks, equal lines are matched in order.
//! Principal type: [`LineMap`].

use crate::python_text::split_lines;

/// Characters for private use that enclose the number of a line.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

/// Lines of the source, from 0, by lines of the expanded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineMap(Vec<usize>);

/// Writes the mark of a line.
pub(super) fn push_mark(out: &mut String, line: usize) {
    out.push(OPEN);
    out.push_str(&line.to_string());
    out.push(CLOSE);
}

impl LineMap {
    /// Returns the map of a text that was not expanded. Lines are counted as editors count them,
    /// although the reader splits at rarer characters too.
    pub(crate) fn identity(source: &str) -> Self {
        let mut lines = Vec::new();
        for (n, line) in source.split('\n').enumerate() {
            lines.extend(std::iter::repeat_n(n, split_lines(line).len().max(1)));
        }
        Self(lines)
    }

    /// Reads the marks of `marked`; `None` unless the rest is exactly `expanded`.
    pub(super) fn from_marks(marked: &str, expanded: &str) -> Option<Self> {
        let mut plain = String::with_capacity(expanded.len());
        let mut lines = Vec::new();
        let mut last = 0;
        for line in crate::python_text::split_lines_keeping_ends(marked) {
            let mut first = None;
            let mut rest = line;
            while let Some((before, after)) = rest.split_once(OPEN) {
                let (number, tail) = after.split_once(CLOSE)?;
                plain.push_str(before);
                last = number.parse().ok()?;
                first.get_or_insert(last);
                rest = tail;
            }
            plain.push_str(rest);
            lines.push(first.unwrap_or(last));
        }
        (plain == expanded).then_some(Self(lines))
    }

    /// Matches each line of `expanded` with the next equal line of `source`; lines without one
    /// count as the line before.
    pub(super) fn by_equal_lines(source: &str, expanded: &str) -> Self {
        let source = split_lines(source);
        let mut last = 0;
        let mut next = 0;
        let lines = split_lines(expanded).into_iter().map(|line| {
            let found = source[next.min(source.len())..].iter().position(|own| *own == line);
            if let Some(found) = found.filter(|_| !line.is_empty()) {
                last = next + found;
                next = last + 1;
            }
            last
        });
        Self(lines.collect())
    }

    /// Returns the line of the source, from 1.
    pub(crate) fn source_line(&self, expanded_line: usize) -> Option<u32> {
        let line = self.0.get(expanded_line).or(self.0.last()).copied().unwrap_or(0);
        u32::try_from(line + 1).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_name_the_line_and_unmarked_lines_follow_the_last_one() {
        let mut marked = String::new();
        push_mark(&mut marked, 4);
        marked.push_str("a\nb\n");
        push_mark(&mut marked, 7);
        marked.push_str("c\n");
        let map = LineMap::from_marks(&marked, "a\nb\nc\n").unwrap();
        assert_eq!(map.0, [4, 4, 7]);
        assert_eq!(LineMap::from_marks(&marked, "a\nc\n"), None);
    }

    #[test]
    fn equal_lines_are_matched_in_order() {
        let map = LineMap::by_equal_lines("x\ny\nx\nz", "x\n?\nx\nz");
        assert_eq!(map.0, [0, 0, 2, 3]);
    }
}
