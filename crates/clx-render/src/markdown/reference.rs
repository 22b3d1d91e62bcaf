//! What prose shows and links to. Principal function: [`references`].

use super::{document, extract};

/// Something that a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The address as written.
    pub target: String,
    /// Line of the text, from 0, where the address stands first.
    pub line: usize,
    /// How it is referred to.
    pub kind: ReferenceKind,
}

/// How a text refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// It is shown: a picture, a video.
    Media,
    /// It is linked.
    Link,
}

/// Returns what a Markdown text shows and links to, in Markdown or HTML, each address once. Code,
/// formulas and comments refer to nothing.
#[must_use]
pub fn references(text: &str) -> Vec<Reference> {
    if !text.contains("](") && !text.contains("]:") && !text.contains('<') {
        return Vec::new();
    }
    let mut found: Vec<Reference> = Vec::new();
    for (kind, target) in document::addresses(&extract::from_markdown(text)) {
        if !found.iter().any(|known| known.kind == kind && known.target == target) {
            let line = text.split('\n').position(|line| line.contains(&target));
            found.push(Reference { target, line: line.unwrap_or_default(), kind });
        }
    }
    found
}

/// Returns the addresses in the tags of a piece of HTML.
pub(super) fn in_html(html: &str) -> Vec<(ReferenceKind, String)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") { rest.find("-->") } else { rest.find('>') };
        let (tag, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        if tag.starts_with("<!--") {
            continue;
        }
        let attributes = [("src", ReferenceKind::Media), ("href", ReferenceKind::Link)];
        for (name, kind) in attributes {
            found.extend(attribute(tag, name).map(|value| (kind, value.to_owned())));
        }
    }
    found
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let is_name = tag[..at].ends_with(char::is_whitespace);
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| is_name && "\"'".contains(*quote))?;
        value[1..].split(quote).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_links_are_found_in_both_notations() {
        let text = "# A\n\n![a](img/a.png) and [b](data/b.csv)\n\n\
                    <img alt='x'\n src = \"img/c.png\"> <a href='d.txt'>d</a>\n\n$x = [a](y)$\n";
        let found: Vec<_> = references(text)
            .into_iter()
            .map(|reference| (reference.target, reference.line, reference.kind))
            .collect();
        let (media, link) = (ReferenceKind::Media, ReferenceKind::Link);
        let expected = [
            ("img/a.png", 2, media),
            ("data/b.csv", 2, link),
            ("img/c.png", 5, media),
            ("d.txt", 5, link),
        ];
        assert_eq!(found, expected.map(|(target, line, kind)| (target.to_owned(), line, kind)));
    }

    #[test]
    fn code_and_comments_refer_to_nothing() {
        for text in
            ["`![a](a.png)`", "```\n<img src=\"a.png\">\n```", "<!-- <img src=\"a.png\"> -->"]
        {
            assert_eq!(references(text), [], "{text}");
        }
    }
}
