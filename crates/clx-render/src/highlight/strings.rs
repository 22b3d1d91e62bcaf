//! Strings with their escapes and the code inside them.

use super::grammar::{Interpolation, Quote, RawStrings};
use super::scanner::{Scanner, is_word, is_word_start, length_while};

/// Code inside a string is looked for this many bytes from its begin.
const MAX_CODE: usize = 500;

/// Writes the string in front; false if there is none.
pub(super) fn write(scanner: &mut Scanner<'_, '_>, rest: &str) -> bool {
    if let Some(length) = raw(scanner, rest) {
        scanner.spans.push("st", length);
        return true;
    }
    let prefix = prefix(scanner, rest);
    let Some(quote) =
        scanner.grammar.quotes.iter().find(|quote| rest[prefix.len()..].starts_with(quote.open))
    else {
        return false;
    };
    if scanner.grammar.lifetimes && quote.open == "'" && !is_character(&rest[prefix.len()..]) {
        return false;
    }
    let begin = prefix.len() + quote.open.len();
    let prefix = prefix.to_lowercase();
    let escapes = quote.escapes && !prefix.contains('r');
    let code = match quote.code {
        Interpolation::BracesAfterF if prefix.contains(['f', 't']) => Interpolation::Braces,
        Interpolation::BracesAfterF => Interpolation::None,
        other => other,
    };
    let length = begin + length(&rest[begin..], quote);
    if scanner.grammar.string_keys && rest[length..].trim_start().starts_with(':') {
        scanner.spans.push("at", length);
        return true;
    }
    scanner.spans.push("st", begin);
    body(scanner, &rest[begin..length], escapes, code);
    true
}

/// Returns the length of what follows the opening quote, the closing one included. A string that
/// does not end, ends with its line, or with the text if it may go over lines.
fn length(rest: &str, quote: &Quote) -> usize {
    let mut at = 0;
    while let Some(found) =
        rest[at..].find(|c| quote.close.starts_with(c) || c == '\\' || c == '\n')
    {
        at += found;
        let here = &rest[at..];
        if here.starts_with(quote.close) {
            return at + quote.close.len();
        }
        at += match here.as_bytes()[0] {
            b'\n' if !quote.multiline => return at,
            b'\\' if quote.escapes => 1 + here[1..].chars().next().map_or(0, char::len_utf8),
            _ => 1,
        };
    }
    rest.len()
}

/// Writes what is inside a string and its closing quote.
fn body(scanner: &mut Scanner<'_, '_>, text: &str, escapes: bool, code: Interpolation) {
    let mut written = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['\\', '{', '$']) {
        at += found;
        let (class, length) = match text.as_bytes()[at] {
            b'\\' if escapes => ("es", escape_length(&text[at..])),
            b'{' if code == Interpolation::Braces && text[at..].starts_with("{{") => ("st", 2),
            _ => match code_length(&text[at..], code) {
                Some(length) => ("va", length),
                None => ("st", 1),
            },
        };
        if class != "st" {
            scanner.spans.push("st", at - written);
            if class == "va" && text[at..at + length].ends_with('}') {
                let end = scanner.spans.at() + length;
                scanner.depth += 1;
                scanner.code(end);
                scanner.depth -= 1;
            } else {
                scanner.spans.push(class, length);
            }
            written = at + length;
        }
        at += length;
    }
    scanner.spans.push("st", text.len() - written);
}

/// Returns the length of code with its braces, or of a variable, in front of a part of a string.
fn code_length(text: &str, code: Interpolation) -> Option<usize> {
    let brace = match code {
        Interpolation::None | Interpolation::BracesAfterF => return None,
        Interpolation::Braces => 0,
        Interpolation::DollarBraces | Interpolation::Dollar => 1,
    };
    if code == Interpolation::Dollar && !text.starts_with("${") {
        return Some(variable(text)).filter(|&length| length > 1);
    }
    if !text[brace..].starts_with('{') || (brace == 1) != text.starts_with('$') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take_while(|&(at, _)| at < MAX_CODE) {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the length of `$name`, `$1` or `${…}`; 1 if no name follows.
pub(super) fn variable(text: &str) -> usize {
    let after = &text[1..];
    match after.chars().next() {
        Some('{') => after.find(['}', '\n']).map_or(1, |at| 2 + at),
        Some(c) if is_word_start(c) => 1 + length_while(after, is_word),
        Some(c) if c.is_ascii_digit() || matches!(c, '@' | '#' | '?' | '*' | '!') => 2,
        _ => 1,
    }
}

fn escape_length(text: &str) -> usize {
    let digits = match text.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(_) => return 1 + text[1..].chars().next().map_or(0, char::len_utf8),
        None => return 1,
    };
    2 + text[2..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count()
}

/// Returns the letters before a quote that belong to it.
fn prefix<'t>(scanner: &Scanner<'_, '_>, rest: &'t str) -> &'t str {
    let word = &rest[..length_while(rest, is_word).min(rest.len())];
    let is_prefix =
        scanner.grammar.prefixes.iter().any(|own| own.eq_ignore_ascii_case(word) || *own == word);
    if is_prefix { word } else { "" }
}

/// Tells `'x'` and `'\n'` from a lifetime.
fn is_character(text: &str) -> bool {
    let mut inside = text[1..].chars();
    let first = inside.next();
    first == Some('\\') || inside.next() == Some('\'')
}

/// Returns the length of a string in front whose end depends on its begin.
fn raw(scanner: &Scanner<'_, '_>, rest: &str) -> Option<usize> {
    let begins: &[&str] = match scanner.grammar.raw_strings {
        RawStrings::None => return None,
        RawStrings::Cpp => &["R\"", "u8R\"", "LR\"", "uR\"", "UR\""],
        RawStrings::Rust => &["r\"", "r#", "br\"", "br#"],
    };
    let begin = begins.iter().find(|begin| rest.starts_with(**begin))?;
    let (open, close) = match scanner.grammar.raw_strings {
        RawStrings::Rust => {
            let head = begin.len() - 1;
            let hashes = length_while(&rest[head..], |c| c == '#');
            rest[head + hashes..].starts_with('"').then_some(())?;
            (head + hashes + 1, format!("\"{}", "#".repeat(hashes)))
        }
        RawStrings::None | RawStrings::Cpp => {
            // The standard allows 16 characters, all of them ASCII.
            let length = rest[begin.len()..].bytes().take(17).position(|byte| byte == b'(')?;
            let delimiter = &rest[begin.len()..begin.len() + length];
            (begin.len() + delimiter.len() + 1, format!("){delimiter}\""))
        }
    };
    Some(rest[open..].find(&close).map_or(rest.len(), |at| open + at + close.len()))
}
