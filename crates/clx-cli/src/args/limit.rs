//! Limits of a cache, typed or in variables. Principal types: [`SizeLimit`], [`AgeLimit`].

use std::str::FromStr;
use std::time::Duration;

/// Switches a limit off.
const OFF: &str = "off";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A number of bytes, typed as `1000`, `20K`, `500M` or `2G` (powers of 1000); `None` for `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeLimit(pub Option<u64>);

impl FromStr for SizeLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == OFF {
            return Ok(Self(None));
        }
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor = match unit.to_ascii_uppercase().as_str() {
            "" | "B" => 1,
            "K" | "KB" => 1_000,
            "M" | "MB" => 1_000_000,
            "G" | "GB" => 1_000_000_000,
            _ => return Err("write a number with K, M or G, such as `500M`, or `off`".to_owned()),
        };
        let number: u64 =
            number.parse().map_err(|_| "write a number, such as `500M`, or `off`".to_owned())?;
        let bytes = number.checked_mul(factor).ok_or_else(|| "this is too much".to_owned())?;
        Ok(Self(Some(bytes)))
    }
}

/// A number of days; `None` for `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeLimit(pub Option<Duration>);

impl FromStr for AgeLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == OFF {
            return Ok(Self(None));
        }
        let days: u32 = text.parse().map_err(|_| "write a number of days, or `off`".to_owned())?;
        Ok(Self(Some(DAY * days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("0", 0), ("12", 12), ("20k", 20_000), ("2GB", 2_000_000_000)] {
            assert_eq!(text.parse(), Ok(SizeLimit(Some(bytes))), "{text}");
        }
        assert_eq!("off".parse(), Ok(SizeLimit(None)));
        for text in ["", "M", "1.5G", "3 T", "99999999999999999999", "99999999999G"] {
            assert!(text.parse::<SizeLimit>().is_err(), "{text}");
        }
    }

    #[test]
    fn ages_are_days() {
        assert_eq!("2".parse(), Ok(AgeLimit(Some(2 * DAY))));
        assert_eq!("off".parse(), Ok(AgeLimit(None)));
        for text in ["", "-1", "1.5", "2d", "4294967296"] {
            assert!(text.parse::<AgeLimit>().is_err(), "{text}");
        }
    }
}
