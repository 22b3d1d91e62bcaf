//! Numbers of Python literals.

use crate::value::Value;

/// Reads a number at the front of `rest`; `None` for a malformed one.
pub(super) fn read(rest: &mut &str) -> Option<Value> {
    let end = token_end(rest);
    let (token, tail) = rest.split_at(end);
    *rest = tail;
    if token.len() > 2
        && let Some(radix) = radix(&token[..2])
    {
        return i128::from_str_radix(&plain_digits(token[2..].trim_start_matches('_'))?, radix)
            .ok()
            .map(Value::Int);
    }
    decimal(&plain_digits(token)?)
}

fn radix(prefix: &str) -> Option<u32> {
    match prefix {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    }
}

/// Returns the length of the token: letters, digits, `_`, `.`, and a sign after an exponent.
fn token_end(text: &str) -> usize {
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !hexadecimal;
        if !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || sign) {
            return at;
        }
        previous = c;
    }
    text.len()
}

/// Removes underscores, each of which must stand between two digits.
fn plain_digits(token: &str) -> Option<String> {
    let bad = token.starts_with('_') || token.ends_with('_') || token.contains("__");
    let lonely =
        token.split('_').skip(1).any(|part| !part.starts_with(|c: char| c.is_ascii_hexdigit()));
    (!bad && !lonely).then(|| token.replace('_', ""))
}

fn decimal(token: &str) -> Option<Value> {
    if token.bytes().all(|b| b.is_ascii_digit()) {
        let zeros_only = token.bytes().all(|b| b == b'0');
        let leading_zero = token.starts_with('0') && !zeros_only;
        return if leading_zero { None } else { token.parse().ok().map(Value::Int) };
    }
    if let Some(real) = token.strip_suffix(['j', 'J']) {
        let digits = real.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        return decimal(digits).map(|_| Value::Foreign("complex"));
    }
    let number =
        token.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let has_digit = token.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    (number && has_digit).then(|| token.parse().ok()).flatten().map(Value::Float)
}
