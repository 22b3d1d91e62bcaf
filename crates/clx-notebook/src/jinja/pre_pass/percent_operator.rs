//! The operator `%` of Python's texts: `"%03d" % n` becomes `"%03d"|format(n)`.

use super::scan::Texts;

/// How deep operands may be nested in operands.
const MAX_DEPTH: u32 = 50;

/// Rewrites an expression or statement. Only quoted texts are recognised as the left side.
pub(super) fn rewrite(text: &str) -> String {
    rewrite_nested(text, MAX_DEPTH)
}

/// Does so down to a depth. What lies deeper stays as it is: the engine refuses it anyway.
fn rewrite_nested(text: &str, depth: u32) -> String {
    let Some(depth) = depth.checked_sub(1) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut texts = Texts::new();
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = if rest[at..].starts_with('"') { '"' } else { '\'' };
        let end = at + texts.length(&rest[at..], quote);
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        if let Some(operand) = operand_after_percent(rest) {
            let value = &rest[operand.start..operand.end];
            let grouped = value.starts_with('(');
            out.push_str(if grouped { "|format" } else { "|format(" });
            // Every line keeps its number.
            let n_lines = rest[..operand.start].matches('\n').count();
            out.extend(std::iter::repeat_n('\n', n_lines));
            out.push_str(&rewrite_nested(value, depth));
            out.push_str(if grouped { "" } else { ")" });
            rest = &rest[operand.end..];
        }
    }
    out.push_str(rest);
    out
}

/// Returns the extent of the operand, if `text` begins with the operator.
fn operand_after_percent(text: &str) -> Option<std::ops::Range<usize>> {
    let tail = text.trim_start().strip_prefix('%')?;
    if tail.starts_with('}') {
        return None;
    }
    let operand = tail.trim_start();
    let start = text.len() - operand.len();
    let length = operand_length(operand);
    (length > 0).then_some(start..start + length)
}

/// Returns the length of a name, number, text or bracket with its attributes, indices, calls and
/// filters.
fn operand_length(text: &str) -> usize {
    let sign = text.len() - text.trim_start_matches(['-', '+']).len();
    let mut at = sign + primary_length(&text[sign..]);
    if at == sign {
        return 0;
    }
    loop {
        let rest = &text[at..];
        let more = match rest.chars().next() {
            Some('(' | '[') => bracket_length(rest),
            Some('.' | '|') => match primary_length(rest[1..].trim_start()) {
                0 => 0,
                word => rest.len() - rest[1..].trim_start().len() + word,
            },
            _ => 0,
        };
        if more == 0 {
            return at;
        }
        at += more;
    }
}

fn primary_length(text: &str) -> usize {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => Texts::new().length(text, quote),
        Some('(' | '[' | '{') => bracket_length(text),
        _ => text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len()),
    }
}

/// Returns the length of what the bracket at the front encloses, brackets included.
fn bracket_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    let mut texts = Texts::new();
    while let Some(c) = text[at..].chars().next() {
        at += match c {
            '"' | '\'' => texts.length(&text[at..], c),
            _ => c.len_utf8(),
        };
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(rewrite(text), expected, "{text}");
    }

    #[test]
    fn the_operator_becomes_a_filter() {
        check("\"%03d\" % 7", "\"%03d\"|format(7)");
        check("'%s %s' % (a, 'b')", "'%s %s'|format(a, 'b')");
        check("'%s' %\n\na", "'%s'|format(\n\na)");
        check("'%s'\n% (\na)", "'%s'|format\n(\na)");
        check("'%s' % a.b[0]|upper ~ 'x'", "'%s'|format(a.b[0]|upper) ~ 'x'");
    }

    #[test]
    fn numbers_and_tags_are_left_alone() {
        for text in ["7 % 3", "{% set a = 'x' %}", "{% set a = 'x'%}", "'a' ~ 'b'"] {
            check(text, text);
        }
    }
}
