//! Sizes and forms of pictures. Principal functions: [`pixels`],
//! [`has_form`], [`without_dates`].

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
#[must_use]
pub fn has_form(picture: &[u8], format: PictureFormat) -> bool {
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

/// Puts a fixed date in place of those at which a PDF was made: the same page gives the same file.
#[must_use]
pub fn without_dates(mut pdf: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = b"Date (D:";
    const DATE: &[u8] = b"20000101000000";
    let marks = pdf.windows(MARK.len()).enumerate().filter(|(_, word)| *word == MARK);
    let places: Vec<_> = marks.map(|(at, _)| at + MARK.len()).collect();
    for at in places {
        if let Some(date) = pdf.get_mut(at..at + DATE.len()) {
            date.copy_from_slice(DATE);
        }
    }
    pdf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_pdf_are_replaced_in_place() {
        let pdf =
            b"<</CreationDate (D:20261123233000+00'00')\n/ModDate (D:20261123233001+00'00')>>";
        let fixed =
            b"<</CreationDate (D:20000101000000+00'00')\n/ModDate (D:20000101000000+00'00')>>";
        assert_eq!(without_dates(pdf.to_vec()), fixed);
        assert_eq!(without_dates(b"Date (D:2026".to_vec()), b"Date (D:2026");
    }

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
