//! Whether problems are told at places that exist. Principal function: [`check`].

use std::path::Path;

use clx_core::Diagnostic;

/// Fails unless the place of a problem in `file` lies in its text; one behind the last character counts.
pub(crate) fn check(problem: &Diagnostic, file: &Path, text: &str) {
    let Some(location) = problem.location.as_ref().filter(|location| location.file == file) else {
        return;
    };
    let Some(line) = location.line else {
        assert_eq!(location.column, None, "a column without line: {problem}");
        return;
    };
    let index = usize::try_from(line).unwrap().checked_sub(1).expect("lines begin at 1");
    let content = text.split('\n').nth(index);
    let content = content.unwrap_or_else(|| panic!("there is no such line: {problem}"));
    if let Some(column) = location.column {
        let last = content.chars().count() + 1;
        let is_inside = (1..=last).contains(&usize::try_from(column).unwrap());
        assert!(is_inside, "the line ends at column {last}: {problem}");
    }
}
