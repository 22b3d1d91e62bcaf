//! LaTeX that the parser does not know, in words that it knows.
//!
//! Definitions (`\newcommand`, `\DeclareMathOperator`, `\def`) are kept for the formulas after, as
//! `MathJax` does; `\tag`, `\boxed`, `\mbox` and `eqnarray` are put differently; `\label` and
//! `\nonumber` vanish.

use std::collections::BTreeMap;

/// Returns `latex` in words that the parser knows, and adds its definitions to `definitions`.
pub(super) fn rewrite(latex: &str, definitions: &mut BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(latex.len());
    let mut rest = latex;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (name, after) = command(&rest[at..]);
        rest = match replaced(&mut out, name, after, definitions) {
            Some(after) => after,
            None => {
                out.push_str(&rest[at..rest.len() - after.len()]);
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// Appends what stands for a command and its arguments, and returns what follows them.
fn replaced<'t>(
    out: &mut String,
    name: &str,
    after: &'t str,
    definitions: &mut BTreeMap<String, String>,
) -> Option<&'t str> {
    match name {
        "newcommand" | "renewcommand" | "providecommand" => new_command(after, definitions),
        "DeclareMathOperator" => operator(after, definitions),
        "def" => definition(after, definitions),
        "label" => argument(after).map(|(_, after)| after),
        "nonumber" | "notag" => Some(after),
        "tag" => {
            let (text, after) = argument(after.strip_prefix('*').unwrap_or(after))?;
            out.extend(["\\qquad\\text{(", text, ")}"]);
            Some(after)
        }
        "boxed" => {
            let (body, after) = argument(after)?;
            let body = rewrite(body, definitions);
            out.extend(["\\begin{array}{|c|}\\hline ", &body, "\\\\\\hline\\end{array}"]);
            Some(after)
        }
        "mbox" | "hbox" => {
            out.push_str("\\text");
            Some(after)
        }
        "char" => {
            out.push_str(REFUSED);
            Some(after)
        }
        "begin" => begin(out, after),
        "end" => {
            let (name, after) = argument(after)?;
            matches!(name, "eqnarray" | "eqnarray*").then_some(())?;
            out.push_str("\\end{array}");
            Some(after)
        }
        _ => None,
    }
}

/// A command that the parser does not know. It panics if anything but a small number follows
/// `\char` or the name of an environment that counts its columns.
const REFUSED: &str = "\\refused";

/// Takes the name of an environment that the parser does not know or that must be looked at.
fn begin<'t>(out: &mut String, after: &'t str) -> Option<&'t str> {
    let (name, after) = argument(after)?;
    match name {
        "eqnarray" | "eqnarray*" => out.push_str("\\begin{array}{rcl}"),
        "alignat" | "alignat*" | "alignedat" => {
            let is_small = argument(after).is_some_and(|(count, _)| {
                (1..=2).contains(&count.len()) && count.bytes().all(|byte| byte.is_ascii_digit())
            });
            if !is_small {
                out.push_str(REFUSED);
            }
            out.extend(["\\begin{", name, "}"]);
        }
        _ => return None,
    }
    Some(after)
}

/// Returns `latex` after the definitions of all macros that it uses, directly or not.
pub(super) fn with_definitions(latex: &str, definitions: &BTreeMap<String, String>) -> String {
    let mut used = BTreeMap::new();
    let mut open = vec![latex];
    while let Some(text) = open.pop() {
        for name in commands(text) {
            if let Some((name, definition)) = definitions.get_key_value(name)
                && used.insert(name, definition).is_none()
            {
                open.push(definition);
            }
        }
    }
    let mut out: String = used.into_values().map(String::as_str).collect();
    out.push_str(latex);
    out
}

/// Takes `{\name}[n]{body}`. A default for the first argument is beyond `\def`.
fn new_command<'t>(after: &'t str, definitions: &mut BTreeMap<String, String>) -> Option<&'t str> {
    let (name, after) = defined_name(after.strip_prefix('*').unwrap_or(after))?;
    let (count, after) = match after.strip_prefix('[') {
        Some(count) => count.split_once(']')?,
        None => ("0", after),
    };
    let count: usize = count.trim().parse().ok().filter(|&count| count <= 9)?;
    let (body, after) = argument(after)?;
    let parameters: String = (1..=count).map(|n| format!("#{n}")).collect();
    let body = rewrite(body, definitions);
    definitions.insert(name.to_owned(), format!("\\def\\{name}{parameters}{{{body}}}"));
    Some(after)
}

/// Takes `{\name}{text}`.
fn operator<'t>(after: &'t str, definitions: &mut BTreeMap<String, String>) -> Option<&'t str> {
    let (name, after) = defined_name(after.strip_prefix('*').unwrap_or(after))?;
    let (text, after) = argument(after)?;
    definitions.insert(name.to_owned(), format!("\\def\\{name}{{\\operatorname{{{text}}}}}"));
    Some(after)
}

/// Takes `\name#1#2{body}`.
fn definition<'t>(after: &'t str, definitions: &mut BTreeMap<String, String>) -> Option<&'t str> {
    let after = after.trim_start();
    let (name, rest) = command(after.get(..)?);
    let parameters = &rest[..rest.find('{')?];
    let (body, rest) = argument(&rest[parameters.len()..])?;
    if !after.starts_with('\\') || name.is_empty() || parameters.contains('\\') {
        return None;
    }
    let body = rewrite(body, definitions);
    definitions.insert(name.to_owned(), format!("\\def\\{name}{parameters}{{{body}}}"));
    Some(rest)
}

/// Returns the name in `\name` or `{\name}` and what follows.
fn defined_name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (holder, after) = match argument(text) {
        Some((inner, after)) => (inner.trim(), after),
        None => {
            let (_, after) = command(text);
            (&text[..text.len() - after.len()], after)
        }
    };
    let name = holder.strip_prefix('\\')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_name.then_some((name, after))
}

/// Returns the names of all commands in order.
pub(super) fn commands(latex: &str) -> impl Iterator<Item = &str> {
    latex.match_indices('\\').map(|(at, _)| command(&latex[at..]).0)
}

/// Returns the name of the command in front (letters, or one other character) and what follows.
fn command(text: &str) -> (&str, &str) {
    let Some(text) = text.strip_prefix('\\') else { return ("", text) };
    let letters = text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let length = if letters > 0 { letters } else { text.chars().next().map_or(0, char::len_utf8) };
    text.split_at(length)
}

/// Returns the text between the braces in front and what follows them.
fn argument(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix('{')?;
    let mut depth = 1_usize;
    let mut is_escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if is_escaped => {}
            '{' => depth += 1,
            '}' if depth == 1 => return Some((&inner[..at], &inner[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(latex: &str, expected: &str) {
        assert_eq!(rewrite(latex, &mut BTreeMap::new()), expected, "{latex}");
    }

    #[test]
    fn unknown_commands_are_put_differently() {
        check(r"a \tag{1} \label{x}", r"a \qquad\text{(1)} ");
        check(r"\mbox{a}\nonumber", r"\text{a}");
        check(r"\boxed{x}", r"\begin{array}{|c|}\hline x\\\hline\end{array}");
        check(r"\begin{eqnarray*}a&=&b\end{eqnarray*}", r"\begin{array}{rcl}a&=&b\end{array}");
    }

    #[test]
    fn known_commands_stay() {
        for latex in [r"\frac{a}{b} \\ \{x\}", r"\begin{alignat}{12}a\end{alignat}", r"a\", r"\ä{"]
        {
            check(latex, latex);
        }
    }

    #[test]
    fn what_would_end_in_a_panic_is_refused() {
        check(r"\char é", r"\refused é");
        check(r"\begin{alignat}{é}", r"\refused\begin{alignat}{é}");
        check(r"\begin{alignat*}{70000}", r"\refused\begin{alignat*}{70000}");
    }

    #[test]
    fn definitions_are_taken_out_and_put_before_what_uses_them() {
        let mut definitions = BTreeMap::new();
        let latex = r"\newcommand{\R}{\mathbb{R}}\newcommand\two[2]{\R#1#2}\def\x#1;{#1}y";
        assert_eq!(rewrite(latex, &mut definitions), "y");
        assert_eq!(
            with_definitions(r"\two ab", &definitions),
            r"\def\R{\mathbb{R}}\def\two#1#2{\R#1#2}\two ab"
        );
        assert_eq!(with_definitions(r"\x a;", &definitions), r"\def\x#1;{#1}\x a;");
        assert_eq!(with_definitions("z", &definitions), "z");
    }

    #[test]
    fn definitions_beyond_def_stay_for_the_parser_to_refuse() {
        check(r"\newcommand{\a}[1][b]{c}", r"\newcommand{\a}[1][b]{c}");
    }
}
