//! Prose: Markdown with formulas, headings with anchors, highlighted fences.
//!
//! Formulas are taken out before Markdown sees them, since it would eat their backslashes and
//! underscores, and are put back as `MathML`. Principal type: [`Markdown`].

use clx_core::{Diagnostic, Severity};

use crate::code;
use crate::html::{escape, escaped};
use crate::math::{Formula, Macros};

mod block;
mod boxed;
mod document;
mod extract;
mod fill;
mod reference;

use boxed::Boxed;
pub use reference::{Reference, ReferenceKind, references};

/// A problem at a line of a text, counted from 0.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) line: usize,
    pub(crate) problem: Diagnostic,
}

/// Writes the prose of a page; keeps the macros that its formulas define.
#[derive(Debug, Default)]
pub(crate) struct Markdown {
    macros: Macros,
}

impl Markdown {
    /// Appends the HTML of a Markdown text, with the box around notes.
    pub(crate) fn write(&mut self, out: &mut String, text: &str) -> Vec<Finding> {
        let Some(Boxed { prefix, opening, inner }) = boxed::split(text) else {
            return self.prose(out, text);
        };
        let mut findings = self.prose(out, prefix);
        out.push_str(opening);
        out.push('\n');
        findings.extend(self.prose(out, inner));
        out.push_str("</div>\n");
        findings
    }

    /// Appends a text whose formulas are meant and that is no Markdown.
    pub(crate) fn write_latex(&mut self, out: &mut String, text: &str) -> Vec<Finding> {
        let extracted = extract::from_latex(text);
        let (formulas, findings) = self.formulas(&extracted.formulas);
        fill::write(out, &escaped(&extracted.text), &extracted, &formulas);
        findings
    }

    fn prose(&mut self, out: &mut String, text: &str) -> Vec<Finding> {
        let extracted = extract::from_markdown(text);
        let (formulas, findings) = self.formulas(&extracted.formulas);
        let html = document::render(&extracted);
        fill::write(out, &html, &extracted, &formulas);
        findings
    }

    /// Returns the HTML of formulas in order.
    fn formulas(&mut self, formulas: &[Formula]) -> (Vec<String>, Vec<Finding>) {
        let mut findings = Vec::new();
        let html = formulas.iter().map(|formula| {
            self.macros.render(formula).unwrap_or_else(|error| {
                let message = format!("the formula cannot be shown: {error}");
                let problem =
                    Diagnostic::new(Severity::Medium, code::MATH_ERROR, "math_error", message)
                        .with_frame(formula.source.clone());
                findings.push(Finding { line: formula.line, problem });
                let mut html = "<code class=\"math-error\">".to_owned();
                escape(&mut html, &formula.source);
                html.push_str("</code>");
                html
            })
        });
        (html.collect(), findings)
    }
}
