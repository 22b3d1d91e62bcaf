//! Colours on a terminal, none elsewhere. Principal type: [`Style`].

use std::io::IsTerminal;

use clx_core::{Diagnostic, Severity};

/// Whether colours are used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    coloured: bool,
}

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const GREEN: &str = "\x1b[1;32m";
const CYAN: &str = "\x1b[36m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

impl Style {
    /// Uses colours if standard error is a terminal that wants them.
    pub(crate) fn for_stderr(no_color: bool) -> Self {
        Self::for_stream(no_color, std::io::stderr().is_terminal())
    }

    /// Uses colours if standard output is a terminal that wants them.
    pub(crate) fn for_stdout(no_color: bool) -> Self {
        Self::for_stream(no_color, std::io::stdout().is_terminal())
    }

    fn for_stream(no_color: bool, is_terminal: bool) -> Self {
        Self { coloured: !no_color && Self::wants_colours() && is_terminal }
    }

    /// Tells whether the environment has nothing against colours.
    pub(crate) fn wants_colours() -> bool {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        !unwanted
    }

    fn paint(self, colour: &str, text: &str) -> String {
        if self.coloured { format!("{colour}{text}{RESET}") } else { text.to_owned() }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(DIM, text)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint(GREEN, text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(RED, text)
    }

    pub(crate) fn doubtful(self, text: &str) -> String {
        self.paint(YELLOW, text)
    }

    /// Shows a problem: place, severity and code, sentence; frame and hint on lines of their own.
    pub(crate) fn diagnostic(self, problem: &Diagnostic) -> String {
        let mut lines = vec![self.headline(problem)];
        if let Some(frame) = &problem.frame {
            lines.extend(frame.lines().map(|line| format!("    {}", self.dim(line))));
        }
        if let Some(hint) = &problem.hint {
            lines.push(format!("  {} {hint}", self.paint(CYAN, "hint:")));
        }
        lines.join("\n")
    }

    /// Shows the first line of a problem.
    pub(crate) fn headline(self, problem: &Diagnostic) -> String {
        let place = match &problem.location {
            Some(location) => format!("{}: ", self.bold(&location.to_string())),
            None => String::new(),
        };
        let colour = match problem.severity {
            Severity::Error => RED,
            Severity::High | Severity::Medium | Severity::Low => YELLOW,
        };
        let word = format!("{}[{}]", problem.severity.word(), problem.code);
        format!("{place}{}: {}", self.paint(colour, &word), problem.message)
    }
}
