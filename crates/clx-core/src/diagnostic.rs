//! Problems that a person can act on. Principal type: [`Diagnostic`].

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};

/// How bad a problem is, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Shown on request only.
    Low,
    /// A warning that is shown at the end.
    Medium,
    /// A warning that is shown at once.
    High,
    /// Some output could not be made.
    Error,
}

impl Severity {
    /// Returns the word before the message: `error` or `warning`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::High | Self::Medium | Self::Low => "warning",
        }
    }
}

/// A place in a file. Lines and columns begin at 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file, relative to the course root where it lies below it.
    #[serde(serialize_with = "path_as_text")]
    pub file: PathBuf,
    /// The line, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// Serializes a path as text, with replacement characters where it is no UTF-8: a file's name must not
/// keep a list or a problem from being told.
///
/// # Errors
/// Those of the serializer.
pub fn path_as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// A problem: where, what, and what to do next.
///
/// The code (`CLX0123`) is stable and listed in `docs/reference/errors.md`; the category is the
/// word of the JSON report (`topic_not_found`, `file_load_error`, …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, such as `CLX0123`.
    pub code: String,
    /// Category of the JSON report.
    pub category: String,
    /// One sentence: lower case, no final dot.
    pub message: String,
    /// Where, if the problem has a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Lines of the source around the problem, ready to print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
}

impl Diagnostic {
    /// Makes a problem without a place.
    #[must_use]
    pub fn new(severity: Severity, code: &str, category: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            category: category.to_owned(),
            message: message.into(),
            location: None,
            hint: None,
            frame: None,
        }
    }

    /// Makes an error without a place.
    #[must_use]
    pub fn error(code: &str, category: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, category, message)
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(self, file: impl AsRef<Path>) -> Self {
        self.at(file, None, None)
    }

    /// Names the file, line and column.
    #[must_use]
    pub fn at(mut self, file: impl AsRef<Path>, line: Option<u32>, column: Option<u32>) -> Self {
        self.location = Some(Location { file: file.as_ref().to_owned(), line, column });
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Shows lines of the source.
    #[must_use]
    pub fn with_frame(mut self, frame: impl Into<String>) -> Self {
        self.frame = Some(frame.into());
        self
    }

    /// Tells whether the problem kept an output from being made.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }
}

/// `file:line:column: error[CLX0123]: message`, then frame and hint on lines of their own.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity.word(), self.code, self.message)?;
        if let Some(frame) = &self.frame {
            for line in frame.lines() {
                write!(f, "\n    {line}")?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_place_code_and_hint() {
        let problem = Diagnostic::error("CLX0007", "topic_not_found", "no topic `loops`")
            .at("course.xml", Some(3), Some(14))
            .with_hint("did you mean `loop`?");
        assert_eq!(
            problem.to_string(),
            "course.xml:3:14: error[CLX0007]: no topic `loops`\n  hint: did you mean `loop`?"
        );
    }
}
