//! Numbers as people read them. Seconds become words, moments become dates.

use clx_core::Timestamp;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Writes a duration: `0.42 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 days`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round();
    if seconds == 0.0 {
        "0 s".to_owned()
    } else if seconds < 1.0 {
        format!("{seconds:.2} s")
    } else if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if whole < MINUTE {
        format!("{whole} s")
    } else if whole < HOUR {
        format!("{} min {} s", (whole / MINUTE).floor(), whole % MINUTE)
    } else if whole < 2.0 * DAY {
        format!("{} h {} min", (whole / HOUR).floor(), (whole % HOUR / MINUTE).floor())
    } else {
        format!("{} days", (whole / DAY).floor())
    }
}

/// Writes how long ago something was.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs_f64();
    if seconds < 5.0 {
        "just now".to_owned()
    } else if seconds < MINUTE {
        format!("{} s ago", seconds.floor())
    } else if seconds < HOUR {
        format!("{} min ago", (seconds / MINUTE).floor())
    } else if seconds < 2.0 * DAY {
        format!("{} h ago", (seconds / HOUR).floor())
    } else {
        format!("{} days ago", (seconds / DAY).floor())
    }
}

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

/// Writes a number of things: `1 job`, `2 jobs`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
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
    use std::time::Duration;

    use super::*;

    #[test]
    fn durations_are_as_exact_as_people_want_them() {
        let texts = [0.004, 0.42, 3.12, 42.4, 59.7, 185.0, 7_800.0, 300_000.0].map(duration);
        let expected =
            ["0.00 s", "0.42 s", "3.1 s", "42 s", "1 min 0 s", "3 min 5 s", "2 h 10 min", "3 days"];
        assert_eq!(texts, expected);
    }

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
    fn past_is_told_by_its_distance() {
        let now = Timestamp::from_us(1_000_000_000_000);
        let texts =
            [1, 42, 150, 7_300, 300_000].map(|s| ago(now.minus(Duration::from_secs(s)), now));
        assert_eq!(texts, ["just now", "42 s ago", "2 min ago", "2 h ago", "3 days ago"]);
        assert_eq!(ago(now.plus(Duration::from_secs(9)), now), "just now", "clocks differ");
    }

    #[test]
    fn amounts_have_units() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(amount), ["0 B", "999 B", "1.0 kB", "1.2 MB"]);
        assert_eq!(amount(u64::MAX), "18446744.0 TB");
    }
}
