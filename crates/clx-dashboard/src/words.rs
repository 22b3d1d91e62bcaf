//! Amounts and moments as people read them; spans of time are written as everywhere.

use clx_core::Timestamp;

/// Writes an amount of bytes.
pub(crate) fn amount(bytes: u64) -> String {
    const STEP: u64 = 1000;
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let Some(power) = bytes.checked_ilog(STEP).filter(|&power| power > 0) else {
        return format!("{bytes} B");
    };
    let power = power.min(4);
    let tenths = bytes / (STEP.pow(power) / 10);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[power as usize - 1])
}

/// Writes a moment as `2026-11-28T10:42:07Z`.
pub(crate) fn iso(moment: Timestamp) -> String {
    let seconds = moment.as_us().div_euclid(1_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days are counted in eras of 400 years that begin on 1 March, so that leap days come last.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) =
        (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_dates() {
        let check = |seconds: i64, expected| {
            assert_eq!(iso(Timestamp::from_us(seconds * 1_000_000)), expected);
        };
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_735_689_599, "2024-12-31T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        check(-1, "1969-12-31T23:59:59Z");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(amount), ["0 B", "999 B", "1.0 kB", "1.2 MB"]);
        assert_eq!(amount(u64::MAX), "18446744.0 TB");
    }
}
