//! Problems of one notebook before it is known where its lines came from.
//!
//! Principal type: [`Finding`], which becomes a [`Diagnostic`] once its line is translated.

use std::path::Path;

use clx_core::{Diagnostic, Severity};

/// A problem with a line of the expanded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) category: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Line of the expanded text, from 0.
    pub(crate) line: usize,
}

impl Finding {
    /// Makes a problem that keeps the notebook from being read.
    pub(crate) fn error(code: &'static str, line: usize, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, "notebook_processing", line, message)
    }

    /// Makes a problem of a category of its own.
    pub(crate) fn new(
        severity: Severity,
        code: &'static str,
        category: &'static str,
        line: usize,
        message: impl Into<String>,
    ) -> Self {
        Self { severity, code, category, message: message.into(), hint: None, line }
    }

    /// Says what to do about it.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the diagnostic at `line` of the author's file, counted from 1.
    pub(crate) fn diagnostic(&self, file: &Path, line: Option<u32>) -> Diagnostic {
        let diagnostic =
            Diagnostic::new(self.severity, self.code, self.category, self.message.clone())
                .at(file, line, None);
        match &self.hint {
            Some(hint) => diagnostic.with_hint(hint.clone()),
            None => diagnostic,
        }
    }
}
