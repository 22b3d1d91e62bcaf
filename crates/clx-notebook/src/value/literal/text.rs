//! Quoted texts of Python literals.

use super::Reader;
use crate::value::Value;

/// Reads one text and those that follow it directly, which Python joins.
pub(super) fn read_all(reader: &mut Reader<'_>) -> Option<Value> {
    let bytes = take_bytes_prefix(&mut reader.rest);
    let mut text = read_one(&mut reader.rest)?;
    loop {
        reader.skip_blanks();
        let before = reader.rest;
        let fits = take_bytes_prefix(&mut reader.rest) == bytes;
        match read_one(&mut reader.rest).filter(|_| fits) {
            Some(more) => text.push_str(&more),
            None => {
                reader.rest = before;
                return Some(if bytes { Value::Foreign("bytes") } else { Value::Text(text) });
            }
        }
    }
}

/// Removes the `b` that makes the text at the front bytes.
fn take_bytes_prefix(rest: &mut &str) -> bool {
    let Some(tail) = rest.strip_prefix(['b', 'B']) else { return false };
    let quoted = tail.trim_start_matches(['r', 'R']).starts_with(['"', '\'']);
    if quoted {
        *rest = tail;
    }
    quoted
}

fn read_one(rest: &mut &str) -> Option<String> {
    // A prefix has one letter at most; what comes later is no text.
    let prefix = rest.bytes().take(2).position(|byte| matches!(byte, b'"' | b'\''))?;
    let raw = match &rest[..prefix] {
        "" | "u" | "U" => false,
        "r" | "R" => true,
        _ => return None,
    };
    let body = &rest[prefix..];
    let quote = &body[..1];
    let triple = quote.repeat(3);
    let (mark, body) = match body.strip_prefix(triple.as_str()) {
        Some(inner) => (triple.as_str(), inner),
        None => (quote, &body[1..]),
    };
    let end = closing(body, mark)?;
    *rest = &body[end + mark.len()..];
    let inner = &body[..end];
    if mark.len() == 1 && inner.contains(['\n', '\r']) {
        return None;
    }
    if raw { Some(inner.to_owned()) } else { unescape(inner) }
}

fn closing(body: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &body[at..];
        if rest.starts_with(mark) {
            return Some(at);
        }
        let mut chars = rest.chars();
        let c = chars.next()?;
        at += c.len_utf8();
        if c == '\\' {
            at += chars.next()?.len_utf8();
        }
    }
}

fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        escape(&mut rest, &mut text)?;
    }
    text.push_str(rest);
    Some(text)
}

fn escape(rest: &mut &str, text: &mut String) -> Option<()> {
    let c = rest.chars().next()?;
    let after = &rest[c.len_utf8()..];
    *rest = after;
    let plain = match c {
        '\n' => return Some(()),
        '\\' | '\'' | '"' => c,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => coded(rest, 2)?,
        'u' => coded(rest, 4)?,
        'U' => coded(rest, 8)?,
        'N' => return None,
        '0'..='7' => octal(c, rest)?,
        _ => {
            text.push('\\');
            c
        }
    };
    text.push(plain);
    Some(())
}

fn coded(rest: &mut &str, length: usize) -> Option<char> {
    let digits = rest.get(..length)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    *rest = &rest[length..];
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn octal(first: char, rest: &mut &str) -> Option<char> {
    let more = rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let mut code = first.to_digit(8)?;
    for digit in rest[..more].chars() {
        code = code * 8 + digit.to_digit(8)?;
    }
    *rest = &rest[more..];
    char::from_u32(code)
}
