//! Target `jinja`: any text as a template. Principal function: [`run`].
//!
//! What the engine gets has as many lines as the source, and a text without Jinja is left alone. Problems
//! lie in the text. Expanding twice gives the same.

use clx_core::OutputFormat;
use clx_notebook::engine_text;

use crate::source::{Source, everything, variant};

/// Prepares and expands a text.
pub fn run(data: &[u8]) {
    let mut source = Source::of(data);
    source.text = small_numbers(&source.text.replace("\r\n", "\n").replace('\r', "\n"));
    let prepared = engine_text(&source.text, source.language);
    let n_lines = |text: &str| text.matches('\n').count();
    assert_eq!(n_lines(&prepared), n_lines(&source.text), "prepared:\n{prepared}");
    if source.is_plain(&source.text) {
        assert_eq!(prepared, source.text);
    }
    for format in [OutputFormat::Notebook, OutputFormat::Code] {
        let variant = variant(everything(), format);
        let expanded = source.renderer().process(&variant);
        if let Err(problem) = &expanded {
            source.check(problem);
        }
        assert_eq!(expanded, source.renderer().process(&variant));
    }
}

/// Leaves at most two digits of each number: a template that counts far takes its author's time.
fn small_numbers(text: &str) -> String {
    let mut n_digits = 0;
    let is_kept = |c: &char| {
        n_digits = if c.is_ascii_digit() { n_digits + 1 } else { 0 };
        n_digits <= 2
    };
    text.chars().filter(is_kept).collect()
}
