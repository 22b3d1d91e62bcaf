//! Rewrites statements for the engine.

use super::percent_operator;

/// Blocks whose head, or whose continuation, may end in a colon.
const WITH_COLON: [&str; 9] =
    ["if", "elif", "else", "for", "macro", "call", "filter", "set", "block"];

/// Writes a `{% … %}` tag without a final colon.
pub(super) fn push_tag(out: &mut String, tag: &str) {
    let inner = tag.strip_prefix("{%").and_then(|inner| inner.strip_suffix("%}"));
    let Some(inner) = inner else {
        out.push_str(tag);
        return;
    };
    let (inner, sign) = match inner.strip_suffix(['-', '+']) {
        Some(bare) => (bare, &inner[bare.len()..]),
        None => (inner, ""),
    };
    out.push_str("{%");
    push_without_colon(out, inner);
    out.push_str(sign);
    out.push_str("%}");
}

/// Writes a line statement as a tag; the line ends that it swallows stand inside the tag.
pub(super) fn push_line(out: &mut String, line: &str) {
    let statement = line.trim_end_matches(crate::python_text::is_space);
    out.push_str("{%");
    if !statement.starts_with([' ', '\t', '-', '+']) {
        out.push(' ');
    }
    push_without_colon(out, statement);
    let swallowed = line[statement.len()..].matches('\n').count();
    out.extend(std::iter::repeat_n('\n', swallowed));
    out.push_str("%}");
}

fn push_without_colon(out: &mut String, statement: &str) {
    let end = statement.trim_end_matches(crate::python_text::is_space);
    match end.strip_suffix(':').filter(|head| takes_colon(head)) {
        Some(head) => {
            push_statement(out, head);
            out.push(' ');
            out.push_str(&statement[end.len()..]);
        }
        None => push_statement(out, statement),
    }
}

/// Writes a statement; what a loop runs over is made a list, because the engine knows the last item
/// of a list but not of a text.
fn push_statement(out: &mut String, statement: &str) {
    let statement = &percent_operator::rewrite(statement);
    match iterable(statement) {
        Some((start, end)) => {
            let (head, rest) = statement.split_at(start);
            let (items, tail) = rest.split_at(end - start);
            out.extend([head, " (", items, ")|list ", tail]);
        }
        None => out.push_str(statement),
    }
}

/// Returns the extent of what a `for` statement runs over.
fn iterable(statement: &str) -> Option<(usize, usize)> {
    let mut words = top_level_words(statement).into_iter();
    words.next().filter(|&(_, word)| word == "for")?;
    let (at, _) = words.find(|&(_, word)| word == "in")?;
    let end = words.find(|&(_, word)| matches!(word, "if" | "recursive"));
    let (start, end) = (at + "in".len(), end.map_or(statement.len(), |(at, _)| at));
    (!statement[start..end].trim().is_empty()).then_some((start, end))
}

/// Returns the words outside brackets and texts with their positions.
fn top_level_words(text: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut begun = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if let Some(start) = begun.filter(|_| !is_word(c)) {
            words.push((start, &text[start..at]));
            begun = None;
        }
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 && is_word(c) => begun = begun.or(Some(at)),
            (None, _) => {}
        }
    }
    words
}

fn takes_colon(head: &str) -> bool {
    let text = head.trim_start_matches(['-', '+']).trim_start();
    let word_end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(word_end);
    WITH_COLON.contains(&word) && !(word == "set" && is_assignment(rest))
}

/// Tells whether there is an equals sign outside brackets and texts: then `set` is no block.
fn is_assignment(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '=') if depth == 0 => return true,
            (None, _) => {}
        }
    }
    false
}
