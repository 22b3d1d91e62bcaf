//! Puts SVG pictures into a page in the place of images that refer to them. Principal function:
//! [`replace`].

use crate::page::InlineSvg;

/// Returns the HTML with each `<img>` whose `src` is one of the pictures replaced by the picture. Style,
/// class and width of the image go to the element around it, its alternative text is its label.
pub(crate) fn replace(html: String, pictures: &[InlineSvg<'_>]) -> String {
    if pictures.is_empty() {
        return html;
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = html.as_str();
    let mut n_pictures = 0;
    while let Some(at) = rest.find("<img") {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let end = end_of_tag(tag);
        let (tag, after) = tag.split_at(end);
        match picture_of(tag, pictures) {
            Some(svg) => {
                n_pictures += 1;
                write_picture(&mut out, tag, svg, n_pictures);
            }
            None => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns where a tag ends; a `>` between quotation marks does not end it.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, char) in tag.char_indices() {
        match (quote, char) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn picture_of<'a>(tag: &str, pictures: &'a [InlineSvg<'_>]) -> Option<&'a str> {
    let source = attribute(tag, "src")?.replace("%20", " ");
    let is_at = |path: &&str| {
        source.strip_suffix(*path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let found = pictures.iter().find(|picture| picture.paths.iter().any(is_at))?;
    let svg = &found.svg[found.svg.find("<svg")?..];
    Some(&svg[..svg.rfind("</svg>")? + "</svg>".len()])
}

/// Returns the value of an attribute as it stands between its quotation marks.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let begins = tag[..at].ends_with(|before: char| before.is_ascii_whitespace());
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''))?;
        begins.then(|| value[1..].split(quote).next())?
    })
}

fn write_picture(out: &mut String, tag: &str, svg: &str, number: usize) {
    out.push_str("<span class=\"inline-svg");
    if let Some(class) = attribute(tag, "class") {
        out.push(' ');
        out.push_str(class);
    }
    out.push_str("\" role=\"img\"");
    if let Some(label) = attribute(tag, "alt").filter(|label| !label.is_empty()) {
        write_attribute(out, "aria-label", label);
    }
    let width = attribute(tag, "width").map(|width| {
        let unit = if width.ends_with(|last: char| last.is_ascii_digit()) { "px" } else { "" };
        format!("width: {width}{unit};")
    });
    let style = [width.as_deref(), attribute(tag, "style")].map(Option::unwrap_or_default).concat();
    if !style.is_empty() {
        write_attribute(out, "style", &style);
    }
    out.push('>');
    out.push_str(&with_own_ids(svg, number));
    out.push_str("</span>");
}

fn write_attribute(out: &mut String, name: &str, value: &str) {
    for part in [" ", name, "=\"", &value.replace('"', "&quot;"), "\""] {
        out.push_str(part);
    }
}

/// Gives the ids of a picture, and what refers to them, a prefix: pictures of one tool use the same.
fn with_own_ids(svg: &str, number: usize) -> String {
    let prefix = format!("svg{number}-");
    [" id=\"", "url(#", "url(&quot;#", "href=\"#"]
        .into_iter()
        .fold(svg.to_owned(), |svg, mark| svg.replace(mark, &format!("{mark}{prefix}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<?xml version=\"1.0\"?><!-- x --><svg viewBox=\"0 0 1 1\"><g id=\"a\"/>\
                       <use href=\"#a\" fill=\"url(#a)\"/></svg>\n";

    fn check(html: &str, expected: &str) {
        let pictures = [InlineSvg { paths: &["img/plan.svg", "img/plan.png"], svg: SVG }];
        assert_eq!(replace(html.to_owned(), &pictures), expected);
    }

    #[test]
    fn images_of_pictures_become_pictures() {
        let svg = |n: u32| {
            format!(
                "<svg viewBox=\"0 0 1 1\"><g id=\"svg{n}-a\"/>\
                 <use href=\"#svg{n}-a\" fill=\"url(#svg{n}-a)\"/></svg>"
            )
        };
        check(
            "<p><img src=\"img/plan.png\" alt=\"A > B\"> and <img alt='' src='../img/plan.svg'></p>",
            &format!(
                "<p><span class=\"inline-svg\" role=\"img\" aria-label=\"A > B\">{}</span> and \
                 <span class=\"inline-svg\" role=\"img\">{}</span></p>",
                svg(1),
                svg(2)
            ),
        );
        check(
            "<img class=\"wide\" style=\"float: right\" width=\"300\" src=\"img/plan.svg\"/>",
            &format!(
                "<span class=\"inline-svg wide\" role=\"img\" style=\"width: 300px;float: right\">{}</span>",
                svg(1)
            ),
        );
    }

    #[test]
    fn everything_else_stays() {
        for html in [
            "<img src=\"img/other.png\">",
            "<img data-src=\"img/plan.svg\">",
            "<img src=\"img/myplan.svg\">",
            "<pre>&lt;img src=\"img/plan.svg\"&gt;</pre>",
            "<img src=img/plan.svg>",
            "<img",
        ] {
            check(html, html);
        }
    }
}
