//! Paths in addresses. Principal functions: [`decode`], [`encode`].

use std::path::{Component, Path, PathBuf};

/// Decodes `%41`; `None` if something else follows a percent sign, or it is no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|text| !text.contains('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Writes a name or a path so that it may stand in an address and in HTML; slashes stay.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |n: u8| char::from(b"0123456789ABCDEF"[usize::from(n)]);
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

/// Makes a relative path of the decoded end of an address; `None` if it climbs or names nothing that
/// can be a file.
pub(crate) fn relative(text: &str) -> Option<PathBuf> {
    if text.contains('\0') {
        return None;
    }
    let path = Path::new(text);
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn any_text_is_decoded_to_what_was_encoded(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }

        #[test]
        fn no_address_climbs(address in "([./a]|%2e|%2F|%5c|%00|\\PC){0,9}") {
            let Some(path) = decode(&address).and_then(|text| relative(&text)) else { return Ok(()) };
            let root = Path::new("/root");
            prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
            prop_assert!(root.join(&path).starts_with(root), "{path:?}");
        }
    }

    #[test]
    fn decoding_undoes_encoding() {
        for text in ["a b/Über 100 %.html", "'\"<&>#?", "plain-._~"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(encode("a b/ü%"), "a%20b/%C3%BC%25");
    }

    #[test]
    fn what_is_no_encoding_is_refused() {
        for text in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn path_that_climbs_is_none() {
        for text in ["../a", "a/../../b", "/etc/passwd", "a\0b", ".."] {
            assert_eq!(relative(text), None, "{text}");
        }
        for text in ["a", "a/b.html", "a/..b", ""] {
            assert_eq!(relative(text), Some(PathBuf::from(text)), "{text}");
        }
    }
}
