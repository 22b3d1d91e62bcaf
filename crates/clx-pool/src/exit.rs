//! How workers end. Principal type: [`Exit`].

use std::fmt::Display;

/// Lines of a broken worker's output that are shown.
pub(crate) const SHOWN_LINES: usize = 5;

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// By itself, in order: it was asked to, or found its row gone.
    Orderly,
    /// Not in order; the sentence says how, such as `killed by signal 9 (SIGKILL)`.
    Broken(String),
    /// It could not come to run, and another one could not either; the sentence says why and what
    /// helps. The kind gets no more workers.
    Hopeless(String),
}

impl Exit {
    /// Says how a worker broke, with the last lines that it wrote.
    pub(crate) fn broken(how: &impl Display, output: &str) -> Self {
        Self::Broken(with_last_words(how, output))
    }
}

/// Adds the last lines of an output, in one line.
pub(crate) fn with_last_words(how: &impl Display, output: &str) -> String {
    let lines = output.lines().map(str::trim).filter(|line| !line.is_empty());
    let last: Vec<_> = lines.rev().take(SHOWN_LINES).collect();
    let shown: Vec<_> = last.into_iter().rev().collect();
    if shown.is_empty() {
        return how.to_string();
    }
    format!("{how}; it said: {}", shown.join(" / ").trim_end_matches('.'))
}
