//! Words of command lines that are shown to be typed. Principal function: [`quoted`].

/// Returns a text as a shell takes it for one word.
///
/// ```
/// assert_eq!(clx_process::quoted("a/b.xml"), "a/b.xml");
/// assert_eq!(clx_process::quoted("it's new"), r"'it'\''s new'");
/// ```
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_blanks_and_quotes_are_one_word() {
        for (word, expected) in
            [("C++.xml", "C++.xml"), ("C++ Kurs", "'C++ Kurs'"), ("it's", "'it'\\''s'"), ("", "''")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
