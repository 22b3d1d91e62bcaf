//! The table of failure cases, `docs/faults.md`. Principal function: [`write()`].

use std::fs;
use std::path::Path;

use super::catalogue::{Case, Catalogue, GROUPS};
use super::tally::{Counts, Tally};
use crate::error::TaskError;
use crate::facts;

const PAGE: &str = "docs/faults.md";

const INTRODUCTION: &str = "\
# Failure cases

Written by `cargo xtask faults`; do not edit. Each row is a thing that goes wrong somewhere, and the tests that fail if
clx lets it happen. `tests/faults.json` names them with their programs. Tried is how often these tests ran, all of
them together. A test that could not do its work on this machine, such as one with containers where no engine
answers, is counted as skipped, not as passed.
";

/// Writes the page, with machine, date and command.
pub(super) fn write(
    root: &Path,
    catalogue: &Catalogue,
    tally: &Tally,
    command: &str,
) -> Result<(), TaskError> {
    let path = root.join(PAGE);
    let text = format!("{}\n{}\n", text(catalogue, tally), facts::lines(root, command)?);
    crate::say(&format!("writing {PAGE}"));
    fs::write(&path, text).map_err(|source| TaskError::Io { path, source })
}

fn text(catalogue: &Catalogue, tally: &Tally) -> String {
    let section = |(letter, _, title): &(char, usize, &str)| {
        let cases = catalogue.cases.iter().filter(|case| case.id.starts_with(*letter));
        let rows: String = cases.map(|case| row(case, tally)).collect();
        let head = "| case | what goes wrong | tests | tried | result |\n|---|---|---|---|---|";
        format!("\n## {title}\n\n{head}\n{rows}")
    };
    INTRODUCTION.to_owned() + &GROUPS.iter().map(section).collect::<String>()
}

fn row(case: &Case, tally: &Tally) -> String {
    let mut counts = Counts::default();
    let mut tests = Vec::new();
    for name in case.names() {
        counts += tally.of(name);
        tests.push(format!("`{}`", name.1));
    }
    let tried = counts.passed + counts.failed;
    let (id, symptom) = (&case.id, &case.symptom);
    format!("| {id} | {symptom} | {} | {tried} | {} |\n", tests.join("<br>"), result(counts))
}

fn result(counts: Counts) -> String {
    let parts = [(counts.passed, "passed"), (counts.failed, "FAILED"), (counts.skipped, "skipped")];
    let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { "not run".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_counts_what_happened_to_its_tests() {
        let case = Case {
            id: "S1".to_owned(),
            symptom: "it breaks".to_owned(),
            tests: vec!["clx-a::b fine".to_owned(), "clx-a::b broken".to_owned()],
        };
        let mut tally = Tally::default();
        assert!(row(&case, &tally).ends_with("| 0 | not run |\n"));
        let report = r#"<t><testcase name="fine" classname="clx-a::b"/>
            <testcase name="broken" classname="clx-a::b"><failure/></testcase></t>"#;
        tally.add(report, Path::new("junit.xml")).unwrap();
        let expected = "| S1 | it breaks | `fine`<br>`broken` | 2 | 1 passed, 1 FAILED |\n";
        assert_eq!(row(&case, &tally), expected);
    }
}
