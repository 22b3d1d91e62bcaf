//! Whether bytes are a picture. Principal function: [`size`].

use clx_core::PictureFormat;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const PNG_END: &[u8] = b"\0\0\0\0IEND\xaeB`\x82";

/// Returns width and height of a complete picture of this format, both above 0; `None` if it is none.
pub(crate) fn size(format: PictureFormat, bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match format {
        PictureFormat::Png => png(bytes)?,
        PictureFormat::Svg => svg(std::str::from_utf8(bytes).ok()?)?,
        PictureFormat::Pdf => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(PNG_SIGNATURE)?.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    if !bytes.ends_with(PNG_END) {
        return None;
    }
    Some((number(0)?, number(4)?))
}

/// What may stand before the first element is skipped.
fn svg(text: &str) -> Option<(u32, u32)> {
    let mut rest = text.trim();
    if !rest.ends_with("</svg>") {
        return None;
    }
    while let Some(end) =
        [("<?", "?>"), ("<!--", "-->"), ("<!", ">")].iter().find_map(|(open, close)| {
            rest.starts_with(open).then(|| rest.find(close).map(|at| at + close.len()))
        })
    {
        rest = rest[end?..].trim_start();
    }
    let root = rest.strip_prefix("<svg")?.split('>').next()?;
    Some((length(root, " width=\"")?, length(root, " height=\"")?))
}

/// Reads `120px` or `83.5pt`, rounded up.
fn length(element: &str, attribute: &str) -> Option<u32> {
    let value = element.split(attribute).nth(1)?.split('"').next()?;
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_more = fraction.bytes().any(|digit| digit != b'0');
    whole.parse::<u32>().ok()?.checked_add(u32::from(is_more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_is_an_element_with_a_size_and_an_end() {
        let check = |text: &str, expected: Option<(u32, u32)>| {
            assert_eq!(size(PictureFormat::Svg, text.as_bytes()), expected, "{text}");
        };
        check(r#"<svg a="b" height="20.8333px" width="20px"><g/></svg>"#, Some((20, 21)));
        check("<?plantuml 1?><svg width=\"8pt\" height=\"9pt\"></svg>\n", Some((8, 9)));
        let prolog = "<?xml version='1'?>\n<!DOCTYPE svg>\n<!-- <svg> -->\n";
        check(&format!("{prolog}<svg width=\"8\" height=\"9.0\"></svg>"), Some((8, 9)));
        check("<svg width=\"8\" height=\"9\">", None);
        check("<svg width=\"0\" height=\"9\"></svg>", None);
        check("<html></html>", None);
        check("<!-- </svg>", None);
        check("", None);
    }

    #[test]
    fn png_is_complete_and_has_a_size() {
        let png = |width: u32, height: u32| {
            let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
            [PNG_SIGNATURE, &[0, 0, 0, 13], b"IHDR", &size, PNG_END].concat()
        };
        let check = |bytes: &[u8], expected: Option<(u32, u32)>| {
            assert_eq!(size(PictureFormat::Png, bytes), expected);
        };
        check(&png(3, 400), Some((3, 400)));
        check(&png(0, 4), None);
        let whole = png(3, 4);
        check(&whole[..whole.len() - 1], None);
        check(b"", None);
    }
}
