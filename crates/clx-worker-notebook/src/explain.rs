//! Says why code gave no outputs, with the line of the source. Principal function: [`explain`].

use clx_core::{Diagnostic, NotebookInput, with_causes};
use clx_kernel::{FaultClass, LimitScope, RunError};
use clx_notebook::NotebookRenderer;

use crate::cell_error::{CellError, CellPlace};
use crate::code;
use crate::draft::PageDraft;
use crate::run_error::RunFailure;

/// Lines of the cell that are shown around the failing one.
const FRAME_LINES: usize = 8;

/// Explains why code gave no outputs, at the line of the source.
pub(crate) fn explain(
    failure: &RunFailure,
    input: &NotebookInput,
    draft: &PageDraft,
    renderer: &mut NotebookRenderer,
) -> Diagnostic {
    match failure {
        RunFailure::Kernel { error, n_attempts } => {
            kernel_failure(failure, input, error.class() == FaultClass::Configuration, *n_attempts)
        }
        RunFailure::OutsidePath { .. } | RunFailure::File { .. } => {
            Diagnostic::error(code::FILE_NOT_LAID, "file_load_error", failure.to_string())
                .in_file(&input.file)
        }
        RunFailure::Run { error, n_attempts } => {
            let position = error.cell().and_then(|cell| draft.code_cells().nth(cell));
            let Some((position, _)) = position else {
                return kernel_failure(failure, input, false, *n_attempts);
            };
            let mut place = FailedCell { input, draft, position, renderer };
            match &**error {
                RunError::CellFailed { cell, ename, evalue, traceback, partial } => {
                    let execution_count =
                        partial.cells.get(*cell).and_then(|cell| cell.execution_count);
                    place.cell_failed(execution_count, ename, evalue, traceback)
                }
                RunError::Timeout { limit, scope, .. } => {
                    place.timed_out(limit.as_secs_f64(), *scope)
                }
                _ => place.kernel_failed(error, *n_attempts),
            }
        }
    }
}

fn kernel_failure(
    failure: &RunFailure,
    input: &NotebookInput,
    is_missing: bool,
    n_attempts: u32,
) -> Diagnostic {
    if is_missing {
        return Diagnostic::error(code::KERNEL_MISSING, "missing_kernel", failure.to_string())
            .in_file(&input.file)
            .with_hint("`clx setup kernels` installs the kernels that clx knows");
    }
    let message = format!("{failure} ({})", attempts(n_attempts));
    Diagnostic::error(code::KERNEL_FAULT, "kernel_fault", message).in_file(&input.file)
}

fn attempts(n: u32) -> String {
    if n == 1 { "1 attempt".to_owned() } else { format!("{n} attempts") }
}

/// The cell in which a run ended.
struct FailedCell<'a> {
    input: &'a NotebookInput,
    draft: &'a PageDraft,
    position: usize,
    renderer: &'a mut NotebookRenderer,
}

impl FailedCell<'_> {
    fn cell_failed(
        &mut self,
        execution_count: Option<u64>,
        ename: &str,
        evalue: &str,
        traceback: &[String],
    ) -> Diagnostic {
        let source = self.draft.processed.notebook.cells[self.position].source.clone();
        let prog_lang = self.input.prog_lang;
        let error =
            CellError { prog_lang, source: &source, execution_count, ename, evalue, traceback };
        let found = error.place();
        let mut frame = self.frame(found);
        frame.extend(error.traceback());
        let problem = Diagnostic::error(code::CELL_FAILED, category(ename), error.message())
            .with_frame(frame.join("\n"));
        let problem = self.located(problem, found);
        match hint(ename, evalue) {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        }
    }

    fn timed_out(&mut self, seconds: f64, scope: LimitScope) -> Diagnostic {
        let message = format!("the cell ran longer than the limit of {seconds} s for {scope}");
        let problem = Diagnostic::error(code::CELL_TIMEOUT, "worker_timeout", message)
            .with_frame(self.frame(None).join("\n"))
            .with_hint("look for an endless loop, or raise the limit");
        self.located(problem, None)
    }

    fn kernel_failed(&mut self, error: &RunError, n_attempts: u32) -> Diagnostic {
        let printed = match error {
            RunError::KernelDied { last_output, .. } => last_output.trim(),
            _ => "",
        };
        let mut frame = self.frame(None);
        frame.extend(printed.lines().map(str::to_owned));
        let message = format!("{} ({})", with_causes(error), attempts(n_attempts));
        let problem = Diagnostic::error(code::KERNEL_FAULT, "kernel_fault", message)
            .with_frame(frame.join("\n"))
            .with_hint("this cell is the probable cause; it may need more memory than there is");
        self.located(problem, None)
    }

    fn located(&mut self, problem: Diagnostic, place: Option<CellPlace>) -> Diagnostic {
        let line = self.source_line(place.map_or(0, |place| place.line));
        let column = place.and_then(|place| place.column);
        problem.at(&self.input.file, line, column.and_then(|column| u32::try_from(column + 1).ok()))
    }

    fn source_line(&mut self, line: usize) -> Option<u32> {
        let cell = &self.draft.processed.notebook.cells[self.position];
        self.renderer.source_line(&self.draft.variant, cell, line)
    }

    /// Returns lines of the cell with their numbers in the source, the failing one marked.
    fn frame(&mut self, place: Option<CellPlace>) -> Vec<String> {
        let source = self.draft.processed.notebook.cells[self.position].source.clone();
        let lines: Vec<&str> = source.lines().collect();
        let failed = place.map(|place| place.line);
        let first = failed.unwrap_or(0).saturating_sub(FRAME_LINES / 2);
        let shown = lines.iter().enumerate().skip(first).take(FRAME_LINES);
        let shown: Vec<(usize, &str)> = shown.map(|(index, line)| (index, *line)).collect();
        let mut frame = Vec::new();
        for (index, line) in shown {
            let number = self.source_line(index).map(|n| n.to_string()).unwrap_or_default();
            let mark = if failed == Some(index) { '>' } else { ' ' };
            frame.push(format!("{mark}{number:>5} | {line}").trim_end().to_owned());
        }
        frame
    }
}

fn category(ename: &str) -> &'static str {
    match ename {
        "SyntaxError"
        | "NameError"
        | "IndentationError"
        | "TypeError"
        | "CompilationError"
        | "CompilationException"
        | "TabError" => "notebook_compilation",
        "ModuleNotFoundError" | "ImportError" => "missing_module",
        _ => "cell_execution",
    }
}

fn hint(ename: &str, evalue: &str) -> Option<&'static str> {
    match ename {
        "ModuleNotFoundError" => {
            Some("install the module into the kernel's environment, or lay it beside the notebook")
        }
        "StdinNotImplementedError" => {
            Some("a build cannot answer questions: give the cell a value")
        }
        "Error" if evalue == "Execution failed" => {
            Some("Deno says no more when it cannot parse a cell: look for a syntax error")
        }
        _ => None,
    }
}
