//! All printing. Principal type: [`BuildDisplay`].
//!
//! Data goes to standard output, everything else to standard error. A closed pipe is no error:
//! whoever reads has seen enough.

mod build;
mod checkout;
mod closing;
mod docker;
mod event_log;
mod events;
mod git;
mod github;
mod json;
mod phase;
mod problems;
mod progress;
mod reference;
mod sarif;
mod status;
mod step_summary;
mod style;
mod table;
mod timing;
mod tools;
mod watch;

use std::io::Write;
use std::time::Duration;

pub(crate) use self::build::{BuildDisplay, course_name};
pub(crate) use self::docker::{print_images, size};
pub(crate) use self::event_log::EventLog;
pub(crate) use self::git::{git_outcome, print_repositories};
pub(crate) use self::problems::print_problems;
pub(crate) use self::reference::reference;
pub(crate) use self::status::{Parts, compact, status_table};
pub(crate) use self::style::Style;
pub(crate) use self::table::table;
pub(crate) use self::tools::print_tools;
pub(crate) use self::watch::WatchDisplay;

/// Prints a line to standard error.
pub(crate) fn stderr_line(line: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints a line to standard output.
pub(crate) fn stdout_line(line: &str) {
    let _closed = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints a text to standard output as it is.
pub(crate) fn stdout_text(text: &str) {
    let _closed = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Writes a number with its noun: `1 file`, `2 files`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Writes a duration: `0.03 s`, `4.1 s`, `12 min`.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        _ if seconds < 0.1 => format!("{seconds:.2} s"),
        _ if seconds < 60.0 => format!("{seconds:.1} s"),
        _ => format!("{:.0} min", seconds / 60.0),
    }
}

/// Writes a number of bytes with its unit: `12 B`, `3.4 kB`, `1.2 GB`.
pub(crate) fn amount(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes.div_ceil(100), "kB");
    for larger in ["MB", "GB"] {
        if tenths >= 10_000 {
            (tenths, unit) = (tenths.div_ceil(1000), larger);
        }
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (3_350, "3.4 kB"),
            (999_999, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
            (12_345_678_900_000, "12345.7 GB"),
        ] {
            assert_eq!(amount(bytes), text);
        }
    }
}
