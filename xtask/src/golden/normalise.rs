//! Brings notebooks into the form in which the cases hold them.
//!
//! The writer sorts keys and entries itself and writes no `lines_to_next_cell`, so only line-wise
//! work is left; a JSON library would spell numbers in its own way.

const FILTER: &str = "   \"cell_metadata_filter\": \"";

/// Sorts the entries of the cell metadata filter, `-all` last.
pub(super) fn notebook(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

fn line(line: &str) -> String {
    let Some((entries, rest)) = line.strip_prefix(FILTER).and_then(|tail| tail.split_once('"'))
    else {
        return line.to_owned();
    };
    let mut entries: Vec<&str> = entries.split(',').collect();
    entries.sort_by_key(|&entry| (entry == "-all", entry));
    format!("{FILTER}{}\"{rest}", entries.join(","))
}
