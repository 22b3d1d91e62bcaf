//! Text operations with the meaning that Python gives them.
//!
//! The percent format was defined by a Python program, so blanks and line ends are those of
//! Python's `str`. Responsible for splitting and trimming only.

/// Tells whether Python's `str.isspace` (and `\s` of its regular expressions) holds for `c`.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Tells whether `text` has no other characters than blanks.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// Removes blanks from both ends.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Removes blanks from the front.
pub(crate) fn strip_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// Removes blanks from the end.
pub(crate) fn strip_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Splits `line` into its leading blanks and the rest.
pub(crate) fn split_indent(line: &str) -> (&str, &str) {
    line.split_at(line.len() - strip_start(line).len())
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Splits `text` into lines that keep their ends; the empty text has no line.
pub(crate) fn split_lines_keeping_ends(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_line_end) {
        let end = if rest[at..].starts_with("\r\n") {
            at + 2
        } else {
            at + rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        let (line, tail) = rest.split_at(end);
        lines.push(line);
        rest = tail;
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Splits `text` into lines without their ends.
pub(crate) fn split_lines(text: &str) -> Vec<&str> {
    split_lines_keeping_ends(text).into_iter().map(without_end).collect()
}

fn without_end(line: &str) -> &str {
    line.strip_suffix("\r\n").or_else(|| line.strip_suffix(is_line_end)).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_python_line_ends_split() {
        let text = "a\nb\rc\r\nd\u{b}e\u{c}f\u{1c}g\u{85}h\u{2028}i";
        assert_eq!(split_lines(text), ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
        assert_eq!(split_lines(""), [""; 0]);
        assert_eq!(split_lines("\n\n"), ["", ""]);
    }

    #[test]
    fn separators_are_blank_but_zero_width_is_not() {
        assert!(is_blank(" \t\u{a0}\u{1f}"));
        assert!(!is_blank("\u{200b}"));
    }
}
