//! Takes formulas out of a text and leaves marks in their places. Principal type: [`Extracted`].
//!
//! Forms, as nbconvert finds them: `$…$` (not empty, inside one block), `$$…$$`, `\\(…\\)`,
//! `\\[…\\]` and `\begin{name}…\end{name}`, not inside code. `\$` is a dollar. The scanner goes
//! forward only, and what closes a form is searched once for each kind, so the time is linear.

use std::collections::BTreeMap;

use super::block;
use crate::math::Formula;
use closer::Closer;

mod closer;

/// A text and the formulas that its marks stand for.
#[derive(Debug)]
pub(super) struct Extracted {
    /// The text; a formula is its index between two [`Self::mark`]s.
    pub(super) text: String,
    /// The formulas in order.
    pub(super) formulas: Vec<Formula>,
    /// A character of the private use area that the text does not have.
    pub(super) mark: char,
}

/// Takes the formulas out of Markdown; also puts the blank into `#Title`.
pub(super) fn from_markdown(text: &str) -> Extracted {
    Extractor::new(text, true).run()
}

/// Takes the formulas out of a text without other markup.
pub(super) fn from_latex(text: &str) -> Extracted {
    Extractor::new(text, false).run()
}

impl Extracted {
    /// Returns the index of the mark in front of `text` and what follows it.
    pub(super) fn mark_in_front<'t>(&self, text: &'t str) -> Option<(usize, &'t str)> {
        let (index, after) = text.strip_prefix(self.mark)?.split_once(self.mark)?;
        let index = index.parse().ok().filter(|&index| index < self.formulas.len())?;
        Some((index, after))
    }

    /// Returns `text` with the sources of formulas in place of their marks.
    pub(super) fn restored(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(self.mark) {
            out.push_str(&rest[..at]);
            match self.mark_in_front(&rest[at..]) {
                Some((index, after)) => {
                    out.push_str(&self.formulas[index].source);
                    rest = after;
                }
                None => rest = &rest[at + self.mark.len_utf8()..],
            }
        }
        out.push_str(rest);
        out
    }
}

struct Extractor<'t> {
    text: &'t str,
    is_markdown: bool,
    at: usize,
    line: usize,
    line_begin: usize,
    /// Everything before is in `done`.
    copied: usize,
    done: Extracted,
    dollars: Closer,
    parenthesis: Closer,
    bracket: Closer,
    environments: BTreeMap<usize, usize>,
}

impl<'t> Extractor<'t> {
    fn new(text: &'t str, is_markdown: bool) -> Self {
        let mark =
            ('\u{e000}'..='\u{f8ff}').find(|mark| !text.contains(*mark)).unwrap_or('\u{e000}');
        Self {
            text,
            is_markdown,
            at: 0,
            line: 0,
            line_begin: 0,
            copied: 0,
            done: Extracted { text: String::with_capacity(text.len()), formulas: Vec::new(), mark },
            dollars: Closer::new("$$"),
            parenthesis: Closer::new("\\\\)"),
            bracket: Closer::new("\\\\]"),
            environments: closer::environments(text),
        }
    }

    fn run(mut self) -> Extracted {
        self.line_begins();
        while let Some(found) = self.text[self.at..].find(['\n', '`', '$', '\\']) {
            self.at += found;
            match self.text.as_bytes()[self.at] {
                b'\n' => {
                    self.skip(1);
                    self.line_begins();
                }
                b'`' if self.is_markdown => self.code_span(),
                b'$' => self.dollar(),
                b'\\' => self.backslash(),
                _ => self.at += 1,
            }
        }
        self.copy(self.text.len());
        self.done
    }

    /// Goes on by `length` bytes.
    fn skip(&mut self, length: usize) {
        let passed = &self.text[self.at..self.at + length];
        self.line += passed.bytes().filter(|&byte| byte == b'\n').count();
        if let Some(last) = passed.rfind('\n') {
            self.line_begin = self.at + last + 1;
        }
        self.at += length;
    }

    fn copy(&mut self, end: usize) {
        self.done.text.push_str(&self.text[self.copied..end]);
        self.copied = end;
    }

    /// Skips fenced code and repairs headings.
    fn line_begins(&mut self) {
        if !self.is_markdown {
            return;
        }
        let line = self.current_line();
        if let Some((sign, length)) = block::fence(line) {
            self.skip(line.len());
            while self.at < self.text.len() {
                self.skip(1);
                let line = self.current_line();
                self.skip(line.len());
                if block::closes(line, sign, length) {
                    break;
                }
            }
        } else if let Some(length) = block::glued_heading(line) {
            self.copy(self.at + length);
            self.done.text.push(' ');
        }
    }

    fn current_line(&self) -> &'t str {
        let rest = &self.text[self.at..];
        &rest[..rest.find('\n').unwrap_or(rest.len())]
    }

    /// Skips a code span, or backticks that open none.
    fn code_span(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.len() - rest.trim_start_matches('`').len();
        let end = self.span_end(length);
        self.skip(end.unwrap_or(length));
    }

    /// Returns the length of the code span in front whose backticks are `length`.
    fn span_end(&self, length: usize) -> Option<usize> {
        let rest = &self.text[self.at..];
        let mut at = length;
        loop {
            at += rest[at..].find(['`', '\n'])?;
            let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            if run == length {
                return Some(at + run);
            }
            if run == 0 && block::begins_after(&rest[at..]) {
                return None;
            }
            at += run.max(1);
        }
    }

    fn before(&self) -> Option<u8> {
        self.at.checked_sub(1).map(|at| self.text.as_bytes()[at])
    }

    fn dollar(&mut self) {
        let rest = &self.text[self.at..];
        if self.before() == Some(b'\\') {
            return self.skip(1);
        }
        if rest.starts_with("$$") {
            return match self.dollars.after(self.text, self.at + 2) {
                Some(end) if end > self.at + 2 => self.take(2, end, 2, true),
                _ => self.skip(2),
            };
        }
        match self.inline_end() {
            Some(end) if self.before() != Some(b'$') => self.take(1, end, 1, false),
            _ => self.skip(1),
        }
    }

    /// Returns where the `$` stands that closes the one in front.
    fn inline_end(&self) -> Option<usize> {
        let begin = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut end = begin;
        loop {
            end += self.text[end..].find('$')?;
            if bytes[end - 1] != b'\\' {
                break;
            }
            end += 1;
        }
        let body = &self.text[begin..end];
        let is_row = self.is_markdown && self.row_has_begun() && body.contains('|');
        (!body.is_empty() && !is_row && !block::crosses(body)).then_some(end)
    }

    /// Tells whether the line is a row of a table.
    fn row_has_begun(&self) -> bool {
        self.line_so_far().trim_start().starts_with('|')
    }

    fn line_so_far(&self) -> &'t str {
        &self.text[self.line_begin..self.at]
    }

    fn backslash(&mut self) {
        let rest = &self.text[self.at..];
        if let Some(&end) = self.environments.get(&self.at) {
            return self.take(0, end, 0, true);
        }
        let is_first = self.before() != Some(b'\\');
        let closed = match rest.as_bytes().get(..3) {
            Some(b"\\\\(") if is_first => {
                self.parenthesis.after(self.text, self.at + 3).map(|end| (end, false))
            }
            Some(b"\\\\[") if is_first => {
                self.bracket.after(self.text, self.at + 3).map(|end| (end, true))
            }
            _ => None,
        };
        match closed {
            Some((end, is_display)) if end > self.at + 3 => self.take(3, end, 3, is_display),
            // The next character is escaped, whatever it is.
            _ => self.skip(1 + rest[1..].chars().next().map_or(0, char::len_utf8)),
        }
    }

    /// Makes the text up to `end` a formula, with delimiters of these lengths around it.
    fn take(&mut self, open: usize, end: usize, close: usize, is_display: bool) {
        let begin = self.at;
        self.copy(begin);
        self.done.text.push(self.done.mark);
        self.done.text.push_str(&self.done.formulas.len().to_string());
        self.done.text.push(self.done.mark);
        self.done.formulas.push(Formula {
            source: self.text[begin..end + close].to_owned(),
            body: block::unquoted(&self.text[begin + open..end], self.line_so_far()),
            is_display,
            line: self.line,
        });
        self.skip(end + close - begin);
        self.copied = self.at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let extracted = from_markdown(text);
        let found: Vec<&str> =
            extracted.formulas.iter().map(|formula| formula.body.as_str()).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(extracted.restored(&extracted.text), text);
    }

    #[test]
    fn all_forms_are_found() {
        check(r"$a$ and $$b$$, \\(c\\) and \\[d\\]", &["a", "b", "c", "d"]);
        check("\\begin{align*}a\\end{align*}", &["\\begin{align*}a\\end{align*}"]);
        check("$$\na\n\nb\n$$", &["\na\n\nb\n"]);
        check("\\begin{a}\\begin{a}x\\end{a}\\end{a}", &["\\begin{a}\\begin{a}x\\end{a}\\end{a}"]);
    }

    #[test]
    fn escaped_lonely_and_empty_dollars_are_text() {
        for text in
            [r"\$a\$ $", "5$", "$$$$", r"\(a\)", "a$\n\nb$", "$a\n- b$", "\\begin{a}x\\end{b}"]
        {
            check(text, &[]);
        }
    }

    #[test]
    fn code_is_left_alone() {
        for text in
            ["`$a$`", "``$a`$``", "```\n$a$\n```", "- ~~~\n  $$a$$\n  ~~~", "````\n```\n$a$"]
        {
            check(text, &[]);
        }
        check("`a $b$ `` $c$", &["b", "c"]);
        check("```x``` $a$\n\n```\n$b$\n```\n$c$", &["a", "c"]);
    }

    #[test]
    fn rows_of_tables_keep_formulas_inside_a_column() {
        check("| 5$ | 6$ |\n| $a$ |", &["a"]);
    }

    #[test]
    fn lines_are_counted_from_the_begin_of_the_text() {
        let extracted = from_markdown("a\n\n```\nb\n```\n$c\nd$ $e$");
        let lines: Vec<usize> = extracted.formulas.iter().map(|formula| formula.line).collect();
        assert_eq!(lines, [5, 6]);
    }

    #[test]
    fn quote_signs_are_no_part_of_a_formula() {
        let extracted = from_markdown("> > $$\n> > a > b\n> > $$");
        assert_eq!(extracted.formulas[0].body, "\na > b\n");
    }
}
