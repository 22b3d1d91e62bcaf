//! What is known of tools: a table or JSON. Principal function: [`print_tools`].

use clx_setup::{ToolFolder, ToolReport, ToolState};

use super::{stdout_text, table};
use crate::args::ListFormat;

/// Prints tools and where they are kept.
pub(crate) fn print_tools(format: ListFormat, folder: &ToolFolder, reports: &[ToolReport]) {
    match format {
        ListFormat::Table => {
            let headings = ["TOOL", "STATE", "VERSION", "WHERE, OR WHAT TO DO"];
            let rows: Vec<_> = reports.iter().map(row).collect();
            let place = folder.path().display();
            stdout_text(&format!("{}\nTools are kept in {place}\n", table(headings, &rows)));
        }
        ListFormat::Json => {
            let tools: Vec<_> = reports.iter().map(json).collect();
            let json = serde_json::json!({ "tools_dir": folder.path(), "tools": tools });
            stdout_text(&format!("{json:#}\n"));
        }
    }
}

fn row(report: &ToolReport) -> [String; 4] {
    let state = match (report.state, report.is_needed) {
        (ToolState::Missing, false) => "optional",
        (state, _) => word(state),
    };
    let path = report.path.as_ref().map(|path| path.display().to_string());
    let remedy = report
        .problem
        .as_ref()
        .map(|problem| problem.hint.clone().unwrap_or_else(|| problem.message.clone()));
    let version = report.version.clone().unwrap_or_else(|| "-".to_owned());
    [report.name.clone(), state.to_owned(), version, path.or(remedy).unwrap_or_default()]
}

fn json(report: &ToolReport) -> serde_json::Value {
    let problem = report.problem.as_ref().map(|problem| {
        serde_json::json!({
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
            "details": problem.frame,
        })
    });
    serde_json::json!({
        "name": report.name,
        "kernel": report.kernel,
        "state": word(report.state),
        "needed": report.is_needed,
        "version": report.version,
        "path": report.path,
        "problem": problem,
    })
}

const fn word(state: ToolState) -> &'static str {
    match state {
        ToolState::Ready => "ready",
        ToolState::Missing => "missing",
        ToolState::Broken => "broken",
    }
}
