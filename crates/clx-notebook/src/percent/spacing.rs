//! The number of blank lines that is expected between two cells.
//!
//! One, but in Python two around functions and classes. The reader remembers a distance only where
//! it differs; the writer applies the same rule to what it writes.

use super::strings::StringTracker;
use crate::python_text::{is_blank, strip_start};

/// Returns the expected number of blank lines between `before` and `after` in a Python script.
pub(crate) fn expected_in_python<S: AsRef<str>>(before: &[S], after: &[S]) -> usize {
    Ahead::default().expected(before, after.len(), |n| after[after.len() - n].as_ref())
}

/// What is known of the lines of one script from each of them on. A place may be asked for after each of
/// its cells; no line is looked at twice for it.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    has_code: Answers,
    begins_with_definition: Answers,
}

impl Ahead {
    /// Returns the expected number of blank lines between `before` and the last `n_after` lines, of which
    /// `line` returns the one that begins the last `n`.
    pub(crate) fn expected<'l, S: AsRef<str>>(
        &mut self,
        before: &[S],
        n_after: usize,
        line: impl Fn(usize) -> &'l str,
    ) -> usize {
        if n_after == 0 {
            return 1;
        }
        if before.is_empty() {
            return 0;
        }
        if ends_with_definition(before) {
            return if self.has_code.find(n_after, line, false, has_code) { 2 } else { 1 };
        }
        let is_definition =
            || self.begins_with_definition.find(n_after, line, true, begins_with_definition);
        if ends_with_code(before) && is_definition() { 2 } else { 1 }
    }
}

/// Answers to one question by the number of lines from its place to the end.
#[derive(Debug, Default)]
struct Answers(Vec<Option<bool>>);

impl Answers {
    /// Returns what the first line says that says something, false if there is none before two blank lines
    /// or the end. Lines inside strings say nothing if `skips_strings`.
    fn find<'l>(
        &mut self,
        n_lines: usize,
        line: impl Fn(usize) -> &'l str,
        skips_strings: bool,
        says: impl Fn(&str) -> Option<bool>,
    ) -> bool {
        let mut strings = StringTracker::new("python");
        let mut blank_above = false;
        let mut passed = Vec::new();
        let mut answer = false;
        for n in (1..=n_lines).rev() {
            let quoted = skips_strings && strings.is_quoted();
            if !quoted && !blank_above {
                if let Some(known) = self.0.get(n).copied().flatten() {
                    answer = known;
                    break;
                }
                passed.push(n);
            }
            let text = line(n);
            strings.read_line(text);
            let blank = is_blank(text);
            if !quoted {
                if blank && blank_above {
                    break;
                }
                if let Some(said) = says(text).filter(|_| !blank) {
                    answer = said;
                    break;
                }
            }
            blank_above = blank;
        }
        if self.0.len() <= n_lines {
            self.0.resize(n_lines + 1, None);
        }
        passed.into_iter().for_each(|n| self.0[n] = Some(answer));
        answer
    }
}

fn is_definition(line: &str) -> bool {
    ["def ", "async ", "class "].iter().any(|word| line.starts_with(word))
}

fn ends_with_definition<S: AsRef<str>>(lines: &[S]) -> bool {
    let mut strings = StringTracker::new("python");
    let mut unquoted = Vec::with_capacity(lines.len());
    for line in lines {
        if !strings.is_quoted() {
            unquoted.push(line.as_ref());
        }
        strings.read_line(line.as_ref());
    }
    let mut blank_below = false;
    for line in unquoted.into_iter().rev() {
        if is_blank(line) {
            if blank_below {
                return false;
            }
            blank_below = true;
            continue;
        }
        blank_below = false;
        if !line.starts_with(['#', ' ', ')']) {
            return is_definition(line);
        }
    }
    false
}

fn ends_with_code<S: AsRef<str>>(lines: &[S]) -> bool {
    lines.last().is_some_and(|line| !is_blank(line.as_ref()) && !line.as_ref().starts_with('#'))
}

/// Tells whether a line that is not blank begins a definition; `None` if it may stand before one.
fn begins_with_definition(line: &str) -> Option<bool> {
    let is_other = !line.starts_with(['#', '@', ' ', ')']);
    if is_definition(line) { Some(true) } else { is_other.then_some(false) }
}

/// Tells that a line that is not blank is code; `None` if it is a comment.
fn has_code(line: &str) -> Option<bool> {
    (!strip_start(line).starts_with('#')).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: usize) {
        let before: Vec<&str> = before.lines().collect();
        let after: Vec<&str> = after.lines().collect();
        assert_eq!(expected_in_python(&before, &after), expected, "{before:?} {after:?}");
    }

    #[test]
    fn functions_keep_two_lines() {
        check("def f():\n    pass", "# %%\nx", 2);
        check("def f():\n    pass", "# %% [markdown]\n# x", 1);
        check("x = 1", "# %%\n@deco\ndef f():\n    pass", 2);
        check("# x", "# %%\ndef f():\n    pass", 1);
        check("x = 1", "# %%\ny", 1);
        check("x = 1", "", 1);
        check("def f():\n    pass\n\n\n", "# %%\nx", 1);
    }
}
