//! What `clx validate` found, for people, programs and code hosts. Principal function:
//! [`print_problems`].

use std::path::Path;

use clx_core::Diagnostic;
use serde_json::json;

use super::checkout::Checkout;
use super::style::Style;
use super::{plural, sarif, stderr_line, stdout_line, stdout_text};
use crate::args::validate::ProblemFormat;

/// Prints the problems of a spec whose course lies at `root`.
pub(crate) fn print_problems(
    format: ProblemFormat,
    spec: &Path,
    root: &Path,
    problems: &[Diagnostic],
) {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    match format {
        ProblemFormat::Text => {
            let style = Style::for_stderr(false);
            for problem in problems {
                stderr_line(&style.diagnostic(problem));
            }
            let verdict = if errors == 0 { "is fine" } else { "has problems" };
            let counts = format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"));
            stdout_line(&format!("{} {verdict}: {counts}.", spec.display()));
        }
        ProblemFormat::Json => {
            let json = json!({
                "spec": spec.display().to_string(),
                "error_count": errors,
                "warning_count": warnings,
                "problems": problems,
            });
            stdout_text(&format!("{json:#}\n"));
        }
        ProblemFormat::Sarif => {
            let log = sarif::log(problems, &Checkout::of_process(root.to_owned()));
            stdout_text(&format!("{log:#}\n"));
        }
    }
}
