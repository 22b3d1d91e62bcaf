//! Reads Python literals as `ast.literal_eval` does: quoted texts, numbers, tuples, lists,
//! dictionaries, `True`, `False`, `None`. Bytes, sets and complex numbers are recognised but not
//! kept, since no notebook could hold them.

use super::{Metadata, Value, print};

mod number;
mod text;

const MAX_DEPTH: u32 = 100;

/// Reads one literal; `None` if `source` is anything else.
pub(crate) fn parse(source: &str) -> Option<Value> {
    let mut reader = Reader { rest: source, depth: 0 };
    let value = reader.expression_list()?;
    reader.skip_blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    depth: u32,
}

impl Reader<'_> {
    /// Skips blanks and a comment, which Python allows after an expression.
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\u{c}', '\n', '\r']);
        if self.rest.starts_with('#') {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
            if !self.rest.is_empty() {
                self.skip_blanks();
            }
        }
    }

    fn eat(&mut self, token: char) -> bool {
        self.skip_blanks();
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    /// Reads an expression, or a tuple without parentheses.
    fn expression_list(&mut self) -> Option<Value> {
        let first = self.value()?;
        if !self.eat(',') {
            return Some(first);
        }
        let mut items = vec![first];
        while !self.at_end() {
            items.push(self.value()?);
            if !self.eat(',') {
                break;
            }
        }
        Some(Value::List(items))
    }

    fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.rest.is_empty()
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_blanks();
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH { None } else { self.item() };
        self.depth -= 1;
        value
    }

    fn item(&mut self) -> Option<Value> {
        match self.rest.chars().next()? {
            '[' => self.items(']').map(|(items, _)| Value::List(items)),
            '(' => self.parenthesised(),
            '{' => self.dictionary(),
            sign @ ('+' | '-') => self.signed(sign),
            c if c.is_ascii_digit() || c == '.' => number::read(&mut self.rest),
            _ => text::read_all(self).or_else(|| self.word()),
        }
    }

    fn signed(&mut self, sign: char) -> Option<Value> {
        self.rest = &self.rest[1..];
        match (self.value()?, sign) {
            (value @ (Value::Int(_) | Value::Float(_)), '+') => Some(value),
            (Value::Int(value), _) => Some(Value::Int(-value)),
            (Value::Float(value), _) => Some(Value::Float(-value)),
            (value @ Value::Foreign("complex"), _) => Some(value),
            _ => None,
        }
    }

    fn word(&mut self) -> Option<Value> {
        let end =
            self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            _ => None,
        }
    }

    /// Reads items up to `close`; the flag tells whether there was a comma.
    fn items(&mut self, close: char) -> Option<(Vec<Value>, bool)> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        let mut comma = false;
        while !self.eat(close) {
            items.push(self.value()?);
            if self.eat(',') {
                comma = true;
            } else {
                self.eat(close).then_some(())?;
                break;
            }
        }
        Some((items, comma))
    }

    fn parenthesised(&mut self) -> Option<Value> {
        let (mut items, comma) = self.items(')')?;
        if items.len() == 1 && !comma { items.pop() } else { Some(Value::List(items)) }
    }

    fn set(&mut self) -> Option<Value> {
        let (items, _) = self.items('}')?;
        let hashable = |item: &Value| !matches!(item, Value::Map(_));
        items.iter().all(hashable).then_some(Value::Foreign("set"))
    }

    fn dictionary(&mut self) -> Option<Value> {
        let start = self.rest;
        self.rest = &self.rest[1..];
        let mut entries = Metadata::new();
        while !self.eat('}') {
            let key = self.value().and_then(key_text)?;
            if !self.eat(':') {
                self.rest = start;
                return if entries.is_empty() { self.set() } else { None };
            }
            entries.insert(key, self.value()?);
            if !self.eat(',') {
                self.eat('}').then_some(())?;
                break;
            }
        }
        Some(Value::Map(entries))
    }
}

/// Returns the JSON spelling of a dictionary key; lists and dictionaries are no keys.
fn key_text(key: Value) -> Option<String> {
    match key {
        Value::Text(text) => Some(text),
        Value::List(_) | Value::Map(_) => None,
        Value::Foreign(name) => Some(name.to_owned()),
        scalar => Some(print::compact(&scalar)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<&str>) {
        let value = parse(source).map(|value| print::compact(&value));
        assert_eq!(value.as_deref(), expected, "{source}");
    }

    #[test]
    fn literals_become_json() {
        check("['a', \"b\"]", Some(r#"["a", "b"]"#));
        check("(1, 2)", Some("[1, 2]"));
        check("'en',", Some(r#"["en"]"#));
        check("{'a': True, 1: None,}", Some(r#"{"1": null, "a": true}"#));
        check("'it\\'s' r'\\n' '''x'''", Some(r#""it's\\nx""#));
        check("0x1F", Some("31"));
        check("-1_000", Some("-1000"));
        check("1.", Some("1.0"));
        check("[1] # why", Some("[1]"));
        check("{1, 2}", Some("\"set\""));
        check("[b'x', 2j]", Some("[\"bytes\", \"complex\"]"));
    }

    #[test]
    fn other_text_is_refused() {
        for source in ["", "keep", "[keep", "01", "1__0", "'a", "f'x'", "1 2"] {
            check(source, None);
        }
    }
}
