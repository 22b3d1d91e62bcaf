//! Where blocks of Markdown begin and end, as far as formulas have to know.

/// Returns the sign and length of the code fence that a line opens, with or without quote and list
/// signs before it.
pub(super) fn fence(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches([' ', '\t', '>']);
    let line = list_text(line).unwrap_or(line).trim_start();
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(sign).len();
    // Backticks behind it make it a code span.
    let is_span = sign == '`' && line[length..].contains('`');
    (length >= 3 && !is_span).then_some((sign, length))
}

/// Tells whether a line ends the code that a fence of `sign` and `length` has opened.
pub(super) fn closes(line: &str, sign: char, length: usize) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']).trim_end();
    line.len() >= length && line.chars().all(|c| c == sign)
}

/// Tells whether a text that begins inside a paragraph goes on in another block.
pub(super) fn crosses(text: &str) -> bool {
    text.match_indices('\n').any(|(at, _)| begins_after(&text[at..]))
}

/// Tells whether another block begins after the line feed in front of `text`.
pub(super) fn begins_after(text: &str) -> bool {
    let line = text[1..].split('\n').next().unwrap_or_default().trim_start();
    line.is_empty()
        || line.starts_with(['#', '>', '|'])
        || list_text(line).is_some()
        || fence(line).is_some()
}

/// Returns a text without the signs of the quote that its first line stands in.
pub(super) fn unquoted(text: &str, first_line: &str) -> String {
    let depth = first_line.chars().take_while(|c| matches!(c, ' ' | '>')).filter(|c| *c == '>');
    let depth = depth.count();
    if depth == 0 {
        return text.to_owned();
    }
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let quoted = (0..depth).try_fold(line, |rest, _| rest.trim_start().strip_prefix('>'));
        out.push('\n');
        out.push_str(quoted.map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest)));
    }
    out
}

/// Returns the number of `#` of a heading that lacks the blank after them.
///
/// Notebooks are full of `#Title`, which is a heading for Jupyter and text for `CommonMark`.
pub(super) fn glued_heading(line: &str) -> Option<usize> {
    let text = line.trim_start_matches(' ');
    let level = text.len() - text.trim_start_matches('#').len();
    let indent = line.len() - text.len();
    let is_glued = text[level..].starts_with(|c: char| !c.is_whitespace());
    ((1..=6).contains(&level) && indent <= 3 && is_glued).then_some(indent + level)
}

/// Returns what follows the sign of a list item.
fn list_text(line: &str) -> Option<&str> {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = if digits == 0 {
        line.strip_prefix(['-', '*', '+'])?
    } else {
        line[digits..].strip_prefix(['.', ')'])?
    };
    after.starts_with([' ', '\t']).then_some(after)
}
