//! A span of time as it is typed. Principal type: [`Age`].

use std::str::FromStr;
use std::time::Duration;

/// A number with a unit: `30s`, `15m`, `2h`, `3d`, `1w`; a number alone is minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age(pub Duration);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let seconds = match unit {
            "s" => 1,
            "" | "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            "w" => 7 * 24 * 60 * 60,
            _ => return Err(how()),
        };
        let number: u64 = number.parse().map_err(|_| how())?;
        number.checked_mul(seconds).map(|n| Self(Duration::from_secs(n))).ok_or_else(how)
    }
}

fn how() -> String {
    "write a number and s, m, h, d or w, such as `30m` or `2d`".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        for (text, seconds) in
            [("45s", 45), ("30", 1800), ("30m", 1800), ("2h", 7200), ("1w", 604_800)]
        {
            assert_eq!(text.parse(), Ok(Age(Duration::from_secs(seconds))), "{text}");
        }
        for text in ["", "m", "2 h", "-1h", "1.5h", "2y", "99999999999999999999d"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
    }
}
