//! Pages out of drafts and outputs. Principal function: [`render`].

use clx_core::{CodeUse, Diagnostic, NotebookInput, Severity};
use clx_kernel::{CellExecution, Execution as Outputs};
use clx_notebook::{CellType, NotebookRenderer, Rendered};
use clx_render::{CellContent, Execution, HtmlRenderer, InlineSvg, Page, PageCell};
use serde_json::Value;

use crate::cell_error::plain;
use crate::code;
use crate::draft::PageDraft;

/// Returns the page with the outputs of its code, if it has some.
#[expect(clippy::result_large_err, reason = "an error ends the work on a page")]
pub(crate) fn render(
    html: &HtmlRenderer,
    input: &NotebookInput,
    draft: &PageDraft,
    outputs: Option<&Outputs>,
    pictures: &[InlineSvg<'_>],
    renderer: &mut NotebookRenderer,
) -> Result<Rendered, Diagnostic> {
    let mut warnings = draft.processed.warnings.clone();
    let mut executed: Vec<Option<&CellExecution>> =
        vec![None; draft.processed.notebook.cells.len()];
    if let Some(outputs) = outputs {
        for ((position, cell), execution) in draft.code_cells().zip(&outputs.cells) {
            let skips = matches!(&input.code, CodeUse::Run(run) if run.skip_errors);
            match execution.outputs.iter().find(|output| output["output_type"] == "error") {
                Some(error) if skips && !cell.has_tag("raises-exception") => {
                    warnings.push(skipped(input, draft, position, error, renderer));
                }
                Some(_) | None => executed[position] = Some(execution),
            }
        }
    }
    let notebook = &draft.processed.notebook;
    let cells: Vec<PageCell<'_>> = notebook
        .cells
        .iter()
        .zip(&executed)
        .map(|(cell, execution)| PageCell {
            id: &cell.id,
            tags: cell.tags().collect(),
            source: &cell.source,
            content: match cell.cell_type {
                CellType::Code => CellContent::Code {
                    execution_count: execution.and_then(|execution| execution.execution_count),
                    outputs: execution.map_or(&[], |execution| &execution.outputs),
                },
                CellType::Markdown => CellContent::Markdown,
                CellType::Raw => CellContent::Raw {
                    mime_type: cell.metadata.get("raw_mimetype").and_then(|value| value.as_text()),
                },
            },
        })
        .collect();
    let page = html.render(&Page {
        language: draft.variant.language.code,
        title: &draft.title,
        prog_lang: input.prog_lang,
        lexer: notebook.lexer().unwrap_or_default(),
        execution: execution(input, draft, outputs),
        cells: &cells,
        pictures,
    })?;
    for warning in page.warnings {
        let line =
            renderer.source_line(&draft.variant, &notebook.cells[warning.cell], warning.line);
        let problem = warning.problem.at(&input.file, line, None);
        let text = line.and_then(|line| renderer.line_of_source(line));
        warnings.push(match text {
            Some(text) if problem.frame.is_none() => problem.with_frame(text),
            Some(_) | None => problem,
        });
    }
    Ok(Rendered { text: page.html, warnings })
}

fn execution<'a>(
    input: &NotebookInput,
    draft: &PageDraft,
    outputs: Option<&Outputs>,
) -> Execution<'a> {
    let lacks_kernel = input.code == CodeUse::NoKernel
        && draft.variant.kind.executes_html
        && draft.code_cells().next().is_some();
    if lacks_kernel {
        Execution::Unavailable { note: None }
    } else if outputs.is_some() {
        Execution::Done
    } else {
        Execution::NotWanted
    }
}

fn skipped(
    input: &NotebookInput,
    draft: &PageDraft,
    position: usize,
    error: &Value,
    renderer: &mut NotebookRenderer,
) -> Diagnostic {
    let text = |key: &str| plain(error[key].as_str().unwrap_or_default());
    let message = format!(
        "the cell fails and is shown without outputs: {}: {}",
        text("ename"),
        text("evalue")
    );
    let cell = &draft.processed.notebook.cells[position];
    let line = renderer.source_line(&draft.variant, cell, 0);
    Diagnostic::new(Severity::Medium, code::ERROR_SKIPPED, "cell_execution", message).at(
        &input.file,
        line,
        None,
    )
}
