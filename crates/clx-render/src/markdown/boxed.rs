//! The boxes that the notebook pipeline puts around notes and voiceover.

/// A text in a box.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Boxed<'t> {
    /// What stands before the box: the word of an answer.
    pub(super) prefix: &'t str,
    /// The opening tag.
    pub(super) opening: &'t str,
    /// The Markdown inside.
    pub(super) inner: &'t str,
}

const OPENINGS: [&str; 2] = [
    "<div style='background: yellow; color: black;'>",
    "<div style='background: #FFEEBA; color: black;'>",
];
const CLOSING: &str = "\n</div>";

/// Returns the parts of a text that ends with a box; the box begins in the first line.
pub(super) fn split(text: &str) -> Option<Boxed<'_>> {
    let first = text.lines().next()?;
    let (at, opening) = OPENINGS.iter().find_map(|opening| {
        let prefix = first.strip_suffix(opening)?;
        Some((prefix.len(), &first[prefix.len()..]))
    })?;
    let inner = text[first.len()..].strip_prefix('\n')?;
    let inner = if inner == "</div>" { "" } else { inner.strip_suffix(CLOSING)? };
    Some(Boxed { prefix: &text[..at], opening, inner })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_the_pipeline_are_taken_apart() {
        let text = "*Answer:* <div style='background: yellow; color: black;'>\n- a\n- b\n</div>";
        let boxed = split(text).unwrap();
        assert_eq!((boxed.prefix, boxed.inner), ("*Answer:* ", "- a\n- b"));
    }

    #[test]
    fn other_boxes_are_plain_html() {
        assert_eq!(split("<div>\nx\n</div>"), None);
        assert_eq!(split("<div style='background: yellow; color: black;'>x</div>"), None);
    }
}
