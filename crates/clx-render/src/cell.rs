//! The cells of a page in order: the frame of each, its prompt, its text and its outputs.

use crate::highlight::{self, Grammar};
use crate::html::escape;
use crate::markdown::Markdown;
use crate::output;
use crate::page::{CellContent, Page, PageCell, RenderWarning};

/// Returns the HTML of all cells and the warnings about them.
pub(crate) fn write_all(page: &Page<'_>) -> (String, Vec<RenderWarning>) {
    let length: usize = page.cells.iter().map(|cell| cell.source.len()).sum();
    let mut writer = Writer {
        page,
        out: String::with_capacity(2 * length + 512 * page.cells.len()),
        markdown: Markdown::default(),
        warnings: Vec::new(),
    };
    for (index, cell) in page.cells.iter().enumerate() {
        writer.cell(index, cell);
    }
    writer.warnings.extend(output::warn_of_scripts(page));
    writer.warnings.sort_by_key(|warning| (warning.cell, warning.line));
    (writer.out, writer.warnings)
}

struct Writer<'a> {
    page: &'a Page<'a>,
    out: String,
    markdown: Markdown,
    warnings: Vec<RenderWarning>,
}

impl Writer<'_> {
    fn cell(&mut self, index: usize, cell: &PageCell<'_>) {
        match cell.content {
            CellContent::Code { execution_count, outputs } => {
                self.open(cell, "code_cell");
                self.input(cell.source, execution_count);
                if !outputs.is_empty() {
                    let warnings = output::write_all(
                        &mut self.out,
                        &mut self.markdown,
                        execution_count,
                        outputs,
                    );
                    self.warn(index, warnings);
                }
                self.out.push_str("</div>\n");
            }
            CellContent::Markdown => {
                self.open(cell, "text_cell");
                self.out.push_str(concat!(
                    "<div class=\"prompt input_prompt\">\n</div>",
                    "<div class=\"inner_cell\">\n",
                    "<div class=\"text_cell_render border-box-sizing rendered_html\">\n"
                ));
                let warnings = self.markdown.write(&mut self.out, cell.source);
                self.warn(index, warnings);
                self.out.push_str("</div>\n</div>\n</div>\n");
            }
            CellContent::Raw { mime_type: None | Some("" | "text/html") } => {
                self.out.push_str(cell.source);
                self.out.push('\n');
            }
            CellContent::Raw { mime_type: Some(_) } => {}
        }
    }

    fn open(&mut self, cell: &PageCell<'_>, kind: &str) {
        self.out.push_str("<div ");
        if !cell.id.is_empty() {
            self.out.push_str("id=\"cell-id=");
            escape(&mut self.out, cell.id);
            self.out.push_str("\" ");
        }
        self.out.push_str("class=\"cell border-box-sizing ");
        self.out.push_str(kind);
        self.out.push_str(" rendered");
        for tag in &cell.tags {
            self.out.push_str(" celltag_");
            escape(&mut self.out, tag);
        }
        self.out.push_str("\">\n");
    }

    fn input(&mut self, source: &str, execution_count: Option<u64>) {
        self.out.push_str("<div class=\"input\">\n<div class=\"prompt input_prompt\">In\u{a0}[");
        push_count(&mut self.out, execution_count);
        self.out.push_str("]:</div>\n<div class=\"inner_cell\">\n<div class=\"input_area\">\n");
        let grammar = magic(source).unwrap_or_else(|| Grammar::of(self.page.prog_lang));
        let classes = format!("highlight hl-{}", self.page.lexer);
        let shown = if source.is_empty() { " " } else { source };
        highlight::write_block(&mut self.out, &classes, grammar, shown);
        self.out.push_str("</div>\n</div>\n</div>\n");
    }

    fn warn(&mut self, cell: usize, found: Vec<crate::markdown::Finding>) {
        self.warnings.extend(found.into_iter().map(|finding| RenderWarning {
            cell,
            line: finding.line,
            problem: finding.problem,
        }));
    }
}

/// Returns the grammar of a cell that begins with `%%bash` or another language's name.
fn magic(source: &str) -> Option<&'static Grammar> {
    Grammar::named(source.strip_prefix("%%")?.split_whitespace().next()?)
}

/// Appends the number of a prompt, or a blank.
pub(crate) fn push_count(out: &mut String, count: Option<u64>) {
    match count {
        Some(count) => out.push_str(&count.to_string()),
        None => out.push('\u{a0}'),
    }
}
