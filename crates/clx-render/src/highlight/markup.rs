//! The scanner of HTML and XML.

use super::scanner::length_while;
use super::spans::Spans;

/// Writes the whole text.
pub(super) fn scan(spans: &mut Spans<'_>) {
    while let Some(at) = spans.rest().find(['<', '&']) {
        spans.push("", at);
        let rest = spans.rest();
        if let Some(length) = ["<!--", "<![CDATA[", "<!", "<?"]
            .into_iter()
            .find_map(|open| rest.starts_with(open).then(|| special(rest, open)))
        {
            spans.push("co", length);
        } else if let Some(after) = rest.strip_prefix('&') {
            let name = length_while(after, |c| c.is_ascii_alphanumeric() || c == '#');
            let is_reference = name > 0 && after[name..].starts_with(';');
            spans.push(
                if is_reference { "es" } else { "" },
                if is_reference { name + 2 } else { 1 },
            );
        } else {
            tag(spans);
        }
    }
}

/// Returns the length of a comment, declaration or instruction.
fn special(rest: &str, open: &str) -> usize {
    let close = match open {
        "<!--" => "-->",
        "<![CDATA[" => "]]>",
        _ => ">",
    };
    rest.find(close).map_or(rest.len(), |at| at + close.len())
}

fn tag(spans: &mut Spans<'_>) {
    let slash = usize::from(spans.rest()[1..].starts_with('/'));
    let name = length_while(&spans.rest()[1 + slash..], is_name);
    if name == 0 {
        return spans.push("", 1);
    }
    spans.push("kw", 1 + slash + name);
    while let Some(first) = spans.rest().chars().next() {
        let rest = spans.rest();
        match first {
            '>' => return spans.push("kw", 1),
            '/' if rest.starts_with("/>") => return spans.push("kw", 2),
            '<' => return,
            '"' | '\'' => {
                let end = rest[1..].find(first).map_or(rest.len(), |at| at + 2);
                spans.push("st", end);
            }
            _ if is_name(first) => spans.push("at", length_while(rest, is_name)),
            _ => spans.push("", first.len_utf8()),
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')
}
