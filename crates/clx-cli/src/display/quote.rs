//! Words of command lines that are shown for typing. Principal function: [`quoted`].

use std::path::Path;

/// Returns a path as a shell takes it for one word.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,~".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_blanks_and_quotes_are_one_word() {
        for (path, expected) in
            [("a/b.xml", "a/b.xml"), ("C++ Kurs", "'C++ Kurs'"), ("it's", "'it'\\''s'"), ("", "''")]
        {
            assert_eq!(quoted(Path::new(path)), expected);
        }
    }
}
