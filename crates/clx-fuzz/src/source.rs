//! Notebook sources out of bytes. Principal type: [`Source`].

use std::path::Path;

use clx_core::{
    Audience, CodeCells, Diagnostic, Language, LanguageProfile, OutputFormat, OutputKind, ProgLang,
};
use clx_notebook::{Branding, NotebookRenderer, Variant};

use crate::place;

/// What opens a statement or expression of Jinja; the prefix of line statements comes with the language.
const MARKS: [&str; 3] = ["{{", "{%", "{#"];

/// Takes the first line off bytes.
pub(crate) fn headed(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    end.map_or((&[], data), |end| (&data[..end], &data[end + 1..]))
}

/// A source and its language.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) language: ProgLang,
    pub(crate) text: String,
}

impl Source {
    /// Takes the language by the first line, else Python.
    pub(crate) fn of(data: &[u8]) -> Self {
        let (head, rest) = headed(data);
        let name = str::from_utf8(head).ok().and_then(|name| name.parse().ok());
        let (language, bytes) = name.map_or((ProgLang::Python, data), |language| (language, rest));
        Self { language, text: String::from_utf8_lossy(bytes).into_owned() }
    }

    /// Returns what renders it.
    pub(crate) fn renderer(&self) -> NotebookRenderer {
        NotebookRenderer::new(file(), &self.text, self.language, &Branding::default())
    }

    /// Tells whether a text is left alone by Jinja.
    pub(crate) fn is_plain(&self, text: &str) -> bool {
        let prefix = self.language.jinja_prefix();
        MARKS.iter().chain([&prefix]).all(|mark| !text.contains(mark))
    }

    /// Checks a problem of this source.
    pub(crate) fn check(&self, problem: &Diagnostic) {
        // Lines are counted as editors count them.
        let text = self.text.replace("\r\n", "\n").replace('\r', "\n");
        place::check(problem, file(), &text);
    }
}

/// Returns the name that sources go by.
pub(crate) fn file() -> &'static Path {
    Path::new("slides.py")
}

/// Returns a variant in English.
pub(crate) fn variant(kind: OutputKind, format: OutputFormat) -> Variant {
    let language = LanguageProfile::predefined(Language::EN);
    Variant { language, kind, format, img_prefix: "img/".to_owned() }
}

/// Returns a kind that shows all.
pub(crate) fn everything() -> OutputKind {
    OutputKind {
        name: "everything".to_owned(),
        directory: "Everything".to_owned(),
        audience: Audience::Speaker,
        removed_tags: Vec::new(),
        code_cells: CodeCells::Keep,
        empties_answers: false,
        executes_html: false,
    }
}
