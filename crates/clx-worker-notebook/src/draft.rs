//! What becomes of each request before any code runs. Principal types: [`Draft`], [`PageDraft`].

use std::collections::BTreeMap;

use clx_core::{CodeUse, ContentHash, Diagnostic, NotebookInput, NotebookRequest, OutputFormat};
use clx_kernel::CodeCell;
use clx_notebook::{
    Branding, Cell, CellType, NotebookRenderer, ProcessedNotebook, Rendered, Variant,
};
use clx_worker::JobFailure;

use crate::job::NotebookJob;

/// A request on its way to an output.
pub(crate) enum Draft {
    /// A text that needs no kernel, or why it cannot be made.
    Text(Result<Rendered, Diagnostic>),
    /// A page that may need outputs.
    Page(Box<PageDraft>),
}

/// A page without the outputs of its code.
pub(crate) struct PageDraft {
    pub(crate) title: String,
    pub(crate) organization: String,
    pub(crate) variant: Variant,
    pub(crate) processed: ProcessedNotebook,
    /// The cells that are to be run, empty if none is.
    pub(crate) code: Vec<CodeCell>,
    /// The key of the run that gives the outputs, once it is known.
    pub(crate) run: Option<ContentHash>,
}

impl PageDraft {
    /// Returns the cells of the notebook that [`Self::code`] stands for, in its order, with their
    /// positions.
    pub(crate) fn code_cells(&self) -> impl Iterator<Item = (usize, &Cell)> {
        let cells = self.processed.notebook.cells.iter().enumerate();
        cells.filter(|(_, cell)| is_code(cell))
    }
}

/// Parses the source, once for each name of the organisation: languages may name it differently.
pub(crate) struct Drafter<'a> {
    job: &'a NotebookJob,
    renderers: BTreeMap<String, NotebookRenderer>,
}

impl<'a> Drafter<'a> {
    pub(crate) const fn new(job: &'a NotebookJob) -> Self {
        Self { job, renderers: BTreeMap::new() }
    }

    /// Makes a text, or a page but for the outputs of its code.
    pub(crate) fn draft(&mut self, request: &NotebookRequest) -> Result<Draft, JobFailure> {
        let variant = self.job.variant(request)?;
        let input = &self.job.input;
        let renderer = self.renderer(&request.organization);
        if request.format != OutputFormat::Html {
            return Ok(Draft::Text(renderer.render(&variant)));
        }
        Ok(match renderer.process(&variant) {
            Err(problem) => Draft::Text(Err(problem)),
            Ok(processed) => Draft::Page(Box::new(PageDraft {
                title: request.title.clone(),
                organization: request.organization.clone(),
                code: code(input, &variant, &processed),
                variant,
                processed,
                run: None,
            })),
        })
    }

    /// Returns the renderer that knows the lines of a page's source.
    pub(crate) fn renderer(&mut self, organization: &str) -> &mut NotebookRenderer {
        let NotebookJob { input, text, .. } = self.job;
        self.renderers.entry(organization.to_owned()).or_insert_with(|| {
            let branding =
                Branding { author: input.author.clone(), organization: organization.to_owned() };
            NotebookRenderer::new(&input.file, text, input.prog_lang, &branding)
        })
    }
}

fn code(input: &NotebookInput, variant: &Variant, processed: &ProcessedNotebook) -> Vec<CodeCell> {
    let CodeUse::Run(run) = &input.code else { return Vec::new() };
    if !variant.kind.executes_html {
        return Vec::new();
    }
    let cells = processed.notebook.cells.iter().filter(|cell| is_code(cell));
    cells
        .map(|cell| CodeCell {
            source: cell.source.clone(),
            skip: cell.has_tag("skip-execution"),
            allow_errors: run.skip_errors || cell.has_tag("raises-exception"),
        })
        .collect()
}

/// Cells of blanks only are not run, so that outputs can be attached by position.
fn is_code(cell: &Cell) -> bool {
    cell.cell_type == CellType::Code && !cell.source.trim().is_empty()
}
