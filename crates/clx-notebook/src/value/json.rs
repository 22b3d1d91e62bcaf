//! Reads JSON as Python's `json.loads` does: `NaN` and `Infinity` are numbers, a repeated key keeps
//! its last value, control characters in texts are refused.

use super::{Metadata, Value};

/// Nesting deeper than this is refused; real metadata has three levels.
const MAX_DEPTH: u32 = 100;

/// Reads one JSON value with blanks around it; `None` if `text` is anything else.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: 0 };
    let value = reader.value()?;
    reader.skip_blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    depth: u32,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_blanks();
        match self.rest.chars().next()? {
            '"' => self.text().map(Value::Text),
            '[' => self.nested(Self::list),
            '{' => self.nested(Self::map),
            _ => self.word().or_else(|| self.number()),
        }
    }

    fn word(&mut self) -> Option<Value> {
        const WORDS: [(&str, Value); 6] = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        WORDS.into_iter().find(|(word, _)| self.eat(word)).map(|(_, value)| value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        self.rest = &self.rest[1..];
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.eat("]") {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_blanks();
            if self.eat("]") {
                return Some(Value::List(items));
            }
            self.eat(",").then_some(())?;
        }
    }

    fn map(&mut self) -> Option<Value> {
        let mut entries = Metadata::new();
        self.skip_blanks();
        if self.eat("}") {
            return Some(Value::Map(entries));
        }
        loop {
            self.skip_blanks();
            let key = self.rest.starts_with('"').then(|| self.text())??;
            self.skip_blanks();
            self.eat(":").then_some(())?;
            entries.insert(key, self.value()?);
            self.skip_blanks();
            if self.eat("}") {
                return Some(Value::Map(entries));
            }
            self.eat(",").then_some(())?;
        }
    }

    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
    fn number(&mut self) -> Option<Value> {
        let text = self.rest;
        let sign = usize::from(text.starts_with('-'));
        let whole = digits(&text[sign..]);
        let whole = if text[sign..].starts_with('0') { 1 } else { whole };
        if whole == 0 {
            return None;
        }
        let integer_end = sign + whole;
        let mut end = integer_end;
        if text[end..].starts_with('.') {
            let fraction = digits(&text[end + 1..]);
            end += if fraction > 0 { fraction + 1 } else { 0 };
        }
        end += exponent(&text[end..]);
        let (number, rest) = text.split_at(end);
        self.rest = rest;
        if end == integer_end {
            number.parse().ok().map(Value::Int)
        } else {
            number.parse().ok().map(Value::Float)
        }
    }

    fn text(&mut self) -> Option<String> {
        self.rest = &self.rest[1..];
        let mut text = String::new();
        loop {
            let mut chars = self.rest.chars();
            match chars.next()? {
                '"' => {
                    self.rest = chars.as_str();
                    return Some(text);
                }
                '\\' => {
                    self.rest = chars.as_str();
                    text.push(self.escape()?);
                }
                c if c < ' ' => return None,
                c => {
                    self.rest = chars.as_str();
                    text.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode_escape(),
            _ => return None,
        })
    }

    /// Reads the digits of `\uXXXX`, and of a second one when the first is a high surrogate. A lone
    /// surrogate, which no UTF-8 output could hold, becomes the replacement character.
    fn unicode_escape(&mut self) -> Option<char> {
        let first = self.hex4()?;
        if let 0xd800..=0xdbff = first
            && self.rest.starts_with("\\u")
        {
            let before = self.rest;
            self.rest = &self.rest[2..];
            if let Some(second @ 0xdc00..=0xdfff) = self.hex4() {
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.rest = before;
        }
        Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Returns the length of an exponent at the front of `text`, 0 if there is none.
fn exponent(text: &str) -> usize {
    if !text.starts_with(['e', 'E']) {
        return 0;
    }
    let sign = usize::from(text[1..].starts_with(['+', '-']));
    match digits(&text[1 + sign..]) {
        0 => 0,
        n => 1 + sign + n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::print;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(parse(text).map(|value| print::compact(&value)).as_deref(), expected, "{text}");
    }

    #[test]
    fn values_print_as_python_prints_them() {
        check(
            r#" {"b": [1, -2.50, 1e16], "a": null} "#,
            Some(r#"{"a": null, "b": [1, -2.5, 1e+16]}"#),
        );
        check(r#""q\"\u00e4\ud83c\udf88""#, Some(r#""q\"\u00e4\ud83c\udf88""#));
        check("0.00001", Some("1e-05"));
        check("NaN", Some("NaN"));
    }

    #[test]
    fn near_misses_are_refused() {
        for text in ["", "01", "1.", ".5", "'a'", "[1,]", "{a: 1}", "True", "\"a\tb\"", "[1] x"] {
            check(text, None);
        }
    }
}
