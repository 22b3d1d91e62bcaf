//! All printing. Principal type: [`BuildDisplay`].
//!
//! Data goes to standard output, everything else to standard error. A closed pipe is no error:
//! whoever reads has seen enough.

mod build;
mod docker;
mod json;
mod progress;
mod style;
mod table;
mod tools;
mod watch;

use std::io::Write;
use std::time::Duration;

pub(crate) use self::build::{BuildDisplay, course_name};
pub(crate) use self::docker::{print_images, size};
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
