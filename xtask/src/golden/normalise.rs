//! Brings notebooks into the form in which the cases hold them.

use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Sorts the cell metadata filter, drops `lines_to_next_cell`, and writes the JSON with sorted keys
/// and one blank a level.
pub(super) fn notebook(text: &str) -> Result<String, serde_json::Error> {
    let mut notebook: Value = serde_json::from_str(text)?;
    if let Some(filter) = notebook.pointer_mut("/metadata/jupytext/cell_metadata_filter")
        && let Some(entries) = filter.as_str()
    {
        *filter = sorted(entries).into();
    }
    for cell in notebook["cells"].as_array_mut().into_iter().flatten() {
        if let Some(metadata) = cell["metadata"].as_object_mut() {
            metadata.remove("lines_to_next_cell");
        }
    }
    write(&notebook)
}

fn sorted(entries: &str) -> String {
    let mut entries: Vec<&str> = entries.split(',').collect();
    entries.sort_by_key(|&entry| (entry == "-all", entry));
    entries.join(",")
}

fn write(notebook: &Value) -> Result<String, serde_json::Error> {
    let mut out = Vec::new();
    let formatter = PrettyFormatter::with_indent(b" ");
    serde::Serialize::serialize(notebook, &mut Serializer::with_formatter(&mut out, formatter))?;
    out.push(b'\n');
    Ok(String::from_utf8_lossy(&out).into_owned())
}
