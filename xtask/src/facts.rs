//! What a page of results says of its origin. Principal function: [`lines`].

use std::fs;
use std::path::Path;

use clx_core::{Clock as _, SystemClock};

use crate::error::TaskError;
use crate::run::Program;

/// Returns the command, the day, the machine and the compiler as a list in Markdown.
pub(crate) fn lines(root: &Path, command: &str) -> Result<String, TaskError> {
    let compiler = Program::new(root, "rustc --version").read()?;
    let facts = [
        ("command", format!("`{command}`")),
        ("date", date(SystemClock.now().as_us())),
        ("machine", machine()),
        ("compiler", compiler.trim().to_owned()),
    ];
    Ok(facts.map(|(name, value)| format!("- {name}: {value}")).join("\n"))
}

/// Names processor, memory and kernel, as far as the machine tells them.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let n_processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal");
    let kilobytes: u64 = memory.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{n_processors} processors ({}), {} GB of memory, Linux {}",
        field("/proc/cpuinfo", "model name"),
        kilobytes / 1_000_000,
        kernel.trim().split('-').next().unwrap_or_default(),
    )
}

/// Returns the day, in UTC, of a moment: `2026-08-04`.
fn date(us: i64) -> String {
    // Days from civil, backwards: eras of 400 years, years that begin in March.
    let days = us.div_euclid(86_400_000_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_819, "2027-01-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(days * 86_400_000_000), expected);
        }
    }
}
