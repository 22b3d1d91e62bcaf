//! From a page to HTML. Principal type: [`HtmlRenderer`].

use clx_core::{ContentHash, Diagnostic, KeyBuilder, Language};

use crate::page::{Execution, Page, RenderedPage};
use crate::templates::{PageContext, Templates};
use crate::{cell, inline};

/// Raised whenever the page of the same notebook changes.
const VERSION: &str = "2";

/// Renders pages. It is cheap to make, holds no state and may be shared between threads.
#[derive(Debug)]
pub struct HtmlRenderer {
    templates: Templates,
}

impl HtmlRenderer {
    /// Makes a renderer that puts cells into `templates`.
    #[must_use]
    pub const fn new(templates: Templates) -> Self {
        Self { templates }
    }

    /// Returns the page. What cannot be shown well is shown as text, with a warning.
    ///
    /// # Errors
    /// A [`Diagnostic`] with file and line if a replaced template fails on this page; the bundled
    /// one never does.
    #[expect(clippy::result_large_err, reason = "an error ends the work on a page")]
    pub fn render(&self, page: &Page<'_>) -> Result<RenderedPage, Diagnostic> {
        let (cells, warnings) = cell::write_all(page);
        let html = self.templates.render(PageContext {
            language: page.language.code(),
            title: page.title,
            note: note(page),
            prog_lang: page.prog_lang.name(),
            lexer: page.lexer,
            cells: inline::replace(cells, page.pictures),
        })?;
        Ok(RenderedPage { html, warnings })
    }
}

/// Returns the digest of everything in this crate and in `templates` that can change a page.
#[must_use]
pub fn renderer_identity(templates: &Templates) -> ContentHash {
    let key = KeyBuilder::new("html-renderer-1").with("version", VERSION);
    templates.texts().into_iter().fold(key, |key, (name, text)| key.with(name, text)).finish()
}

/// Returns what the top of the page says to its reader.
fn note<'a>(page: &Page<'a>) -> Option<&'a str> {
    match (page.execution, page.language) {
        (Execution::Done | Execution::NotWanted, _) => None,
        (Execution::Unavailable { note: Some(note) }, _) => Some(note),
        (Execution::Unavailable { note: None }, Language::DE) => {
            Some("Der Code auf dieser Seite wurde nicht ausgeführt, daher fehlen die Ausgaben.")
        }
        (Execution::Unavailable { note: None }, _) => {
            Some("The code on this page was not executed, so its outputs are missing.")
        }
    }
}
