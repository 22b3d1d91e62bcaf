//! The outputs of a code cell, from the JSON of nbformat 4.

use std::borrow::Cow;

use clx_core::{Diagnostic, Severity};
use serde_json::Value;

use crate::cell::push_count;
use crate::code;
use crate::markdown::{Finding, Markdown};
use crate::page::{CellContent, Page, RenderWarning};

mod ansi;
mod bundle;

/// Appends all outputs of a cell and returns the problems of formulas in them.
pub(crate) fn write_all(
    out: &mut String,
    markdown: &mut Markdown,
    execution_count: Option<u64>,
    outputs: &[Value],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    out.push_str("<div class=\"output_wrapper\">\n<div class=\"output\">\n");
    for output in outputs {
        let is_result = kind(output) == "execute_result";
        out.push_str("<div class=\"output_area\">\n");
        prompt(out, is_result.then_some(execution_count));
        match kind(output) {
            "stream" => stream(out, output),
            "error" => error(out, output),
            "execute_result" | "display_data" => {
                findings.extend(bundle::write(out, markdown, output, is_result));
            }
            _ => {}
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n</div>\n");
    findings
}

/// Returns a warning at the first cell that prints a script, since pages load nothing to run it.
pub(crate) fn warn_of_scripts(page: &Page<'_>) -> Option<RenderWarning> {
    let prints_script = |content| match content {
        CellContent::Code { outputs, .. } => outputs.iter().any(bundle::is_script),
        CellContent::Markdown | CellContent::Raw { .. } => false,
    };
    let cell = page.cells.iter().position(|cell| prints_script(cell.content))?;
    let message = "the output is JavaScript or a widget, which pages do not run";
    let problem =
        Diagnostic::new(Severity::Medium, code::INERT_SCRIPT, "inert_script_output", message)
            .with_hint("let the cell print a picture, a table or text as well");
    Some(RenderWarning { cell, line: 0, problem })
}

fn kind(output: &Value) -> &str {
    output.get("output_type").and_then(Value::as_str).unwrap_or_default()
}

fn prompt(out: &mut String, result: Option<Option<u64>>) {
    match result {
        Some(count) => {
            out.push_str("<div class=\"prompt output_prompt\">Out[");
            push_count(out, count);
            out.push_str("]:</div>\n");
        }
        None => out.push_str("<div class=\"prompt\"></div>\n"),
    }
}

fn stream(out: &mut String, output: &Value) {
    let name = match output.get("name").and_then(Value::as_str) {
        Some("stderr") => "stderr",
        _ => "stdout",
    };
    out.push_str("<div class=\"output_subarea output_stream output_");
    out.push_str(name);
    out.push_str(" output_text\">\n<pre>");
    ansi::write(out, &overwritten(&text(output.get("text"))));
    out.push_str("</pre>\n</div>\n");
}

/// Returns what a terminal shows in the end: a carriage return begins its line anew, so that of a
/// progress bar only the last state is left.
fn overwritten(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let shown = text.split('\n').map(|line| {
        let line = line.trim_end_matches('\r');
        line.rsplit('\r').next().unwrap_or(line)
    });
    shown.collect::<Vec<_>>().join("\n").into()
}

/// Appends the traceback, or name and value of the error if the kernel gave none.
fn error(out: &mut String, output: &Value) {
    out.push_str("<div class=\"output_subarea output_text output_error\">\n<pre>");
    match output.get("traceback").and_then(Value::as_array) {
        Some(lines) if !lines.is_empty() => {
            for (n, line) in lines.iter().enumerate() {
                if n > 0 {
                    out.push('\n');
                }
                ansi::write(out, &text(Some(line)));
            }
        }
        _ => {
            let [name, value] = ["ename", "evalue"].map(|key| text(output.get(key)));
            ansi::write(out, &format!("{name}: {value}"));
        }
    }
    out.push_str("</pre>\n</div>\n");
}

/// Returns a text that may be stored as a list of lines.
fn text(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Array(lines)) => {
            lines.iter().filter_map(Value::as_str).collect::<String>().into()
        }
        _ => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriage_return_begins_its_line_anew() {
        assert_eq!(overwritten("a\n10%\r20%\rdone\r\nb\r"), "a\ndone\nb");
        assert_eq!(overwritten("a\nb"), "a\nb");
    }
}
