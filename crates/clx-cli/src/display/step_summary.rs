//! The summary of a build on the page of a workflow run on GitHub, in Markdown. Principal function:
//! [`append`].

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use clx_core::Diagnostic;

/// Names the file to which summaries are appended.
pub(super) const FILE: &str = "GITHUB_STEP_SUMMARY";

/// Problems shown at most, and characters of each.
const MAX_PROBLEMS: usize = 20;
const MAX_LENGTH: usize = 300;

/// Characters that mean something in Markdown.
const SPECIAL: &str = "\\`*_{}[]<>#|&~";

/// Appends the summary of a build to a file.
pub(super) fn append(
    file: &Path,
    course: &str,
    verdict: &str,
    problems: &[&Diagnostic],
) -> io::Result<()> {
    let text = markdown(course, verdict, problems);
    OpenOptions::new().create(true).append(true).open(file)?.write_all(text.as_bytes())
}

fn markdown(course: &str, verdict: &str, problems: &[&Diagnostic]) -> String {
    let title = if course.is_empty() { "clx" } else { course };
    let mut text = format!("### {}\n\n{}\n\n", plain(title), plain(verdict));
    if !problems.is_empty() {
        text.push_str("| | Where | Problem |\n|---|---|---|\n");
    }
    // Errors first, and otherwise as they came.
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        problems.iter().partition(|problem| problem.is_error());
    text.extend(errors.into_iter().chain(warnings).take(MAX_PROBLEMS).map(row));
    let more = problems.len().saturating_sub(MAX_PROBLEMS);
    text.extend((more > 0).then(|| format!("\n… and {more} more in the log\n")));
    if !problems.is_empty() {
        text.push('\n');
    }
    text
}

fn row(problem: &Diagnostic) -> String {
    let place = problem.location.as_ref().map(ToString::to_string).unwrap_or_default();
    let (word, code) = (problem.severity.word(), &problem.code);
    format!("| {word} {code} | {} | {} |\n", plain(&place), plain(&problem.message))
}

/// Writes a text so that Markdown shows it as it is, on one line.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars().take(MAX_LENGTH) {
        if SPECIAL.contains(c) {
            plain.push('\\');
        }
        plain.push(if c.is_control() { ' ' } else { c });
    }
    if text.chars().nth(MAX_LENGTH).is_some() {
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_core::Severity;

    #[test]
    fn errors_come_first_and_nothing_is_markup() {
        let warning = Diagnostic::new(Severity::Low, "CLX0407", "flaky", "again");
        let error = Diagnostic::error("CLX0501", "cell_execution", "a|b\n<b>").in_file("x_y.py");
        assert_eq!(
            markdown("Kurs", "Built 2 files.", &[&warning, &error]),
            "### Kurs\n\nBuilt 2 files.\n\n| | Where | Problem |\n|---|---|---|\n\
             | error CLX0501 | x\\_y.py | a\\|b \\<b\\> |\n| warning CLX0407 |  | again |\n\n"
        );
        assert_eq!(markdown("", "Built.", &[]), "### clx\n\nBuilt.\n\n");
    }

    #[test]
    fn long_lists_and_texts_are_cut() {
        let long = Diagnostic::error("CLX0501", "cell_execution", "x".repeat(1000));
        let text = markdown("Kurs", "Built.", &[&long; 25]);
        assert_eq!(text.matches("CLX0501").count(), 20);
        assert!(text.ends_with("\n… and 5 more in the log\n\n"), "{text}");
        assert!(
            text.contains(&format!("{}…", "x".repeat(300))) && !text.contains(&"x".repeat(301))
        );
    }
}
