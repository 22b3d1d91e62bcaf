//! LaTeX formulas to `MathML`, by pulldown-latex. Principal types: [`Formula`], [`Macros`].

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

mod rewrite;

/// Longer and deeper formulas are shown as text: the parser calls itself for each level.
const MAX_LENGTH: usize = 20_000;
const MAX_DEPTH: usize = 100;

/// A formula in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Formula {
    /// As written, with delimiters.
    pub(crate) source: String,
    /// Between the delimiters; the whole if they are an environment's.
    pub(crate) body: String,
    /// On lines of its own.
    pub(crate) is_display: bool,
    /// Line of its begin, from 0.
    pub(crate) line: usize,
}

/// Why a formula cannot be shown.
#[derive(Debug)]
pub(crate) enum MathError {
    /// Too long.
    Long,
    /// Too many groups inside each other.
    Deep,
    /// The parser's words.
    Latex(String),
}

impl fmt::Display for MathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long => write!(f, "it has more than {MAX_LENGTH} bytes"),
            Self::Deep => write!(f, "it has more than {MAX_DEPTH} groups inside each other"),
            Self::Latex(message) => f.write_str(message),
        }
    }
}

/// The macros that formulas of a page have defined so far, as `\def`, by name.
#[derive(Debug, Default)]
pub(crate) struct Macros {
    definitions: BTreeMap<String, String>,
}

impl Macros {
    /// Returns the `<math>` element of a formula, which holds its source as annotation.
    pub(crate) fn render(&mut self, formula: &Formula) -> Result<String, MathError> {
        if formula.body.len() > MAX_LENGTH {
            return Err(MathError::Long);
        }
        if depth(&formula.body) > MAX_DEPTH {
            return Err(MathError::Deep);
        }
        let latex = rewrite::rewrite(&formula.body, &mut self.definitions);
        let latex = rewrite::with_definitions(&latex, &self.definitions);
        let storage = Storage::new();
        let events = Parser::new(&latex, &storage)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| MathError::Latex(self.explained(&latex, &reason(&error))))?;
        let config = RenderConfig {
            display_mode: if formula.is_display { DisplayMode::Block } else { DisplayMode::Inline },
            annotation: Some(&formula.body),
            ..RenderConfig::default()
        };
        let mut html = String::with_capacity(8 * latex.len());
        let events = events.into_iter().map(Ok::<_, fmt::Error>);
        push_mathml(&mut html, events, config)
            .map_err(|error| MathError::Latex(error.to_string()))?;
        Ok(html)
    }

    /// Returns the reason with the name of the command that is to blame, where one is.
    fn explained(&self, latex: &str, reason: &str) -> String {
        let blamed = rewrite::commands(latex)
            .find(|name| !self.definitions.contains_key(*name) && fails_alone(name, reason));
        match blamed {
            Some(name) => format!("{reason}: `\\{name}`"),
            None => reason.to_owned(),
        }
    }
}

/// Tells whether a command alone fails for the given reason.
fn fails_alone(name: &str, reason_of_all: &str) -> bool {
    let latex = format!("\\{name}");
    let storage = Storage::new();
    let first = Parser::new(&latex, &storage).next();
    matches!(first, Some(Err(error)) if reason(&error) == reason_of_all)
}

/// Returns how many groups are inside each other at most.
fn depth(latex: &str) -> usize {
    let mut now = 0_usize;
    let mut most = 0;
    for part in latex.split_inclusive(['{', '}']) {
        if part.ends_with('{') {
            now += 1;
            most = most.max(now);
        } else {
            now = now.saturating_sub(1);
        }
    }
    // Arguments may follow without braces: `\sqrt\sqrt\sqrt x`.
    most.max(commands_in_a_row(latex))
}

fn commands_in_a_row(latex: &str) -> usize {
    let mut most = 0;
    let mut now = 0;
    for part in latex.split('\\').skip(1) {
        let is_bare = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        now = if is_bare { now + 1 } else { 0 };
        most = most.max(now);
    }
    most
}

/// Returns the first line of an error's cause.
fn reason(error: &pulldown_latex::ParserError) -> String {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    text.lines().next().unwrap_or_default().to_owned()
}
