//! Limits of a cache, as they are typed. Principal types: [`SizeLimit`], [`AgeLimit`].

use std::str::FromStr;
use std::time::Duration;

use clx_config::setting::{CACHE_MAX_AGE, CACHE_MAX_SIZE};
use clx_config::{Setting, Typed};

/// A number of bytes, typed as `1000`, `20K`, `500M` or `2G` (powers of 1000); `None` for `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeLimit(pub Option<u64>);

impl FromStr for SizeLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(&CACHE_MAX_SIZE, text).map(Self)
    }
}

/// A number of days; `None` for `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeLimit(pub Option<Duration>);

impl FromStr for AgeLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(&CACHE_MAX_AGE, text).map(Self)
    }
}

/// Reads what the key takes, too.
fn parse<T: Typed>(setting: &Setting<T>, text: &str) -> Result<T, String> {
    let value = setting.key.kind.parse(text)?;
    Ok(T::read(Some(&value)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_typed_as_in_files() {
        assert_eq!("20k".parse(), Ok(SizeLimit(Some(20_000))));
        assert_eq!("off".parse(), Ok(SizeLimit(None)));
        assert_eq!("2".parse(), Ok(AgeLimit(Some(Duration::from_secs(2 * 24 * 60 * 60)))));
        assert_eq!("off".parse(), Ok(AgeLimit(None)));
        assert!("1.5G".parse::<SizeLimit>().is_err());
        assert!("2d".parse::<AgeLimit>().is_err());
    }
}
