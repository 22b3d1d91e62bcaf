//! What the renderer takes and gives. Principal types: [`Page`], [`RenderedPage`].

use clx_core::{Diagnostic, Language, ProgLang};
use serde_json::Value;

/// A notebook as one page shows it: filtered, processed, executed or not.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language of the prose, for `<html lang>` and the words of clx's own notes.
    pub language: Language,
    /// The notebook's title, plain text.
    pub title: &'a str,
    /// What the code cells are written in.
    pub prog_lang: ProgLang,
    /// Name of the lexer for the class `hl-<lexer>` of code cells, such as `ipython3`.
    pub lexer: &'a str,
    /// Whether the code was run.
    pub execution: Execution<'a>,
    /// The cells in order.
    pub cells: &'a [PageCell<'a>],
    /// Pictures that are put into the page in the place of images that refer to them.
    pub pictures: &'a [InlineSvg<'a>],
}

/// A picture that can stand in a page itself.
#[derive(Debug, Clone, Copy)]
pub struct InlineSvg<'a> {
    /// What images refer to it by: the end of their `src`, such as `img/plan.png`.
    pub paths: &'a [&'a str],
    /// The text of the SVG file.
    pub svg: &'a str,
}

/// Whether the code of a page was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution<'a> {
    /// It was run; cells carry outputs and counts.
    Done,
    /// Nobody wanted it to run (the kind of output, a setting).
    NotWanted,
    /// It should have been run but could not, for lack of a kernel: the page says so at its top.
    Unavailable {
        /// Words for the reader instead of clx's own (German or English by the page's language).
        note: Option<&'a str>,
    },
}

/// One cell of a page.
#[derive(Debug, Clone)]
pub struct PageCell<'a> {
    /// Written as `cell-id=<id>`; none is written if empty.
    pub id: &'a str,
    /// Written as classes `celltag_<tag>`, in order.
    pub tags: Vec<&'a str>,
    /// The text, lines joined by line feeds. Notes and voiceover are still in the box that the
    /// notebook pipeline puts around them.
    pub source: &'a str,
    /// What the text is.
    pub content: CellContent<'a>,
}

/// What the text of a cell is.
#[derive(Debug, Clone, Copy)]
pub enum CellContent<'a> {
    /// A program text and what it printed.
    Code {
        /// The number in its prompts; a blank if there is none.
        execution_count: Option<u64>,
        /// The outputs as in nbformat 4. Unknown types and missing fields are left out silently.
        outputs: &'a [Value],
    },
    /// Prose.
    Markdown,
    /// Text that is written as it is if `mime_type` is absent, empty or `text/html`, else left out.
    Raw {
        /// The option `raw_mimetype` of the cell.
        mime_type: Option<&'a str>,
    },
}

/// One HTML file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPage {
    /// The bytes of the file: UTF-8, line feeds, one at the end.
    pub html: String,
    /// What the author should know, in the order of the cells.
    pub warnings: Vec<RenderWarning>,
}

/// A problem of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderWarning {
    /// Position in [`Page::cells`], from 0.
    pub cell: usize,
    /// Line of the cell's text, from 0. The line that a box of notes begins with is not counted, so
    /// it is the line within the author's cell. For an output it is 0.
    pub line: usize,
    /// The problem, without a place.
    pub problem: Diagnostic,
}
