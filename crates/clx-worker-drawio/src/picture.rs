//! Sizes and forms of pictures. Principal functions: [`pixels`], [`has_form`].

use clx_core::PictureFormat;

/// Returns a length in whole CSS pixels, at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is within the range"
)]
pub(crate) fn pixels(length: f64) -> u32 {
    // Not a number becomes 1.
    length.ceil().clamp(1.0, f64::from(u32::MAX / 2)).max(1.0) as u32
}

/// Tells whether bytes begin and end as their format has to.
pub(crate) fn has_form(picture: &[u8], format: PictureFormat) -> bool {
    match format {
        PictureFormat::Png => {
            picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.ends_with(b"IEND\xaeB`\x82")
        }
        PictureFormat::Svg => {
            let end = picture.trim_ascii_end();
            end.ends_with(b"</svg>") && picture.windows(4).take(4096).any(|word| word == b"<svg")
        }
        PictureFormat::Pdf => {
            picture.starts_with(b"%PDF-") && picture.trim_ascii_end().ends_with(b"%%EOF")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_up() {
        let check = |length: f64, expected: u32| assert_eq!(pixels(length), expected, "{length}");
        check(0.0, 1);
        check(160.0, 160);
        check(160.2, 161);
        check(f64::NAN, 1);
        check(-3.0, 1);
    }

    #[test]
    fn cut_pictures_have_not_their_form() {
        for (picture, format) in [
            (&b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82"[..], PictureFormat::Png),
            (b"<?xml version=\"1.0\"?><svg></svg>\n", PictureFormat::Svg),
            (b"%PDF-1.4 ... %%EOF\n", PictureFormat::Pdf),
        ] {
            assert!(has_form(picture, format), "{format}");
            assert!(!has_form(&picture[..picture.len() - 3], format), "{format}");
            assert!(!has_form(&picture[1..], format) || format == PictureFormat::Svg, "{format}");
            assert!(!has_form(b"", format), "{format}");
        }
    }
}
