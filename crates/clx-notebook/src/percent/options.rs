//! Reads the options of a cell marker: title, type in brackets, `key=value` or one JSON object.

use crate::python_text::{strip, strip_end};
use crate::value::{Metadata, Value, json, literal};

/// Key under which options that cannot be parsed are kept.
pub(crate) const UNREADABLE: &str = "incorrectly_encoded_metadata";

/// What a marker says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    /// Options by key, with `title`, `cell_type`, `cell_depth` and `region_name` where given.
    pub(crate) metadata: Metadata,
    /// Whether the options were written as a JSON object.
    pub(crate) as_json: bool,
}

/// Reads the text after `%%`; `None` if an object in braces turns out to be something else.
pub(crate) fn parse(text: &str) -> Option<Options> {
    let text = strip(text);
    let brace = text.find('{');
    let equals = text.find('=');
    let as_json = brace.is_some_and(|brace| equals.is_none_or(|equals| brace < equals));
    let (title, mut metadata) = match brace {
        Some(brace) if as_json => (strip(&text[..brace]), object(&text[brace..])?),
        _ => {
            let title = title(text, equals);
            let rest = text.get(title.len()..).unwrap_or_default();
            (title, key_values(rest))
        }
    };
    apply_title(title, &mut metadata);
    Some(Options { metadata, as_json })
}

/// Returns the words before the options.
fn title(text: &str, equals: Option<usize>) -> &str {
    let mut end = match equals {
        // The last word before the equals sign is a key.
        Some(equals) => {
            let words = text[..equals].trim_end_matches(' ');
            words.rfind(' ').unwrap_or(0)
        }
        None => text.len(),
    };
    loop {
        let words = &text[..end];
        let last = words.rfind(' ').map_or(0, |at| at + 1);
        let word = &words[last..];
        if end == 0 || !(strip(word).is_empty() || word.starts_with('.')) {
            return words;
        }
        end = last.saturating_sub(1);
    }
}

/// Reads `key=value` pairs and bare keys from the right. Of equal keys the last pair counts, and a bare
/// one only if there is no other.
fn key_values(text: &str) -> Metadata {
    let mut rest = strip(text);
    let mut entries = Vec::new();
    let mut metadata = Metadata::new();
    while !rest.is_empty() {
        let Some((start, key, value)) = last_entry(rest) else {
            metadata = unreadable(rest);
            break;
        };
        entries.push((key, value));
        rest = strip(&rest[..start.saturating_sub(1)]);
    }
    for (key, value) in entries.into_iter().rev() {
        match value {
            Some(value) => drop(metadata.insert(key.to_owned(), value)),
            None => drop(metadata.entry(key.to_owned()).or_insert(Value::Null)),
        }
    }
    metadata
}

/// Returns where the last entry begins, its key, and its value, if it has one.
fn last_entry(text: &str) -> Option<(usize, &str, Option<Value>)> {
    let last = text.rfind(' ').map_or(0, |at| at + 1);
    if !text.starts_with("--") && is_identifier(&text[last..]) {
        return Some((last, &text[last..], None));
    }
    let mut end = text.len();
    while let Some(equals) = text[..end].rfind('=') {
        end = equals;
        let left = strip_end(&text[..equals]);
        let key_start = left.rfind(' ').map_or(0, |at| at + 1);
        let key = strip(&text[key_start..equals]);
        if is_key(key)
            && let Some(value) = value(&text[equals + 1..])
        {
            return Some((key_start, key, Some(value)));
        }
    }
    None
}

fn value(text: &str) -> Option<Value> {
    let text = strip(text);
    json::parse(text).or_else(|| literal::parse(text))
}

fn object(text: &str) -> Option<Metadata> {
    match value(text) {
        Some(Value::Map(entries)) => Some(entries),
        Some(_) => None,
        None => Some(unreadable(text)),
    }
}

fn unreadable(text: &str) -> Metadata {
    Metadata::from([(UNREADABLE.to_owned(), text.into())])
}

fn is_identifier(word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.');
    word.starts_with(letter) && word.chars().all(|c| letter(c) || c.is_ascii_digit())
}

fn is_key(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.@/-".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

/// Takes the type and depth out of the title and stores what remains.
fn apply_title(title: &str, metadata: &mut Metadata) {
    let mut title = title.to_owned();
    for (word, cell_type) in [("markdown", "markdown"), ("raw", "raw"), ("md", "markdown")] {
        let bracket = format!("[{word}]");
        if title.contains(&bracket) {
            title = strip(&title.replace(&bracket, "")).to_owned();
            metadata.insert("cell_type".to_owned(), cell_type.into());
            if word == "md" {
                metadata.insert("region_name".to_owned(), word.into());
            }
            break;
        }
    }
    let name = title.trim_start_matches('%');
    let depth = title.len() - name.len();
    let name = if depth > 0 { strip(name) } else { name };
    if depth > 0 {
        metadata.insert("cell_depth".to_owned(), Value::Int(depth as i128));
    }
    if !name.is_empty() {
        metadata.insert("title".to_owned(), name.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::print;

    fn check(text: &str, expected: &str) {
        let metadata = parse(text).unwrap().metadata;
        assert_eq!(print::compact(&Value::Map(metadata)), expected, "{text}");
    }

    #[test]
    fn titles_types_and_depths() {
        check(" Warm up", r#"{"title": "Warm up"}"#);
        check(
            " Intro [markdown] part two tags=[\"slide\"]",
            r#"{"cell_type": "markdown", "tags": ["slide"], "title": "Intro  part two"}"#,
        );
        check("%% sub", r#"{"cell_depth": 2, "title": "sub"}"#);
        check(" [md]", r#"{"cell_type": "markdown", "region_name": "md"}"#);
        check(" name .cls lang=\"de\"", r#"{".cls": null, "lang": "de", "title": "name"}"#);
    }

    #[test]
    fn pairs_are_json_or_python() {
        check(" tags = ['a'] lang='en'", r#"{"lang": "en", "tags": ["a"]}"#);
        check(" a=\"b=c\" hidden", r#"{"a": "b=c", "hidden": null}"#);
        check(" lang=\"de\" lang=\"en\"", r#"{"lang": "en"}"#);
        check(" Foo {\"a\": 1}", r#"{"a": 1, "title": "Foo"}"#);
    }

    #[test]
    fn unreadable_options_are_kept() {
        check(" tags=[keep", r#"{"incorrectly_encoded_metadata": "tags=[keep"}"#);
        check(
            " [markdown]tags=[\"x\"]",
            r#"{"incorrectly_encoded_metadata": "[markdown]tags=[\"x\"]"}"#,
        );
        check(
            " [markdown] lang=de",
            r#"{"cell_type": "markdown", "incorrectly_encoded_metadata": "lang=de"}"#,
        );
        assert_eq!(parse(" {1: 2}[0]").unwrap().metadata.len(), 1);
    }
}
