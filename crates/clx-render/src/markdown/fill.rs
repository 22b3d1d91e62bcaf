//! Puts formulas back into HTML: as `MathML` in text, as their source inside tags and code.

use super::extract::Extracted;

/// Elements whose text is not for formulas.
const LITERAL: [&str; 5] = ["pre", "code", "script", "style", "textarea"];

/// Appends `html` with its marks replaced by `formulas`.
pub(super) fn write(out: &mut String, html: &str, extracted: &Extracted, formulas: &[String]) {
    if formulas.is_empty() {
        return out.push_str(html);
    }
    let mut is_tag = false;
    let mut literal: Option<&str> = None;
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>', extracted.mark]) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((index, after)) = extracted.mark_in_front(rest) {
            if is_tag || literal.is_some() {
                out.push_str(&extracted.formulas[index].source.replace('"', "&quot;"));
            } else {
                out.push_str(&formulas[index]);
            }
            rest = after;
            continue;
        }
        let (sign, after) = rest.split_at(rest.chars().next().map_or(0, char::len_utf8));
        out.push_str(sign);
        rest = after;
        is_tag =
            sign == "<" && rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if is_tag {
            literal = inside(literal, rest);
        }
    }
    out.push_str(rest);
}

/// Returns the literal element that is open after the tag whose text after `<` is `tag`.
fn inside<'n>(open: Option<&'n str>, tag: &str) -> Option<&'n str> {
    match (open, tag.strip_prefix('/')) {
        (Some(name), Some(closing)) if is_named(closing, name) => None,
        (Some(name), _) => Some(name),
        (None, _) => LITERAL.into_iter().find(|name| is_named(tag, name)),
    }
}

fn is_named(tag: &str, name: &str) -> bool {
    let own = tag.get(..name.len());
    own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
}
