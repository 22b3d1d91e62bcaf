//! Prose cells of Python scripts that are written as one triple-quoted string.

use crate::python_text::{split_lines, strip};
use crate::value::{Metadata, Value};

/// Returns the text inside the quotes, if the cell is one string, and remembers the quotes.
pub(super) fn unwrap(body: &[&str], metadata: &mut Metadata) -> Option<Vec<String>> {
    let joined = body.join("\n");
    let content = strip(&joined);
    for prefix in ["", "r", "R"] {
        for quotes in ["\"\"\"", "'''"] {
            let left = format!("{prefix}{quotes}");
            if content.len() >= left.len() + quotes.len()
                && content.starts_with(&left)
                && content.ends_with(quotes)
            {
                let inner = &content[left.len()..content.len() - quotes.len()];
                return Some(inner_text(inner, prefix, quotes, metadata));
            }
        }
    }
    None
}

fn inner_text(inner: &str, prefix: &str, quotes: &str, metadata: &mut Metadata) -> Vec<String> {
    let text = inner.strip_prefix('\n').unwrap_or(inner);
    let opens = if text.len() < inner.len() { "\n" } else { "" };
    let body = text.strip_suffix('\n').unwrap_or(text);
    let closes = if body.len() < text.len() { "\n" } else { "" };
    let own_lines = !opens.is_empty() && !closes.is_empty();
    let marker = if own_lines {
        Some(format!("{prefix}{quotes}"))
    } else if prefix.is_empty() {
        None
    } else {
        Some(format!("{prefix}{quotes}{opens},{closes}{quotes}"))
    };
    if let Some(marker) = marker {
        metadata.insert("cell_marker".to_owned(), Value::Text(marker));
    }
    split_lines(body).into_iter().map(str::to_owned).collect()
}
