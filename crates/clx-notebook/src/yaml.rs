//! Reads YAML into metadata values, with the scalars of YAML 1.1 (`yes`, `0o`-less octals), as the
//! format's heads have always been read.
//!
//! Principal function: [`parse`].

use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

use crate::value::{Metadata, Value, print};

mod scalar;

/// Text that is no YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    /// Line within the text, from 1.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        Self { line: error.marker().line(), message: error.info().to_owned() }
    }
}

/// A YAML document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    /// What it holds.
    pub(crate) value: Value,
    /// The keys of the objects that its outermost object holds, in source order.
    pub(crate) inner_keys: Vec<String>,
}

/// Reads the only document of `text`.
///
/// # Errors
/// A [`YamlError`] for a syntax error, an unknown alias, or a key that is a list or object.
pub(crate) fn parse(text: &str) -> Result<Document, YamlError> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        depth: 0,
        inner_keys: Vec::new(),
    };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart | Event::Nothing, _) => {}
            (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(reader.document(Value::Null)),
            (event, mark) => {
                let value = reader.value(event, mark)?;
                reader.expect_end()?;
                return Ok(reader.document(value));
            }
        }
    }
}

struct Reader<'t> {
    parser: Parser<std::str::Chars<'t>>,
    anchors: Vec<(usize, Value)>,
    depth: usize,
    inner_keys: Vec<String>,
}

impl Reader<'_> {
    fn document(self, value: Value) -> Document {
        Document { value, inner_keys: self.inner_keys }
    }

    fn next(&mut self) -> Result<(Event, Marker), YamlError> {
        Ok(self.parser.next_token()?)
    }

    fn expect_end(&mut self) -> Result<(), YamlError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentEnd | Event::Nothing, _) => {}
                (_, mark) => {
                    return Err(YamlError {
                        line: mark.line(),
                        message: "more than one document".to_owned(),
                    });
                }
            }
        }
    }

    fn value(&mut self, event: Event, mark: Marker) -> Result<Value, YamlError> {
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == TScalarStyle::Plain && tag.is_none();
                (anchor, if plain { scalar::resolve(text) } else { Value::Text(text) })
            }
            Event::SequenceStart(anchor, _) => (anchor, self.nested(Self::list)?),
            Event::MappingStart(anchor, _) => (anchor, self.nested(Self::map)?),
            Event::Alias(anchor) => return Ok(self.alias(anchor)),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => {
                return Err(YamlError { line: mark.line(), message: "value missing".to_owned() });
            }
        };
        if anchor > 0 {
            self.anchors.push((anchor, value.clone()));
        }
        Ok(value)
    }

    fn alias(&self, anchor: usize) -> Value {
        let found = self.anchors.iter().rev().find(|(known, _)| *known == anchor);
        found.map_or(Value::Null, |(_, value)| value.clone())
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, YamlError>,
    ) -> Result<Value, YamlError> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, mark) => items.push(self.value(event, mark)?),
            }
        }
    }

    fn map(&mut self) -> Result<Value, YamlError> {
        let mut entries = Metadata::new();
        loop {
            let (event, mark) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::Map(entries));
            }
            let key = match self.value(event, mark)? {
                Value::Text(text) => text,
                Value::List(_) | Value::Map(_) => {
                    let message = "a key must be a text".to_owned();
                    return Err(YamlError { line: mark.line(), message });
                }
                scalar => print::compact(&scalar),
            };
            if self.depth == 2 {
                self.inner_keys.push(key.clone());
            }
            let (event, mark) = self.next()?;
            let value = self.value(event, mark)?;
            entries.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let result = parse(text).map(|document| print::compact(&document.value));
        assert_eq!(result.as_deref().unwrap_or("error"), expected, "{text}");
    }

    #[test]
    fn scalars_have_the_types_of_yaml_1_1() {
        check(
            "a: [yes, Off, ~, 010, 0x1F, 1_000, 1.5, .inf, 1e3, '1']",
            r#"{"a": [true, false, null, 8, 31, 1000, 1.5, Infinity, "1e3", "1"]}"#,
        );
        check("a: 1:30\nb: y", r#"{"a": 90, "b": "y"}"#);
        check("version: 1.16.0", r#"{"version": "1.16.0"}"#);
    }

    #[test]
    fn structure_and_anchors() {
        check("a: &x {b: [1]}\nc: *x", r#"{"a": {"b": [1]}, "c": {"b": [1]}}"#);
        check("", "null");
        check("a: [1", "error");
    }
}
