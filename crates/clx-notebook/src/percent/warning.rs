//! What the author should know about markers and magics, since the format loses text silently.

use clx_core::Severity;

use super::marker;
use super::options::UNREADABLE;
use super::strings::StringTracker;
use crate::code;
use crate::finding::Finding;
use crate::value::{Metadata, Value};

/// Warns about options that could not be parsed.
pub(super) fn options(metadata: &Metadata, line: usize, warnings: &mut Vec<Finding>) {
    let Some(text) = metadata.get(UNREADABLE).and_then(Value::as_text) else { return };
    let glued = ["[markdown]", "[raw]", "[md]"].iter().any(|bracket| {
        text.split_once(bracket).is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(' '))
    });
    let (code, message, hint) = if glued {
        let message =
            format!("the cell type is glued to the options in `{text}` and has no effect");
        (code::GLUED_TYPE, message, "put a blank behind the bracket")
    } else {
        let message = format!("the options `{text}` cannot be parsed; the cell has no tags");
        let hint = "write `key=value` with JSON values, such as `tags=[\"keep\"] lang=\"en\"`";
        (code::UNREADABLE_OPTIONS, message, hint)
    };
    let finding = Finding::new(Severity::Medium, code, "invalid_cell_metadata", line, message);
    warnings.push(finding.with_hint(hint));
}

/// Warns about lines of a cell that look like markers.
pub(super) fn near_markers(
    lines: &[&str],
    first_line: usize,
    token: &str,
    language: &str,
    warnings: &mut Vec<Finding>,
) {
    let mut strings = StringTracker::new(language);
    for (at, line) in lines.iter().enumerate() {
        let quoted = strings.is_quoted();
        strings.read_line(line);
        if !quoted && marker::is_near_miss(line, token) {
            let message = format!("`{}` is no cell marker", line.trim());
            warnings.push(
                Finding::new(
                    Severity::Medium,
                    code::NEAR_MARKER,
                    "malformed_cell_marker",
                    first_line + at,
                    message,
                )
                .with_hint(format!("write `{token} %%` and a blank before the options")),
            );
        }
    }
}

/// Warns about a comment that became code.
pub(super) fn implicit_magic(line: &str, at: usize, token: &str) -> Finding {
    let message =
        format!("the comment `{}` becomes code, because it reads like a command", line.trim());
    Finding::new(Severity::Low, code::IMPLICIT_MAGIC, "implicit_magic", at, message)
        .with_hint(format!("reword it, or end it with `{token} noescape`"))
}
