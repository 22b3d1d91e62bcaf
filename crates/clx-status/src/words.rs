//! Spans of time and numbers as people read them, the same wherever builds are shown.

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Writes how long something took, in seconds: `40 ms`, `1.3 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 days`.
#[must_use]
pub fn span(seconds: f64) -> String {
    let whole = seconds.round();
    match seconds {
        0.0 => "0 s".to_owned(),
        _ if seconds < 0.9995 => format!("{:.0} ms", seconds * 1000.0),
        _ if seconds < 9.95 => format!("{seconds:.1} s"),
        _ if whole < MINUTE => format!("{whole} s"),
        _ if whole < HOUR => format!("{} min {} s", (whole / MINUTE).floor(), whole % MINUTE),
        _ if whole < 2.0 * DAY => {
            format!("{} h {} min", (whole / HOUR).floor(), (whole % HOUR / MINUTE).floor())
        }
        _ => format!("{} days", (whole / DAY).floor()),
    }
}

/// Writes how many seconds ago something was: `just now`, `42 s ago`, `2 min ago`, `3 days ago`.
#[must_use]
pub fn ago(seconds: f64) -> String {
    match seconds {
        _ if seconds < 5.0 => "just now".to_owned(),
        _ if seconds < MINUTE => format!("{} s ago", seconds.floor()),
        _ if seconds < HOUR => format!("{} min ago", (seconds / MINUTE).floor()),
        _ if seconds < 2.0 * DAY => format!("{} h ago", (seconds / HOUR).floor()),
        _ => format!("{} days ago", (seconds / DAY).floor()),
    }
}

/// Writes a number with its noun: `1 job`, `2 jobs`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_exact_as_people_want_them() {
        let seconds =
            [0.0, 0.004, 0.9994, 0.9996, 3.12, 9.96, 42.4, 59.7, 185.0, 7_800.0, 300_000.0];
        let expected = [
            "0 s",
            "4 ms",
            "999 ms",
            "1.0 s",
            "3.1 s",
            "10 s",
            "42 s",
            "1 min 0 s",
            "3 min 5 s",
            "2 h 10 min",
            "3 days",
        ];
        assert_eq!(seconds.map(span), expected);
    }

    #[test]
    fn past_is_told_by_its_distance() {
        let texts = [-9.0, 4.9, 42.0, 150.0, 7_300.0, 300_000.0].map(ago);
        let expected = ["just now", "just now", "42 s ago", "2 min ago", "2 h ago", "3 days ago"];
        assert_eq!(texts, expected);
    }
}
