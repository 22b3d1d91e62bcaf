//! Metadata of cells as JSON. Principal function: [`metadata`].

use clx_notebook::{Cell, Value as Own};
use serde_json::{Map, Value, json};

/// Returns the metadata of a cell as jupytext has it, which keeps distances there.
pub(crate) fn metadata(cell: &Cell) -> Value {
    let mut entries: Map<String, Value> =
        cell.metadata.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
    if let Some(lines) = cell.lines_to_next {
        entries.insert("lines_to_next_cell".to_owned(), lines.into());
    }
    Value::Object(entries)
}

fn plain(value: &Own) -> Value {
    match value {
        Own::Null => Value::Null,
        Own::Bool(value) => json!(value),
        Own::Int(value) => json!(i64::try_from(*value).unwrap()),
        Own::Float(value) => json!(value),
        Own::Text(text) => json!(text),
        Own::List(items) => items.iter().map(plain).collect(),
        Own::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), plain(value)));
            Value::Object(entries.collect())
        }
        Own::Foreign(name) => panic!("no script has a {name}"),
    }
}
