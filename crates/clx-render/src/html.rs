//! Escaping of text in HTML.

/// Appends `text` with `&`, `<`, `>` and `"` escaped, for element content and quoted attributes.
///
/// NUL, which HTML cannot hold in any form, becomes U+FFFD; a carriage return, which HTML parsers
/// turn into a line feed, is written as a reference.
pub(crate) fn escape(out: &mut String, text: &str) {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        let replacement = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\r' => "&#13;",
            0 => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        out.push_str(replacement);
        start = at + 1;
    }
    out.push_str(&text[start..]);
}

/// Returns the escaped form of `text`.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_unprintable_characters_are_escaped() {
        assert_eq!(escaped("a<b>&\"c'\r\n\0ä"), "a&lt;b&gt;&amp;&quot;c'&#13;\n\u{fffd}ä");
    }
}
