//! Finds what makes a picture another one tomorrow. Principal function: [`warnings`].

use std::path::Path;

use clx_core::{Diagnostic, Severity};

use crate::CATEGORY;
use crate::code;

/// Functions of the preprocessor that return something else each time.
const FUNCTIONS: [&str; 4] = ["%date(", "%filedate(", "%now(", "%random("];

/// Warns of each line that shows the time or chance. `first_line` is the number of the first line.
pub(crate) fn warnings(
    file: &Path,
    text: &str,
    first_line: u32,
    is_gantt: bool,
) -> Vec<Diagnostic> {
    let lines = text.lines().zip(first_line..);
    let lines = lines.filter(|(line, _)| !line.trim_start().starts_with('\''));
    lines
        .filter_map(|(line, number)| {
            let cause = cause(line, is_gantt)?;
            let message =
                format!("the picture changes with `{cause}`, but is kept until its source changes");
            let problem =
                Diagnostic::new(Severity::Medium, code::NOT_REPRODUCIBLE, CATEGORY, message);
            Some(problem.at(file, Some(number), None).with_hint("write a fixed text instead"))
        })
        .collect()
}

fn cause(line: &str, is_gantt: bool) -> Option<&'static str> {
    let line = line.to_ascii_lowercase();
    let function = FUNCTIONS.iter().find(|function| line.contains(**function));
    let function = function.map(|function| function.trim_end_matches('('));
    let is_today = is_gantt && line.split_whitespace().next() == Some("today");
    function.or(is_today.then_some("today"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_time_or_chance_are_named() {
        let check = |text: &str, is_gantt: bool, expected: &[u32]| {
            let found = warnings(Path::new("x.pu"), text, 5, is_gantt);
            let lines = found.into_iter().filter_map(|problem| problem.location?.line);
            assert_eq!(lines.collect::<Vec<_>>(), expected, "{text}");
        };
        check("@startuml\nA -> B : %date(\"yyyy\")\n!$x = %NOW()\n@enduml", false, &[6, 7]);
        check("' %date()\nA -> B : %strlen(\"now\")", false, &[]);
        check("[T] lasts 3 days\ntoday is colored in red", true, &[6]);
        check("today is a good day", false, &[]);
    }
}
