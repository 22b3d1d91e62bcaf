//! What `-O github` prints: problems as workflow commands, which GitHub shows beside the lines of their
//! files. Principal type: [`Annotator`].

use std::path::PathBuf;

use clx_core::{Diagnostic, Severity};

use super::checkout::Checkout;

/// Writes annotations.
pub(super) struct Annotator {
    checkout: Checkout,
}

impl Annotator {
    /// Makes one for a course by its root.
    pub(super) fn new(course: PathBuf) -> Self {
        Self { checkout: Checkout::of_process(course) }
    }

    /// Writes the command that shows a problem.
    pub(super) fn problem(&self, problem: &Diagnostic) -> String {
        let Diagnostic { code, message, frame, hint, .. } = problem;
        let mut properties = Vec::new();
        if let Some(location) = &problem.location {
            let file = self.checkout.path(&location.file).display().to_string();
            properties.push(format!("file={}", property(&file)));
            properties.extend(location.line.map(|line| format!("line={line}")));
            properties.extend(location.column.map(|column| format!("col={column}")));
        }
        properties.push(format!("title={}", property(code)));
        let hint = hint.as_ref().map(|hint| format!("hint: {hint}"));
        let parts = [Some(message), frame.as_ref(), hint.as_ref()];
        let text = parts.into_iter().flatten().cloned().collect::<Vec<_>>().join("\n");
        format!("::{} {}::{}", command(problem.severity), properties.join(","), data(&text))
    }

    /// Writes the command that shows why a build could not go on.
    pub(super) fn failure(message: &str) -> String {
        format!("::error title=clx::{}", data(message))
    }
}

const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::High | Severity::Medium => "warning",
        Severity::Low => "notice",
    }
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotator() -> Annotator {
        let (course, repository) = ("/repository/courses/a".into(), "/repository".into());
        Annotator { checkout: Checkout { course, repository } }
    }

    #[test]
    fn problem_is_shown_beside_its_line() {
        let problem = Diagnostic::error("CLX0501", "cell_execution", "50 % of: a, b\r\nfailed")
            .in_file("slides/a, b: 100%.py")
            .with_hint("mend it");
        assert_eq!(
            annotator().problem(&problem),
            "::error file=courses/a/slides/a%2C b%3A 100%25.py,title=CLX0501::\
             50 %25 of: a, b%0D%0Afailed%0Ahint: mend it"
        );
    }

    #[test]
    fn severities_have_commands_of_their_own() {
        for (severity, begin) in [
            (Severity::High, "::warning title=CLX0407::"),
            (Severity::Medium, "::warning title=CLX0407::"),
            (Severity::Low, "::notice title=CLX0407::"),
        ] {
            let problem = Diagnostic::new(severity, "CLX0407", "flaky", "it was made again");
            assert_eq!(annotator().problem(&problem), format!("{begin}it was made again"));
        }
    }
}
