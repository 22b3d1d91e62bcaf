//! Cuts Jinja text into plain text, tags and line statements.

use crate::python_text::is_space;

/// A piece of a source; all pieces joined give the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'s> {
    /// Text outside all tags.
    Text(&'s str),
    /// A comment or raw block: `{# … #}`, `{% raw %}…{% endraw %}`.
    Verbatim(&'s str),
    /// `{{ … }}`.
    Expression(&'s str),
    /// `{% … %}`.
    Tag(&'s str),
    /// A line statement with its indentation and prefix taken away, up to and with the blank lines
    /// behind it.
    Line(&'s str),
}

/// Walks through a source.
pub(super) struct Scanner<'s> {
    source: &'s str,
    at: usize,
    prefix: &'s str,
    /// Whether the last tag ended in `-`, which takes away the blanks behind it: an indented line
    /// statement there is no longer at the start of a line.
    trimmed: bool,
    texts: Texts,
}

impl<'s> Scanner<'s> {
    pub(super) const fn new(source: &'s str, prefix: &'s str) -> Self {
        Self { source, at: 0, prefix, trimmed: false, texts: Texts::new() }
    }

    /// Returns the start of the next tag or line statement from the present position.
    fn next_mark(&self) -> Option<usize> {
        let mut from = self.at;
        if self.trimmed {
            let rest = &self.source[from..];
            from += rest.len() - rest.trim_start_matches(is_space).len();
        }
        loop {
            let brace = self.source[from..].find('{').map(|at| from + at);
            let line = self.next_line_statement(from, brace);
            if line.is_some() {
                return line;
            }
            let at = brace?;
            if self.source[at + 1..].starts_with(['{', '%', '#']) {
                return Some(at);
            }
            from = at + 1;
        }
    }

    /// Returns the start of the first line in `from..limit` that is a line statement.
    fn next_line_statement(&self, from: usize, limit: Option<usize>) -> Option<usize> {
        let limit = limit.unwrap_or(self.source.len());
        let mut start = self.source[..from].rfind('\n').map_or(0, |at| at + 1);
        if start < from {
            start = from + self.source[from..].find('\n')? + 1;
        }
        while start < limit {
            if self.statement_offset(start).is_some() {
                return Some(start);
            }
            start += self.source[start..].find('\n')? + 1;
        }
        None
    }

    /// Returns where the statement of the line at `start` begins, if the line is one.
    fn statement_offset(&self, start: usize) -> Option<usize> {
        let line = &self.source[start..];
        let text = line.trim_start_matches([' ', '\t', '\u{b}']);
        text.starts_with(self.prefix).then(|| start + line.len() - text.len() + self.prefix.len())
    }

    fn is_line_start(&self) -> bool {
        self.at == 0 || self.source[..self.at].ends_with('\n')
    }

    fn take_to(&mut self, end: usize) -> &'s str {
        let taken = &self.source[self.at..end];
        self.at = end;
        taken
    }

    fn tag(&mut self) -> Piece<'s> {
        let source = self.source;
        let rest = &source[self.at..];
        if rest.starts_with("{#") {
            let end = rest.find("#}").map_or(rest.len(), |end| end + 2);
            return Piece::Verbatim(self.take_to(self.at + end));
        }
        if let Some(end) = raw_block(rest) {
            return Piece::Verbatim(self.take_to(self.at + end));
        }
        let is_expression = rest.starts_with("{{");
        let close = if is_expression { "}}" } else { "%}" };
        let end = 2 + expression_end(&rest[2..], &mut self.texts, |text| {
            text.starts_with(close).then_some(2)
        });
        let tag = self.take_to(self.at + end);
        if is_expression { Piece::Expression(tag) } else { Piece::Tag(tag) }
    }

    fn line(&mut self, statement: usize) -> Piece<'s> {
        self.at = statement;
        let end = expression_end(&self.source[statement..], &mut self.texts, line_end);
        Piece::Line(self.take_to(statement + end))
    }
}

impl<'s> Iterator for Scanner<'s> {
    type Item = Piece<'s>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.source.len() {
            return None;
        }
        let mark = self.next_mark().unwrap_or(self.source.len());
        let trimmed = std::mem::take(&mut self.trimmed);
        if mark > self.at {
            return Some(Piece::Text(self.take_to(mark)));
        }
        let at_start =
            self.is_line_start() && !(trimmed && self.source[self.at..].starts_with(is_space));
        let statement = at_start.then(|| self.statement_offset(self.at)).flatten();
        if let Some(statement) = statement {
            return Some(self.line(statement));
        }
        let tag = self.tag();
        let taken = &self.source[..self.at];
        self.trimmed = ["-%}", "-}}", "-#}"].iter().any(|end| taken.ends_with(end));
        Some(tag)
    }
}

/// Returns the end of the statement of a line: its newline and the blank lines behind it. `text`
/// begins somewhere in the line.
fn line_end(text: &str) -> Option<usize> {
    let blanks = text.len() - text.trim_start_matches(is_space).len();
    if blanks == text.len() {
        return Some(blanks);
    }
    text[..blanks].rfind('\n').map(|at| at + 1)
}

/// Walks over an expression, its texts and brackets, until `ends` finds its end outside all
/// brackets; returns the position behind it, or the length of `text`.
fn expression_end(text: &str, texts: &mut Texts, ends: impl Fn(&str) -> Option<usize>) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if depth == 0
            && let Some(length) = ends(&text[at..])
        {
            return at + length;
        }
        at += match c {
            '"' | '\'' => texts.length(&text[at..], c),
            _ => c.len_utf8(),
        };
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// Measures texts in quotes from the front of a source to its end. If one never ends, then no later one
/// in the same quotes does: they are looked for once.
#[derive(Debug)]
pub(super) struct Texts {
    unclosed: [bool; 2],
}

impl Texts {
    pub(super) const fn new() -> Self {
        Self { unclosed: [false; 2] }
    }

    /// Returns the length of the text that `text` begins with; 1 if it never ends.
    pub(super) fn length(&mut self, text: &str, quote: char) -> usize {
        let unclosed = &mut self.unclosed[usize::from(quote == '"')];
        if *unclosed {
            return 1;
        }
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return at + 1,
                _ => {}
            }
        }
        *unclosed = true;
        1
    }
}

/// Returns the length of a raw block at the front of `text`.
fn raw_block(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{%")?.trim_start_matches(['-', '+']);
    let word = inside.trim_start_matches(is_space).strip_prefix("raw")?;
    let body = word.trim_start_matches(is_space).trim_start_matches('-').strip_prefix("%}")?;
    let start = text.len() - body.len();
    let mut from = start;
    while let Some(open) = text[from..].find("{%") {
        let tag = text[from + open + 2..].trim_start_matches(['-', '+']);
        if let Some(rest) = tag.trim_start_matches(is_space).strip_prefix("endraw") {
            let close = rest.find("%}").map_or(rest.len(), |close| close + 2);
            return Some(text.len() - rest.len() + close);
        }
        from += open + 2;
    }
    Some(text.len())
}
