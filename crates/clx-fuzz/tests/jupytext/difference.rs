//! Where clx reads something else than jupytext, on purpose. Principal function: [`is_intended`].

use clx_core::ProgLang;
use serde_json::Value;

/// How a command begins, as far as the scripts of these tests have one.
const COMMANDS: [&str; 5] = ["%", "!", "#!", "copy ", "ls "];

/// Tells whether the difference between a cell of clx and one of jupytext has a name.
pub(crate) fn is_intended(language: ProgLang, found: &Value, expected: &Value) -> bool {
    prose_has_no_commands(language, found, expected)
}

/// Prose has no magics. jupytext looks for them there, too, and takes a token away before it takes the one
/// of the comment: the heading `# # Why?` is the text `Why?` then, and `# # %time f()` is no example.
fn prose_has_no_commands(language: ProgLang, found: &Value, expected: &Value) -> bool {
    let is_prose = |cell: &Value| cell[0] == "markdown" || cell[0] == "raw";
    let (Some(own), Some(other)) = (found[1].as_str(), expected[1].as_str()) else { return false };
    let (own, other) = (lines(own), lines(other));
    let token = language.comment();
    let is_same = |at: usize| own[at] == other[at];
    let is_explained = |at: usize| {
        let has_token_more = own[at] == format!("{token} {}", other[at]);
        has_token_more
            && (is_command(other[at], token) || (at > 0 && other[at - 1].ends_with('\\')))
    };
    is_prose(found)
        && (&found[0], &found[2]) == (&expected[0], &expected[2])
        && own.len() == other.len()
        && (0..own.len()).all(|at| is_same(at) || is_explained(at))
}

fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
}

fn is_command(line: &str, token: &str) -> bool {
    let text = line.trim_start_matches(token).trim_start_matches([' ', '#']);
    let begins = COMMANDS.iter().any(|command| text.starts_with(command));
    begins || (text.ends_with('?') && !text.contains(' '))
}
