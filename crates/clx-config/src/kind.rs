//! What the value of a key may be, and how it is read and written. Principal type: [`Kind`].

use std::path::PathBuf;
use std::time::Duration;

use clx_core::suggest::{did_you_mean, nearest};

use crate::value::Value;

/// Switches a limit off.
const OFF: &str = "off";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The type of a key's value, with its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number from `min` to `max`.
    Count {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// A number of seconds from `min` to `max`; whole unless `is_whole` is false.
    Seconds {
        /// The shortest.
        min: u32,
        /// The longest.
        max: u32,
        /// Whether parts of a second are refused.
        is_whole: bool,
    },
    /// A whole number of days up to 36500.
    Days {
        /// Whether it may be `off`.
        or_off: bool,
    },
    /// A number of bytes or a size such as `500M`, in powers of 1000, or `off`.
    Size,
    /// An amount of memory such as `512m` or `1g`, in powers of 1024, from 64 MiB.
    Memory,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A name.
    Name,
    /// A path.
    Path,
}

/// Days at most: a century.
pub(crate) const MAX_DAYS: u64 = 36_500;

/// The smallest memory in which a worker starts.
const MIN_MEMORY: u64 = 64 << 20;

const SIZE_UNITS: [(char, u64); 3] = [('G', 1_000_000_000), ('M', 1_000_000), ('K', 1_000)];
const MEMORY_UNITS: [(char, u64); 3] = [('g', 1 << 30), ('m', 1 << 20), ('k', 1 << 10)];

/// A value as it is written, before its kind has looked at it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw<'a> {
    Switch(bool),
    Whole(i64),
    Fraction(f64),
    Text(&'a str),
    /// Something that no key takes, such as a list.
    Other(&'static str),
}

impl Kind {
    /// Reads a value that was typed or is that of a variable; the error says what is wanted.
    ///
    /// # Errors
    /// What may be written instead.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let raw = match self {
            Self::Switch => text.parse().map_or(Raw::Text(text), Raw::Switch),
            Self::Count { .. } | Self::Seconds { .. } | Self::Days { .. } | Self::Size => {
                let whole = text.parse().map(Raw::Whole).ok();
                let number = whole.or_else(|| text.parse().map(Raw::Fraction).ok());
                number.unwrap_or(Raw::Text(text))
            }
            Self::Memory | Self::Choice(_) | Self::Name | Self::Path => Raw::Text(text),
        };
        self.accept(&raw)
    }

    /// Takes a value if it has the type and is within the range.
    pub(crate) fn accept(&self, raw: &Raw<'_>) -> Result<Value, String> {
        self.value(raw).ok_or_else(|| self.advice(raw))
    }

    fn value(&self, raw: &Raw<'_>) -> Option<Value> {
        match (self, raw) {
            (Self::Switch, Raw::Switch(on)) => Some(Value::Switch(*on)),
            (Self::Count { min, max }, Raw::Whole(number)) => {
                let number = u32::try_from(*number).ok()?;
                (*min..=*max).contains(&number).then(|| Value::Number(number.into()))
            }
            (Self::Seconds { .. }, Raw::Whole(seconds)) => {
                self.seconds(f64::from(u32::try_from(*seconds).ok()?))
            }
            (Self::Seconds { is_whole: false, .. }, Raw::Fraction(seconds)) => {
                self.seconds(*seconds)
            }
            (Self::Days { .. }, Raw::Whole(days)) => {
                let days = u64::try_from(*days).ok().filter(|days| *days <= MAX_DAYS)?;
                Some(Value::Time(Duration::from_secs(DAY.as_secs() * days)))
            }
            (Self::Days { or_off: true } | Self::Size, Raw::Text(OFF)) => Some(Value::Off),
            (Self::Size, Raw::Whole(bytes)) => Some(Value::Number(u64::try_from(*bytes).ok()?)),
            (Self::Size, Raw::Text(text)) => bytes(text, SIZE_UNITS).map(Value::Number),
            (Self::Memory, Raw::Text(text)) => {
                let bytes = bytes(text, MEMORY_UNITS).filter(|bytes| *bytes >= MIN_MEMORY);
                bytes.map(Value::Number)
            }
            (Self::Choice(words), Raw::Text(text)) => {
                words.contains(text).then(|| Value::Text((*text).to_owned()))
            }
            (Self::Name, Raw::Text(text)) if !text.trim().is_empty() => {
                Some(Value::Text((*text).to_owned()))
            }
            // The shell expands `~`, and nobody else does.
            (Self::Path, Raw::Text(text)) if !text.is_empty() && !text.starts_with('~') => {
                Some(Value::Path(PathBuf::from(text)))
            }
            _ => None,
        }
    }

    fn seconds(&self, seconds: f64) -> Option<Value> {
        let Self::Seconds { min, max, .. } = self else { return None };
        let is_within = (f64::from(*min)..=f64::from(*max)).contains(&seconds);
        is_within.then(|| Value::Time(Duration::from_secs_f64(seconds)))
    }

    fn advice(&self, raw: &Raw<'_>) -> String {
        match (self, raw) {
            (Self::Choice(words), Raw::Text(text)) => {
                let ranked = nearest(text, words.iter().copied());
                did_you_mean(text, &ranked).unwrap_or_else(|| format!("write {}", self.wanted()))
            }
            (Self::Path, Raw::Text(text)) if text.starts_with('~') => {
                "write the whole path: `~` means something to shells only".to_owned()
            }
            _ => format!("write {}", self.wanted()),
        }
    }

    /// Says in words what is wanted, such as `a whole number from 1 to 20`.
    #[must_use]
    pub fn wanted(&self) -> String {
        match self {
            Self::Switch => "`true` or `false`".to_owned(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Seconds { min, max, is_whole: true } => {
                format!("a whole number of seconds from {min} to {max}")
            }
            Self::Seconds { min, max, is_whole: false } => {
                format!("a number of seconds from {min} to {max}")
            }
            Self::Days { or_off: false } => format!("a whole number of days from 0 to {MAX_DAYS}"),
            Self::Days { or_off: true } => {
                format!("a whole number of days from 0 to {MAX_DAYS}, or `\"off\"`")
            }
            Self::Size => "a size such as `\"500M\"` or `\"2G\"`, or `\"off\"`".to_owned(),
            Self::Memory => {
                "an amount of memory such as `\"512m\"` or `\"1g\"`, at least `\"64m\"`".to_owned()
            }
            Self::Choice(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Name => "a name, such as `\"xpython\"`".to_owned(),
            Self::Path => "a path, such as `\"/opt/tools\"`".to_owned(),
        }
    }

    /// Returns a value as it is written in TOML.
    #[must_use]
    pub fn toml(&self, value: &Value) -> toml_edit::Value {
        match value {
            Value::Switch(on) => (*on).into(),
            Value::Number(bytes) if *self == Self::Size => in_units(*bytes, SIZE_UNITS).into(),
            Value::Number(bytes) if *self == Self::Memory => in_units(*bytes, MEMORY_UNITS).into(),
            // Counts are at most `u32::MAX`.
            Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
            Value::Time(time) => match self.time(*time) {
                Amount::Whole(number) => i64::try_from(number).unwrap_or(i64::MAX).into(),
                Amount::Fraction(number) => number.into(),
            },
            Value::Off => OFF.into(),
            Value::Text(text) => text.as_str().into(),
            Value::Path(path) => path.to_string_lossy().as_ref().into(),
        }
    }

    /// Returns a value as JSON: sizes are numbers of bytes, limits that are off are `null`.
    #[must_use]
    pub fn json(&self, value: &Value) -> serde_json::Value {
        match value {
            Value::Switch(on) => (*on).into(),
            Value::Number(number) => (*number).into(),
            Value::Time(time) => match self.time(*time) {
                Amount::Whole(number) => number.into(),
                Amount::Fraction(number) => number.into(),
            },
            Value::Off => serde_json::Value::Null,
            Value::Text(text) => text.as_str().into(),
            Value::Path(path) => path.to_string_lossy().into(),
        }
    }

    /// Returns a value as a person types it.
    #[must_use]
    pub fn text(&self, value: &Value) -> String {
        match self.toml(value) {
            toml_edit::Value::String(text) => text.into_value(),
            other => other.to_string(),
        }
    }

    fn time(&self, time: Duration) -> Amount {
        match self {
            Self::Days { .. } => Amount::Whole(time.as_secs() / DAY.as_secs()),
            _ if time.subsec_nanos() == 0 => Amount::Whole(time.as_secs()),
            _ => Amount::Fraction(time.as_secs_f64()),
        }
    }
}

enum Amount {
    Whole(u64),
    Fraction(f64),
}

/// Reads a number of bytes with a unit, or without one.
fn bytes(text: &str, units: [(char, u64); 3]) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.to_ascii_uppercase().trim_end_matches('B') {
        "" => 1,
        unit => units.iter().find(|(name, _)| unit == name.to_ascii_uppercase().to_string())?.1,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Writes a number of bytes in the largest unit that leaves no rest.
fn in_units(bytes: u64, units: [(char, u64); 3]) -> String {
    let unit = units.iter().find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor));
    unit.map_or_else(|| bytes.to_string(), |(name, factor)| format!("{}{name}", bytes / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, good: &[(&str, &str)], bad: &[&str]) {
        for (text, expected) in good {
            let value = kind.parse(text).unwrap_or_else(|advice| panic!("{text}: {advice}"));
            assert_eq!(kind.text(&value), *expected, "{text}");
            assert_eq!(kind.parse(&kind.text(&value)), Ok(value), "{text}");
        }
        for text in bad {
            assert!(kind.parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_have_ranges() {
        let count = Kind::Count { min: 1, max: 20 };
        check(count, &[("1", "1"), (" 20 ", "20")], &["0", "21", "-1", "1.5", "", "a"]);
        let whole = Kind::Seconds { min: 1, max: 60, is_whole: true };
        check(whole, &[("30", "30")], &["0", "61", "0.5", "1.5"]);
        let part = Kind::Seconds { min: 0, max: 60, is_whole: false };
        check(part, &[("0", "0"), ("0.3", "0.3"), ("2.0", "2")], &["-1", "60.1", "NaN", "inf"]);
        check(Kind::Days { or_off: false }, &[("0", "0"), ("7", "7")], &["-1", "36501", "off"]);
        check(Kind::Days { or_off: true }, &[("off", "off"), ("90", "90")], &["2d", "1.5"]);
    }

    #[test]
    fn sizes_have_units() {
        let good = [("0", "0"), ("12", "12"), ("20k", "20K"), ("2GB", "2G"), ("off", "off")];
        let bad = ["", "M", "1.5G", "3 T", "99999999999999999999", "99999999999G", "-1"];
        check(Kind::Size, &good, &bad);
        let good = [("1g", "1g"), ("512M", "512m"), ("67108864", "64m"), ("1536m", "1536m")];
        check(Kind::Memory, &good, &["63m", "off", "much"]);
        assert_eq!(Kind::Memory.parse("1g"), Ok(Value::Number(1 << 30)));
        assert_eq!(Kind::Size.parse("1G"), Ok(Value::Number(1_000_000_000)));
    }

    #[test]
    fn words_are_suggested() {
        let choice = Kind::Choice(&["required", "never"]);
        check(choice, &[("never", "never")], &["", "Never!"]);
        assert_eq!(choice.parse("requird"), Err("did you mean `required`?".to_owned()));
        let all = "write one of `\"required\"`, `\"never\"`";
        assert_eq!(choice.parse("x"), Err(all.to_owned()));
    }

    #[test]
    fn paths_and_names_are_not_empty() {
        check(Kind::Path, &[("a/b", "a/b"), ("/x y", "/x y")], &["", "~/tools"]);
        check(Kind::Name, &[("xcpp20", "xcpp20")], &["", " "]);
        check(Kind::Switch, &[("true", "true"), ("false", "false")], &["yes", "1", ""]);
    }

    #[test]
    fn types_of_files_are_not_converted() {
        assert!(Kind::Switch.accept(&Raw::Text("true")).is_err());
        assert!(Kind::Count { min: 1, max: 9 }.accept(&Raw::Text("3")).is_err());
        assert!(Kind::Name.accept(&Raw::Whole(3)).is_err());
        assert!(Kind::Path.accept(&Raw::Other("array")).is_err());
    }
}
