//! Renders the variants of one source.
//!
//! Principal type: [`NotebookRenderer`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_core::{Diagnostic, OutputFormat, ProgLang};
use serde::{Deserialize, Serialize};

use crate::code;
use crate::finding::Finding;
use crate::jinja::line_map::LineMap;
use crate::jinja::{Globals, Template};
use crate::notebook::{Cell, Notebook};
use crate::output::{ipynb, script};
use crate::percent::{self, Document};
use crate::process::{self, ProcessedNotebook, Variant};
use crate::value::Metadata;

/// Who made the course; text of slide headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Branding {
    /// Shown below the title; nothing if empty.
    pub author: String,
    /// Shown below the author; nothing if empty.
    pub organization: String,
}

/// The text of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The bytes of the file, in UTF-8 with line feeds.
    pub text: String,
    /// What the author should know.
    pub warnings: Vec<Diagnostic>,
}

/// One expansion of the source, read once.
#[derive(Debug)]
struct Expansion {
    language: String,
    format: OutputFormat,
    text: Arc<str>,
    document: Arc<Result<Document, Finding>>,
    lines: Option<LineMap>,
}

/// One source, parsed at most once per distinct Jinja expansion; renders any number of variants.
///
/// # Examples
/// ```
/// use std::path::Path;
/// use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
/// use clx_notebook::{Branding, NotebookRenderer, Variant};
///
/// let source = "# %% tags=[\"del\"]\nscratch\n\n# %%\nx = 1\n";
/// let mut renderer = NotebookRenderer::new(
///     Path::new("slides_x.py"), source, ProgLang::Python, &Branding::default());
/// let variant = Variant {
///     language: LanguageProfile::predefined(Language::EN),
///     kind: OutputKind::predefined().remove(1),
///     format: OutputFormat::Code,
///     img_prefix: "img/".to_owned(),
/// };
/// assert_eq!(renderer.render(&variant)?.text, "# %%\nx = 1\n");
/// # Ok::<(), clx_core::Diagnostic>(())
/// ```
#[derive(Debug)]
pub struct NotebookRenderer {
    file: PathBuf,
    prog_lang: ProgLang,
    template: Template,
    expansions: Vec<Expansion>,
}

impl NotebookRenderer {
    /// Takes a source. `file` is named in diagnostics and never opened.
    #[must_use]
    pub fn new(file: &Path, text: &str, prog_lang: ProgLang, branding: &Branding) -> Self {
        Self {
            file: file.to_owned(),
            prog_lang,
            template: Template::new(text, prog_lang, branding),
            expansions: Vec::new(),
        }
    }

    /// Returns all cells as the source has them, none filtered or changed, after the expansion for the
    /// language and format of `variant`.
    ///
    /// # Errors
    /// As [`Self::process`].
    #[expect(
        clippy::result_large_err,
        reason = "an error ends the work on a source; its size costs nothing"
    )]
    pub fn unfiltered(&mut self, variant: &Variant) -> Result<Notebook, Diagnostic> {
        let at = self.expansion(variant).map_err(|finding| self.template_error(&finding))?;
        let document = Arc::clone(&self.expansions[at].document);
        match document.as_ref() {
            Ok(document) => Ok(document.notebook.clone()),
            Err(finding) => Err(self.located(at, finding)),
        }
    }

    /// Returns the cells and metadata that `variant` shows.
    ///
    /// # Errors
    /// A [`Diagnostic`] with the line of the source for Jinja text that cannot be expanded, a broken
    /// head, and cell options that no notebook may hold.
    #[expect(
        clippy::result_large_err,
        reason = "an error ends the work on a source; its size costs nothing"
    )]
    pub fn process(&mut self, variant: &Variant) -> Result<ProcessedNotebook, Diagnostic> {
        let at = match self.expansion(variant) {
            Ok(at) => at,
            Err(finding) => return Err(self.template_error(&finding)),
        };
        let document = Arc::clone(&self.expansions[at].document);
        let document = document.as_ref().as_ref().map_err(|finding| self.located(at, finding))?;
        let (notebook, findings) = process::process(&document.notebook, variant, self.prog_lang);
        let warnings =
            document.warnings.iter().chain(&findings).map(|finding| self.located(at, finding));
        Ok(ProcessedNotebook { warnings: warnings.collect(), notebook })
    }

    /// Returns the text of a notebook or script.
    ///
    /// # Errors
    /// As [`Self::process`]; and a diagnostic with the code
    /// [`NOT_A_TEXT_FORMAT`](crate::code::NOT_A_TEXT_FORMAT) if `variant` asks for HTML, which the
    /// HTML renderer makes out of the processed notebook.
    #[expect(
        clippy::result_large_err,
        reason = "an error ends the work on a source; its size costs nothing"
    )]
    pub fn render(&mut self, variant: &Variant) -> Result<Rendered, Diagnostic> {
        let write: fn(&Notebook, ProgLang) -> String = match variant.format {
            OutputFormat::Notebook => |notebook, _| ipynb::write(notebook),
            OutputFormat::Code => script::write,
            OutputFormat::Html => return Err(self.not_a_text_format()),
        };
        let processed = self.process(variant)?;
        if variant.format == OutputFormat::Notebook
            && let Some(problem) = self.unwritable(&processed.notebook, variant)
        {
            return Err(problem);
        }
        let text = write(&processed.notebook, self.prog_lang);
        Ok(Rendered { text, warnings: processed.warnings })
    }

    /// Returns the first option, or entry of the head, that JSON cannot express.
    fn unwritable(&mut self, notebook: &Notebook, variant: &Variant) -> Option<Diagnostic> {
        let foreign = |metadata: &Metadata| {
            let (key, name) =
                metadata.iter().find_map(|(key, value)| Some((key, value.foreign_type()?)))?;
            Some(format!("`{key}` holds a Python {name}, which no notebook can hold"))
        };
        let in_head = foreign(&notebook.metadata)
            .map(|message| Finding::error(code::BROKEN_HEAD, 0, message));
        let in_cell = |cell: &Cell| {
            let message = foreign(&cell.metadata)?;
            Some(Finding::error(code::BROKEN_METADATA, cell.line, message))
        };
        let finding = in_head.or_else(|| notebook.cells.iter().find_map(in_cell))?;
        let at = self.expansion(variant).ok()?;
        Some(self.located(at, &finding))
    }

    fn not_a_text_format(&self) -> Diagnostic {
        let message = "HTML is made by the HTML renderer, not by the notebook writer";
        Diagnostic::error(code::NOT_A_TEXT_FORMAT, "notebook_processing", message)
            .in_file(&self.file)
    }

    /// Returns the line of the source, from 1, that line `line` (from 0) of the text of `cell` came
    /// from; for text that a macro made, the line that calls it.
    pub fn source_line(&mut self, variant: &Variant, cell: &Cell, line: usize) -> Option<u32> {
        let at = self.expansion(variant).ok()?;
        self.expanded_line(at, cell.line + cell.marker_lines + line)
    }

    /// Returns a line of the source, counted from 1.
    #[must_use]
    pub fn line_of_source(&self, line: u32) -> Option<&str> {
        self.template.source().split('\n').nth(usize::try_from(line).ok()?.checked_sub(1)?)
    }

    /// Returns the position of the expansion for `variant`, made if it is missing.
    fn expansion(&mut self, variant: &Variant) -> Result<usize, Finding> {
        let language = variant.language.code.code();
        let format = variant.format;
        let fits = |known: &Expansion| known.language == language && known.format == format;
        let plain = self.template.is_plain();
        if let Some(at) = self.expansions.iter().position(|known| plain || fits(known)) {
            return Ok(at);
        }
        let text = self.template.expand(Globals { language, format })?;
        let same = self.expansions.iter().find(|known| *known.text == *text);
        let (text, document) = match same {
            Some(known) => (Arc::clone(&known.text), Arc::clone(&known.document)),
            None => {
                let document = percent::read(&text, self.prog_lang);
                (Arc::from(text), Arc::new(document))
            }
        };
        let language = language.to_owned();
        self.expansions.push(Expansion { language, format, text, document, lines: None });
        Ok(self.expansions.len() - 1)
    }

    /// Returns the diagnostic of a problem with the expanded text.
    fn located(&mut self, at: usize, finding: &Finding) -> Diagnostic {
        let line = self.expanded_line(at, finding.line);
        self.framed(finding, line)
    }

    /// Returns the line of the source, from 1, for one of the expanded text, from 0.
    fn expanded_line(&mut self, at: usize, line: usize) -> Option<u32> {
        let expansion = &mut self.expansions[at];
        let globals = Globals { language: &expansion.language, format: expansion.format };
        let lines = match &mut expansion.lines {
            Some(lines) => lines,
            missing => missing.insert(self.template.line_map(&expansion.text, globals)),
        };
        lines.source_line(line)
    }

    fn template_error(&self, finding: &Finding) -> Diagnostic {
        self.framed(finding, u32::try_from(finding.line + 1).ok())
    }

    /// Adds the line of the source itself.
    fn framed(&self, finding: &Finding, line: Option<u32>) -> Diagnostic {
        let diagnostic = finding.diagnostic(&self.file, line);
        let text = line.and_then(|line| self.line_of_source(line));
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => diagnostic.with_frame(text),
            None => diagnostic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renderer_may_move_to_another_thread() {
        fn check<T: Send>() {}
        check::<NotebookRenderer>();
    }
}
