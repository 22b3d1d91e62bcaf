//! What `-O github` prints: problems as workflow commands, which GitHub shows beside the lines of their
//! files. Principal type: [`Annotator`].

use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Severity};

/// Where the repository is checked out.
const WORKSPACE: &str = "GITHUB_WORKSPACE";

/// Writes annotations.
pub(super) struct Annotator {
    course: PathBuf,
    repository: PathBuf,
}

impl Annotator {
    /// Makes one for a course by its root. Files are named relative to `GITHUB_WORKSPACE`, or else to
    /// the current directory.
    pub(super) fn new(course: PathBuf) -> Self {
        let workspace = std::env::var_os(WORKSPACE).filter(|value| !value.is_empty());
        let current = || std::env::current_dir().unwrap_or_default();
        let repository = workspace.map_or_else(current, PathBuf::from);
        Self { course, repository }
    }

    /// Writes the command that shows a problem.
    pub(super) fn problem(&self, problem: &Diagnostic) -> String {
        let Diagnostic { code, message, frame, hint, .. } = problem;
        let mut properties = Vec::new();
        if let Some(location) = &problem.location {
            let file = self.path(&location.file).display().to_string();
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

    /// Returns the path of a file relative to the repository, or as it is if it lies elsewhere.
    fn path(&self, file: &Path) -> PathBuf {
        let path = self.course.join(file);
        let below = |path: &Path, base: &Path| path.strip_prefix(base).ok().map(Path::to_owned);
        below(&path, &self.repository)
            .or_else(|| below(&path.canonicalize().ok()?, &self.repository.canonicalize().ok()?))
            .unwrap_or(path)
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
        Annotator { course: "/repository/courses/a".into(), repository: "/repository".into() }
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

    #[test]
    fn file_elsewhere_keeps_its_path() {
        let path = annotator().path(Path::new("/elsewhere/a.xml"));
        assert_eq!(path, Path::new("/elsewhere/a.xml"));
    }
}
