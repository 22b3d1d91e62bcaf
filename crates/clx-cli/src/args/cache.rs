//! Arguments of `clx cache`. Principal type: [`CacheCommand`].

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::build::StateArgs;
use super::{ListFormat, SpecArgs};

/// Commands about what builds remember.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Count what the cache of a course holds
    Stats(CacheArgs),
    /// Remove what has not been used for long, what is too much, and leftovers of killed builds
    #[command(
        after_help = "Results that the outputs of the course are made of stay, whatever the limits \
        are.\n\nExamples:\n  clx cache prune course-specs/python.xml\n  clx cache prune \
        course-specs/python.xml --max-age 30 --max-size 500M"
    )]
    Prune(PruneArgs),
    /// Check every result; what is damaged is dropped and made again by the next build
    #[command(after_help = "Exit status: 0 all is in order, 1 something was damaged.")]
    Verify(CacheArgs),
    /// Forget all results; which outputs clx wrote stays known
    Clear(CacheArgs),
}

/// A course whose cache is looked at.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// The course.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Where queue and cache are.
    #[command(flatten)]
    pub state: StateArgs,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// What to keep.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// The cache.
    #[command(flatten)]
    pub cache: CacheArgs,
    /// Remove results that no build has used for so many days
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub max_age: u64,
    /// Remove the results that were not used for longest beyond this size, such as `500M` or `2G`
    #[arg(long, value_name = "SIZE", default_value = "5G")]
    pub max_size: ByteSize,
}

impl PruneArgs {
    /// Returns the age beyond which results go.
    #[must_use]
    pub const fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age.saturating_mul(24 * 60 * 60))
    }
}

/// A number of bytes, typed as `1000`, `20K`, `500M` or `2G` (powers of 1000).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor = match unit.to_ascii_uppercase().as_str() {
            "" | "B" => 1,
            "K" | "KB" => 1_000,
            "M" | "MB" => 1_000_000,
            "G" | "GB" => 1_000_000_000,
            _ => return Err("write a number with K, M or G, such as `500M`".to_owned()),
        };
        let number: u64 =
            number.parse().map_err(|_| "write a number, such as `500M`".to_owned())?;
        number.checked_mul(factor).map(Self).ok_or_else(|| "this is too much".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("0", 0), ("12", 12), ("20k", 20_000), ("2GB", 2_000_000_000)] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "M", "1.5G", "3 T", "99999999999999999999", "99999999999G"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
