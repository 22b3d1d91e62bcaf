//! The images of an engine: a table or JSON. Principal function: [`print_images`].

use clx_images::ListedImage;

use super::{stdout_text, table};
use crate::args::ListFormat;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Prints images.
pub(crate) fn print_images(format: ListFormat, images: &[ListedImage]) {
    match format {
        ListFormat::Table if images.is_empty() => {
            stdout_text("There are no images of clx. `clx docker build` builds them.\n");
        }
        ListFormat::Table => {
            let headings = ["IMAGE", "KIND", "VARIANT", "VERSION", "SIZE", "CREATED", "FOR"];
            let rows: Vec<_> = images.iter().map(row).collect();
            stdout_text(&table(headings, &rows));
        }
        ListFormat::Json => {
            let images: Vec<_> = images.iter().map(json).collect();
            stdout_text(&format!("{:#}\n", serde_json::json!({ "images": images })));
        }
    }
}

/// Shows a size as docker does: `258 MB`.
pub(crate) fn size(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

fn row(image: &ListedImage) -> [String; 7] {
    let site = if image.is_site { "this site" } else { "everybody" };
    let ListedImage { reference, kind, variant, version, .. } = image.clone();
    let (size, date) = (size(image.bytes), date(image.created));
    [reference, kind, variant, version, size, date, site.to_owned()]
}

fn json(image: &ListedImage) -> serde_json::Value {
    serde_json::json!({
        "reference": image.reference,
        "id": image.id,
        "kind": image.kind,
        "variant": image.variant,
        "version": image.version,
        "size": image.bytes,
        "created": image.created,
        "site": image.is_site,
    })
}

/// Returns the day of a moment in seconds since 1970, in UTC.
fn date(seconds: i64) -> String {
    // Years that begin in March have the leap day at their end; eras have 400 years, all alike.
    let days = seconds.div_euclid(SECONDS_A_DAY) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let check = |seconds: i64, expected: &str| assert_eq!(date(seconds), expected);
        check(0, "1970-01-01");
        check(951_782_400, "2000-02-29");
        check(1_735_689_599, "2024-12-31");
        check(1_735_689_600, "2025-01-01");
    }

    #[test]
    fn image_has_a_row_and_an_object() {
        let image = ListedImage {
            reference: "clx-plantuml:1.0.0".to_owned(),
            id: "sha256:1".to_owned(),
            kind: "plantuml".to_owned(),
            variant: "default".to_owned(),
            version: "1.0.0".to_owned(),
            bytes: 257_100_000,
            created: 0,
            is_site: true,
        };
        assert_eq!(row(&image)[4..], ["258 MB", "1970-01-01", "this site"]);
        assert_eq!(json(&image)["site"], true);
    }
}
