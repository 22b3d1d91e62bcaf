//! Texts about one thing, to be scrolled. Principal type: [`Page`].

use crate::snapshot::{Target, Tone};

/// What a page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Something of a pane.
    Line(Target),
    /// All warnings.
    Warnings,
    /// The ends of the log files of workers.
    WorkerLogs,
    /// What the keys do.
    Help,
}

/// A text about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// What it is about, to read it again.
    pub(crate) subject: Subject,
    /// Its title.
    pub(crate) title: String,
    /// Its lines.
    pub(crate) lines: Vec<PageLine>,
    /// The first line that is shown, counted after wrapping; beyond the end means the end.
    pub(crate) scroll: usize,
}

/// A line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageLine {
    /// Columns that it and what is wrapped of it stand to the right.
    pub(crate) indent: usize,
    /// The text, no control characters.
    pub(crate) text: String,
    /// How it is meant.
    pub(crate) tone: Tone,
}

impl Page {
    /// Makes a page that begins at its first line.
    pub(crate) fn new(subject: Subject, title: String) -> Self {
        Self { subject, title, lines: Vec::new(), scroll: 0 }
    }

    /// Adds the lines of a text.
    pub(crate) fn say(&mut self, indent: usize, tone: Tone, text: &str) {
        self.lines.extend(text.lines().map(|line| PageLine {
            indent,
            text: crate::words::printable(line),
            tone,
        }));
    }

    /// Adds an empty line.
    pub(crate) fn gap(&mut self) {
        self.lines.push(PageLine { indent: 0, text: String::new(), tone: Tone::Plain });
    }

    /// Wraps the lines for so many columns.
    pub(crate) fn wrapped(&self, columns: usize) -> Vec<PageLine> {
        self.lines.iter().flat_map(|line| wrap(line, columns)).collect()
    }
}

/// Breaks a line at blanks, and words that are too long for a line anywhere.
fn wrap(line: &PageLine, columns: usize) -> Vec<PageLine> {
    let room = columns.saturating_sub(line.indent).max(1);
    let mut rest: &str = &line.text;
    let mut parts = Vec::new();
    loop {
        let end = fitting(rest, room);
        if end == rest.len() {
            parts.push(rest);
            break;
        }
        let at_blank = rest[..end].rfind(' ').filter(|at| !rest[..*at].trim().is_empty());
        let end = if rest[end..].starts_with(' ') { end } else { at_blank.unwrap_or(end) };
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(' ');
    }
    parts.into_iter().map(|text| PageLine { text: text.to_owned(), ..line.clone() }).collect()
}

/// Returns how many bytes of a text fit into so many columns, at least one letter's.
pub(crate) fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, letter) in text.char_indices() {
        used += width(letter.encode_utf8(&mut [0; 4]));
        if used > columns && at > 0 {
            return at;
        }
    }
    text.len()
}

/// Returns how many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    ratatui::text::Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let line = PageLine { indent: 2, text: text.to_owned(), tone: Tone::Plain };
        wrap(&line, columns).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrapped("a few words", 9), ["a few", "words"]);
        assert_eq!(wrapped("a few words", 7), ["a few", "words"]);
        assert_eq!(wrapped("aaaaaaaaaa b", 7), ["aaaaa", "aaaaa", "b"]);
        assert_eq!(wrapped("    indented code", 10), ["    inde", "nted", "code"]);
        assert_eq!(wrapped("", 9), [""]);
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(wrapped("漢字漢字", 6), ["漢字", "漢字"]);
        assert_eq!(wrapped("漢", 3), ["漢"], "one letter in any case");
    }
}
