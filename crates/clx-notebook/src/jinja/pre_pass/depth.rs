//! How deep the engine has to descend into an expression: it does so by recursion, and bounds the nesting
//! of brackets and blocks only. Principal function: [`depth`], principal type: [`Branches`].

use super::scan::Texts;

/// Words that stand between or before operands.
const WORDS: [&str; 8] = ["and", "elif", "else", "if", "in", "is", "not", "or"];

/// What is known of the innermost bracket that is open, up to the last comma in it.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    n_operators: usize,
    /// The deepest of what stands between commas, or in brackets.
    deepest_inside: usize,
    deepest_before: usize,
}

impl Level {
    fn depth(self) -> usize {
        self.deepest_before.max(self.n_operators + self.deepest_inside)
    }
}

/// Returns at least how deep the operators of an expression or statement are nested in each other. A chain
/// such as `a.b.c` is as deep as it is long; a list is as deep as its deepest item.
pub(super) fn depth(text: &str) -> usize {
    let mut outer = Vec::new();
    let mut level = Level::default();
    let mut texts = Texts::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let mut length = c.len_utf8();
        match c {
            '"' | '\'' => length = texts.length(&text[at..], c),
            '(' | '[' | '{' => {
                level.n_operators += 1;
                outer.push(std::mem::take(&mut level));
            }
            ')' | ']' | '}' => {
                let inside = level.depth();
                level = outer.pop().unwrap_or_default();
                level.deepest_inside = level.deepest_inside.max(inside);
            }
            ',' => level = Level { deepest_before: level.depth(), ..Level::default() },
            c if c.is_alphanumeric() || c == '_' => {
                let rest = &text[at..];
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                length = end.unwrap_or(rest.len());
                level.n_operators += usize::from(WORDS.contains(&&rest[..length]));
            }
            c if c.is_whitespace() => {}
            _ => level.n_operators += 1,
        }
        at += length;
    }
    outer.into_iter().rev().fold(level.depth(), |inside, level| {
        Level { deepest_inside: level.deepest_inside.max(inside), ..level }.depth()
    })
}

/// Counts the branches of conditions, each of which the engine takes for a condition in the one before.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// Of each condition that is open.
    n_branches: Vec<usize>,
    n_all: usize,
}

impl Branches {
    /// Takes the next statement; returns how many branches lead to it.
    pub(super) fn depth(&mut self, statement: &str) -> usize {
        let text = statement.trim_start_matches("{%").trim_start_matches(['-', '+']).trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        match &text[..end] {
            "if" => self.n_branches.push(0),
            "elif" => {
                if let Some(n_branches) = self.n_branches.last_mut() {
                    *n_branches += 1;
                    self.n_all += 1;
                }
            }
            "endif" => self.n_all -= self.n_branches.pop().unwrap_or_default(),
            _ => {}
        }
        self.n_all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: usize) {
        assert_eq!(depth(text), expected, "{text}");
    }

    #[test]
    fn chains_are_as_deep_as_they_are_long_and_lists_are_flat() {
        check(" a ", 0);
        check("a.b.c", 2);
        check("not not x", 2);
        check("1 + 2 ~ 'a.b.c'", 2);
        check("[1, 2, -3, -4]", 2);
        check("[1, [2, a.b.c], 3]", 4);
        check("f(a.b)(c.d) + 1", 4);
        check("[1, (a.b", 3);
    }

    #[test]
    fn branches_of_open_conditions_add_up() {
        let mut branches = Branches::default();
        let statements = [
            " if a:",
            "{%- elif b %}",
            " elif c",
            "{% if d %}",
            " elif e",
            " endif",
            " else",
            " endif",
        ];
        let found = statements.map(|statement| branches.depth(statement));
        assert_eq!(found, [0, 1, 2, 2, 3, 2, 2, 0]);
    }
}
