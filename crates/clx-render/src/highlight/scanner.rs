//! The scanner of programming languages: one pass, no going back.

use super::grammar::Grammar;
use super::spans::Spans;
use super::strings;

/// Strings that hold code that holds strings: how deep that is followed.
const MAX_DEPTH: usize = 4;

/// Writes the whole text.
pub(super) fn scan(spans: &mut Spans<'_>, grammar: &Grammar) {
    let end = spans.text().len();
    Scanner { spans, grammar, depth: 0 }.code(end);
}

/// Where in a text the scanner is and what it reads.
pub(super) struct Scanner<'s, 'a> {
    pub(super) spans: &'s mut Spans<'a>,
    pub(super) grammar: &'s Grammar,
    pub(super) depth: usize,
}

impl Scanner<'_, '_> {
    /// Writes the text up to the byte `end` as code.
    pub(super) fn code(&mut self, end: usize) {
        let mut defines = false;
        while self.spans.at() < end {
            let rest = &self.spans.rest()[..end - self.spans.at()];
            let was_defining = defines;
            defines = false;
            let Some(first) = rest.chars().next() else { break };
            if first.is_whitespace() {
                defines = was_defining;
                self.spans.push("", length_while(rest, char::is_whitespace));
            } else if let Some(length) = self.comment(rest) {
                self.spans.push("co", length);
            } else if self.depth < MAX_DEPTH && strings::write(self, rest) {
            } else if first.is_ascii_digit() {
                self.spans.push("nu", number(rest));
            } else if is_word_start(first) {
                defines = self.word(rest, was_defining);
            } else {
                let (class, length) = self.sign(rest, first);
                self.spans.push(class, length);
            }
        }
    }

    /// Returns the length of the comment in front.
    fn comment(&self, rest: &str) -> Option<usize> {
        let grammar = self.grammar;
        if grammar.line_comments.iter().any(|begin| rest.starts_with(begin)) {
            // `$#` and `a#b` of a shell are no comments.
            let glued = grammar.variables && !self.before().is_none_or(char::is_whitespace);
            return (!glued).then(|| line_length(rest));
        }
        let (open, close) = grammar.block_comment.filter(|(open, _)| rest.starts_with(open))?;
        if !grammar.nests_comments {
            return Some(
                rest[open.len()..]
                    .find(close)
                    .map_or(rest.len(), |at| open.len() + at + close.len()),
            );
        }
        Some(nested_length(rest, open, close))
    }

    /// Writes the word in front; returns whether a name to be defined follows.
    fn word(&mut self, rest: &str, is_defined: bool) -> bool {
        let length = length_while(rest, is_word);
        let (word, after) = rest.split_at(length);
        let grammar = self.grammar;
        let lower = grammar.ignores_case.then(|| word.to_lowercase());
        let word = lower.as_deref().unwrap_or(word);
        let is_member = self.before() == Some('.');
        let is_keyword = !is_member
            && (grammar.keywords.contains(&word)
                || grammar.soft_keywords.contains(&word) && self.is_soft_keyword(after));
        let is_call = grammar.calls && after.starts_with('(');
        let class = if is_keyword {
            "kw"
        } else if !is_member && grammar.constants.contains(&word) {
            "cn"
        } else if is_defined {
            "df"
        } else if !is_member && grammar.types.contains(&word) {
            "ty"
        } else if !is_member && grammar.builtins.contains(&word) {
            "bi"
        } else if grammar.capital_types
            && is_type_name(word)
            && !(grammar.capital_methods && (is_member || is_call))
        {
            "ty"
        } else if is_call || grammar.calls && after.starts_with("!(") {
            "fc"
        } else {
            ""
        };
        self.spans.push(class, length);
        is_keyword && grammar.definers.contains(&word)
    }

    /// Tells whether a word that is a keyword in some places only is one here: first in its line,
    /// and not assigned, called or asked for a member.
    fn is_soft_keyword(&self, after: &str) -> bool {
        let next = after.trim_start_matches(' ').chars().next();
        self.is_first_in_line()
            && after.starts_with(' ')
            && next.is_some_and(|next| !matches!(next, '=' | '.' | ',' | ')' | ':' | '\n'))
    }

    /// Returns the class and length of what begins with a sign.
    fn sign(&self, rest: &str, first: char) -> (&'static str, usize) {
        let grammar = self.grammar;
        let word = length_while(&rest[first.len_utf8()..], is_word);
        match first {
            '@' if grammar.decorators && word > 0 => {
                ("at", 1 + length_while(&rest[1..], |c| is_word(c) || c == '.'))
            }
            '#' if grammar.preprocessor && self.is_first_in_line() => ("at", directive(rest)),
            '$' if grammar.variables => ("va", strings::variable(rest)),
            '\'' if grammar.lifetimes && word > 0 => ("va", 1 + word),
            _ => ("", first.len_utf8()),
        }
    }

    fn is_first_in_line(&self) -> bool {
        let written = &self.spans.text()[..self.spans.at()];
        written.trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n')
    }

    /// Returns the character before the place.
    pub(super) fn before(&self) -> Option<char> {
        self.spans.text()[..self.spans.at()].chars().next_back()
    }
}

/// Returns the length of the longest beginning of such characters.
pub(super) fn length_while(text: &str, is_inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_inside(c)).unwrap_or(text.len())
}

pub(super) fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Tells names such as `Point` from constants such as `PI`.
fn is_type_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase)
}

/// Returns the length of a comment in front that may hold others.
fn nested_length(rest: &str, open: &str, close: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(open) {
            depth += 1;
            at += open.len();
        } else if rest[at..].starts_with(close) {
            depth -= 1;
            at += close.len();
            if depth == 0 {
                return at;
            }
        } else {
            at += c.len_utf8();
        }
    }
    rest.len()
}

fn line_length(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// Returns the length of a preprocessor line without the comment at its end.
fn directive(rest: &str) -> usize {
    let line = &rest[..line_length(rest)];
    line.find(" //").unwrap_or(line.len())
}

/// Returns the length of a number: digits and letters, separators between digits, a fraction, the
/// sign of an exponent.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let is_hex = rest.starts_with("0x") || rest.starts_with("0X");
    let mut at = 0;
    while at < bytes.len() {
        let next_is_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let inside = match bytes[at] {
            b'.' | b'\'' => next_is_digit,
            b'+' | b'-' => !is_hex && next_is_digit && matches!(bytes[at - 1], b'e' | b'E'),
            byte => byte == b'_' || byte.is_ascii_alphanumeric(),
        };
        if !inside {
            break;
        }
        at += 1;
    }
    at
}
