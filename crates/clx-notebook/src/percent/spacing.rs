//! The number of blank lines that is expected between two cells.
//!
//! One, but in Python two around functions and classes. The reader remembers a distance only where
//! it differs; the writer applies the same rule to what it writes.

use super::strings::StringTracker;
use crate::python_text::{is_blank, strip_start};

/// Returns the expected number of blank lines between `before` and `after` in a Python script.
pub(crate) fn expected_in_python<S: AsRef<str>>(before: &[S], after: &[S]) -> usize {
    if after.is_empty() {
        return 1;
    }
    if before.is_empty() {
        return 0;
    }
    if ends_with_definition(before) {
        return if has_code(after) { 2 } else { 1 };
    }
    if ends_with_code(before) && begins_with_definition(after) { 2 } else { 1 }
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

fn begins_with_definition<S: AsRef<str>>(lines: &[S]) -> bool {
    let mut strings = StringTracker::new("python");
    let mut blank_above = false;
    for line in lines.iter().map(AsRef::as_ref) {
        let quoted = strings.is_quoted();
        strings.read_line(line);
        let blank = is_blank(line);
        if !quoted {
            if blank && blank_above {
                return false;
            }
            if !blank {
                if is_definition(line) {
                    return true;
                }
                if !line.starts_with(['#', '@', ' ', ')']) {
                    return false;
                }
            }
        }
        blank_above = blank;
    }
    false
}

fn has_code<S: AsRef<str>>(lines: &[S]) -> bool {
    let mut blank_above = false;
    for line in lines.iter().map(AsRef::as_ref) {
        let blank = is_blank(line);
        if blank && blank_above {
            return false;
        }
        blank_above = blank;
        if !blank && !strip_start(line).starts_with('#') {
            return true;
        }
    }
    false
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
