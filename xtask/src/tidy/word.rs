//! Words that do not belong in Rust sources. Principal function: [`check`].

use super::tree::{Finding, Tree};

/// Finds open work, ignored tests and pauses.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let words = words();
    let lines = tree.rust().flat_map(|file| file.lines().map(move |line| (file, line)));
    let found = lines.flat_map(|(file, (number, line))| {
        let words = words.iter().filter(|(word, _)| line.contains(word));
        words.map(move |(word, advice)| {
            Finding::new(&file.path, number, format!("`{word}`: {advice}"))
        })
    });
    found.collect()
}

/// The words, put together from pieces: this file is checked, too.
fn words() -> Vec<(String, &'static str)> {
    [
        (["TO", "DO"], "open work is an issue, or done now"),
        (["FIX", "ME"], "open work is an issue, or done now"),
        (["todo", "!("], "open work is an issue, or done now"),
        (["#[ig", "nore"], "assert what holds today, and name the issue"),
        (["thread::", "sleep"], "wait on a condition with a limit"),
    ]
    .map(|(pieces, advice)| (pieces.concat(), advice))
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn each_word_is_found_in_rust_only() {
        for (word, advice) in words() {
            let text = format!("fn f() {{}}\n// {word} x");
            let tree = Tree::of(&[("a.rs", &text), ("a.md", &text)]);
            expect(&check(&tree), &[&format!("a.rs:2: `{word}`: {advice}")]);
        }
    }
}
