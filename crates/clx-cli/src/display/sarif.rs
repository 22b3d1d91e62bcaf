//! Problems in the Static Analysis Results Interchange Format (SARIF 2.1.0), which code hosts show
//! beside lines. Principal function: [`log`].

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use clx_core::{Diagnostic, Severity};
use serde_json::{Value, json};

use super::checkout::Checkout;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Returns the log of one run.
pub(super) fn log(problems: &[Diagnostic], checkout: &Checkout) -> Value {
    let rules: BTreeMap<&str, &str> =
        problems.iter().map(|problem| (&*problem.code, &*problem.category)).collect();
    let rules: Vec<_> =
        rules.into_iter().map(|(code, category)| json!({ "id": code, "name": category })).collect();
    let results: Vec<_> = problems.iter().map(|problem| result(problem, checkout)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "clx",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(problem: &Diagnostic, checkout: &Checkout) -> Value {
    let Diagnostic { code, message, hint, .. } = problem;
    let text = match hint {
        Some(hint) => format!("{message}\nhint: {hint}"),
        None => message.clone(),
    };
    let mut result = json!({
        "ruleId": code,
        "level": level(problem.severity),
        "message": { "text": text },
    });
    if let Some(location) = &problem.location {
        let mut place = json!({
            "artifactLocation": { "uri": uri(&checkout.path(&location.file)) },
        });
        if let Some(line) = location.line {
            place["region"] = json!({ "startLine": line });
            if let Some(column) = location.column {
                place["region"]["startColumn"] = column.into();
            }
        }
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::High | Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Returns a path as a relative URI, or an absolute one as a file URI.
fn uri(path: &Path) -> String {
    let mut uri = if path.is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            write!(uri, "%{byte:02X}").expect("writing to a text does not fail");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in
            [("a b/ö.py", "a%20b/%C3%B6.py"), ("/x/1:2.py", "file:///x/1%3A2.py")]
        {
            assert_eq!(uri(Path::new(path)), expected);
        }
    }
}
