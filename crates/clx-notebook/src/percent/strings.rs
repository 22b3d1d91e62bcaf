//! Finds out which lines of a script begin inside a multi-line string.
//!
//! One simple rule serves all languages, as the format demands: triple quotes of either kind span
//! lines, single ones end with the line. Principal type: [`StringTracker`].

use crate::language_table::script_comment;
use crate::python_text::strip_start;

/// Reads lines one after the other.
#[derive(Debug, Clone)]
pub(crate) struct StringTracker {
    comment: Option<&'static str>,
    /// R strings were never tracked by the format.
    ignores: bool,
    triple: Option<char>,
}

impl StringTracker {
    /// Makes a tracker for the start of a cell in `language`.
    pub(crate) fn new(language: &str) -> Self {
        Self { comment: script_comment(language), ignores: language == "R", triple: None }
    }

    /// Tells whether the next line begins inside a string.
    pub(crate) const fn is_quoted(&self) -> bool {
        self.triple.is_some()
    }

    /// Reads a line.
    pub(crate) fn read_line(&mut self, line: &str) {
        if self.ignores || self.is_comment_line(line) || !line.contains(['"', '\'']) {
            return;
        }
        let chars: Vec<char> = line.chars().collect();
        let mut single = None;
        // A closing triple quote and the next opening one share no character.
        let mut triple_at: Option<usize> = None;
        for at in 0..chars.len() {
            let c = chars[at];
            if single.is_none() && self.triple.is_none() && self.comment_begins(&chars[at..]) {
                return;
            }
            if !matches!(c, '"' | '\'') || (at > 0 && chars[at - 1] == '\\') {
                continue;
            }
            if single == Some(c) {
                single = None;
                continue;
            }
            if single.is_some() {
                continue;
            }
            let ends_three = at >= 2 && chars[at - 1] == c && chars[at - 2] == c;
            if ends_three && triple_at.is_none_or(|start| at >= start + 3) {
                self.toggle_triple(c, at, &mut triple_at);
            } else if self.triple.is_none() {
                single = Some(c);
            }
        }
    }

    fn toggle_triple(&mut self, c: char, at: usize, triple_at: &mut Option<usize>) {
        if self.triple == Some(c) {
            self.triple = None;
            *triple_at = Some(at);
        } else if self.triple.is_none() {
            self.triple = Some(c);
            *triple_at = Some(at);
        }
    }

    fn is_comment_line(&self, line: &str) -> bool {
        !self.is_quoted() && self.comment.is_some_and(|token| strip_start(line).starts_with(token))
    }

    fn comment_begins(&self, rest: &[char]) -> bool {
        self.comment.is_some_and(|token| {
            token.chars().count() <= rest.len() && token.chars().zip(rest).all(|(a, b)| a == *b)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, source: &str, expected: &[bool]) {
        let mut tracker = StringTracker::new(language);
        let quoted: Vec<bool> = source
            .split('\n')
            .map(|line| {
                tracker.read_line(line);
                tracker.is_quoted()
            })
            .collect();
        assert_eq!(quoted, expected, "{source}");
    }

    #[test]
    fn triple_quotes_span_lines_and_single_ones_do_not() {
        check("python", "s = \"\"\"\nx\n\"\"\"", &[true, true, false]);
        check("python", "s = 'open\nx", &[false, false]);
        check("python", "# it's \"\"\"\nx = 1 # \"\"\"", &[false, false]);
        check("python", "b = \"\\\"\\\"\\\"\"", &[false]);
        check("java", "String s = \"\"\"", &[true]);
        check("R", "\"\"\"", &[false]);
    }

    #[test]
    fn runs_of_quotes_count_as_the_format_counts_them() {
        check("python", "e = \"\"\"\"\"\" + \"x\"", &[false]);
        check("python", "b = \"\"\"text\"\"\"\"", &[false]);
    }
}
