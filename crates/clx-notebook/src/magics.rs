//! Magic commands in code cells: lines for the kernel that a script must hold as comments.
//!
//! Responsible for recognising such lines, and for removing or adding the comment token once.
//! Principal functions: [`uncomment`], [`comment`].

use crate::language_table::script_comment;
use crate::percent::strings::StringTracker;
use crate::python_text::{is_space, split_indent, strip_end, strip_start};

/// Shell commands that may stand alone on a line of a Python notebook.
const COMMANDS: [&str; 13] =
    ["cat", "cd", "cp", "mv", "rm", "rmdir", "mkdir", "copy", "ddir", "echo", "ls", "ldir", "ren"];

/// Removes the comment token of each magic line; returns the positions of changed lines that do not
/// look like magics, so that the author can be told.
pub(crate) fn uncomment(lines: &mut [String], language: &str) -> Vec<usize> {
    let mut implicit = Vec::new();
    for_each_magic(lines, language, true, |at, line, continued, token| {
        let bare = without_token(line, token);
        if bare != *line && !continued && !is_explicit(&bare, token) {
            implicit.push(at);
        }
        *line = bare;
    });
    implicit
}

/// Puts the comment token before each magic line; with `enabled` off only before those that a
/// trailing `escape` marks.
pub(crate) fn comment(lines: &mut [String], language: &str, enabled: bool) {
    for_each_magic(lines, language, enabled, |_, line, continued, token| {
        let (indent, rest) = if continued { ("", line.as_str()) } else { split_indent(line) };
        *line = format!("{indent}{token} {rest}");
    });
}

fn for_each_magic(
    lines: &mut [String],
    language: &str,
    enabled: bool,
    mut change: impl FnMut(usize, &mut String, bool, &str),
) {
    let Some(token) = script_comment(language) else { return };
    let mut strings = StringTracker::new(language);
    let mut continued = false;
    for (at, line) in lines.iter_mut().enumerate() {
        let magic = !strings.is_quoted() && (continued || is_magic(line, language, token, enabled));
        strings.read_line(line);
        if magic {
            let continues = language == "python" && strip_end(line).ends_with('\\');
            change(at, line, continued, token);
            continued = continues;
        }
    }
}

/// Tells whether `line` is a magic, commented out any number of times or not at all.
pub(crate) fn is_magic(line: &str, language: &str, token: &str, enabled: bool) -> bool {
    if language == "csharp" {
        let magic = strip_tokens(line, token).strip_prefix("#!").is_some_and(begins_word);
        let forced = has_flag(line, token, "noescape");
        return magic && (enabled || forced);
    }
    let percent = percent_tail(strip_tokens(strip_start(line), token));
    if percent.is_some_and(|tail| has_flag(tail, token, "escape")) {
        return true;
    }
    if !enabled || percent.is_some_and(|tail| has_flag(tail, token, "noescape")) {
        return false;
    }
    percent.is_some() || (language == "python" && is_python_magic(line))
}

fn is_python_magic(line: &str) -> bool {
    is_help_or_shell(line) || is_assignment(line) || is_help_suffix(line) || is_command(line)
}

/// `?x`, `!cmd`
fn is_help_or_shell(line: &str) -> bool {
    let rest = strip_start(strip_tokens(strip_start(line), "#"));
    rest.strip_prefix(['?', '!']).map(strip_start).is_some_and(|word| {
        word.starts_with(|c: char| {
            c.is_ascii_alphabetic() || matches!(c, '.' | '~' | '$' | '\\' | '/' | '{' | '}')
        })
    })
}

/// `v = %x`, `v = !x`
fn is_assignment(line: &str) -> bool {
    let rest = strip_start(strip_tokens(line, "#"));
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    let name_end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$')))
        .unwrap_or(rest.len());
    let Some(value) = strip_start(&rest[name_end..]).strip_prefix('=').map(strip_start) else {
        return false;
    };
    percent_tail(value).is_some() || value.strip_prefix('!').is_some_and(begins_word)
}

/// One word that ends in `?`
fn is_help_suffix(line: &str) -> bool {
    let mut rest = strip_start(line);
    while let Some(inner) = rest.strip_prefix("# ") {
        rest = inner;
    }
    let word = strip_end(rest);
    word.ends_with('?') && !word.contains(is_space)
}

/// A shell command, then the end or a blank that neither `=` nor `,` follows.
fn is_command(line: &str) -> bool {
    let rest = strip_tokens(line, "#");
    COMMANDS.iter().filter_map(|command| rest.strip_prefix(command)).any(|tail| {
        let mut chars = tail.chars();
        match (chars.next(), chars.next()) {
            (None, _) => true,
            (Some(blank), next) => is_space(blank) && !matches!(next, Some('=' | ',')),
        }
    })
}

/// Returns what follows the first letter of `%x`, `%%x` or `%%%x`.
fn percent_tail(text: &str) -> Option<&str> {
    let name = text.trim_start_matches('%');
    let percents = text.len() - name.len();
    ((1..=3).contains(&percents) && begins_word(name)).then(|| &name[1..])
}

fn begins_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Tells whether a comment of `line` begins with `word`.
fn has_flag(line: &str, token: &str, word: &str) -> bool {
    line.char_indices()
        .filter_map(|(at, _)| line[at..].strip_prefix(token))
        .any(|text| strip_start(text).starts_with(word))
}

/// Removes all comment tokens at the front, each with one blank if there is one.
fn strip_tokens<'l>(line: &'l str, token: &str) -> &'l str {
    let mut rest = line;
    while let Some(inner) = rest.strip_prefix(token) {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
    }
    rest
}

/// Removes one comment token with one blank behind the indentation.
pub(crate) fn without_token(line: &str, token: &str) -> String {
    let (indent, rest) = split_indent(line);
    match rest.strip_prefix(token) {
        Some(inner) => format!("{indent}{}", inner.strip_prefix(' ').unwrap_or(inner)),
        None => line.to_owned(),
    }
}

fn is_explicit(bare: &str, token: &str) -> bool {
    if token == "//" && bare.starts_with("#!") {
        return true;
    }
    strip_tokens(strip_start(bare), token).trim_start_matches(is_space).starts_with(['%', '!'])
}

/// Removes one token from code lines that begin with several and a plus sign: scripts escape `# +`,
/// which is a marker of a related format, with a further token.
pub(crate) fn unescape_plus(lines: &mut [String], language: &str, extension_token: &str) {
    let Some(token) = script_comment(language) else { return };
    let mut strings = StringTracker::new(language);
    for line in lines {
        let escaped = !strings.is_quoted() && is_plus(line, extension_token);
        strings.read_line(line);
        if escaped {
            let bare = without_token(line, token);
            if is_plus(&bare, extension_token) {
                *line = bare;
            }
        }
    }
}

fn is_plus(line: &str, token: &str) -> bool {
    line.starts_with(token) && strip_tokens(line, token).starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, source: &str, expected: &str) {
        let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
        uncomment(&mut lines, language);
        assert_eq!(lines.join("\n"), expected, "{source}");
    }

    #[test]
    fn one_token_is_removed_from_magics() {
        check("python", "# %time\n#%who\n# # %two", "%time\n%who\n# %two");
        check(
            "python",
            "# copy the list\n# ls\n# cat = 1\n# cat, x",
            "copy the list\nls\n# cat = 1\n# cat, x",
        );
        check("python", "# y = !pwd\n# Why?\n# what is this?", "y = !pwd\nWhy?\n# what is this?");
        check("c++", "// %time\n// !ls", "%time\n// !ls");
        check("csharp", "// #!about\n// %x", "#!about\n// %x");
    }

    #[test]
    fn escape_words_force_the_decision() {
        check("python", "# %b # noescape\n# %c # escape", "# %b # noescape\n%c # escape");
        check(
            "python",
            "# %time f()  # noescape\n# !ls \\\n#  -l",
            "# %time f()  # noescape\n!ls \\\n -l",
        );
    }

    #[test]
    fn strings_are_left_alone() {
        check("python", "s = '''\n# %time\n'''", "s = '''\n# %time\n'''");
    }

    #[test]
    fn prose_taken_for_a_command_is_reported() {
        let mut lines = ["# copy that", "# %time", "# !ls", "ls"].map(str::to_owned);
        assert_eq!(uncomment(&mut lines, "python"), [0]);
    }
}
