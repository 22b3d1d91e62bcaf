//! The line that a build ends with. Principal type: [`Closing`].

use std::time::Duration;

use clx_build::{BuildReport, BuildStatus};

use super::plural;
use super::style::Style;

/// What came of a build, in a sentence.
pub(super) struct Closing {
    pub(super) text: String,
    is_good: bool,
}

/// What a closing line ends with if `is_watching`, that is, if other builds follow.
const fn outlook(is_watching: bool) -> &'static str {
    if is_watching { "; watching, Ctrl+C ends." } else { "." }
}

impl Closing {
    /// Says what was built, and how many errors there were, those of the spec included.
    pub(super) fn of(
        report: &BuildReport,
        errors: usize,
        elapsed: Duration,
        is_watching: bool,
    ) -> Self {
        let outlook = outlook(is_watching);
        let seconds = match elapsed.as_millis() {
            short @ 0..100 => format!("{short} ms"),
            _ => super::seconds(elapsed),
        };
        let files = plural(report.written + report.unchanged, "file");
        let cached = match report.cached {
            0 => String::new(),
            n => format!(", {n} from cache"),
        };
        let executed = match report.executed {
            0 => String::new(),
            n => format!(", code run {}", plural(n, "time")),
        };
        let verified = match report.verified {
            None => String::new(),
            Some(n) => format!(", {} verified", plural(n, "source")),
        };
        let removed = match report.removed {
            0 => String::new(),
            n => format!(", {n} removed"),
        };
        let numbers = format!(
            "{files} ({} written{cached}{verified}{executed}{removed}) in {seconds}",
            report.written
        );
        match report.status {
            BuildStatus::Interrupted => {
                Self::bad(format!("Interrupted after {numbers}; build again to finish."))
            }
            BuildStatus::Built | BuildStatus::SomeFailed if errors > 0 => {
                let failed = match report.failed {
                    0 => String::new(),
                    n => format!(", {} missing", plural(n, "output")),
                };
                let errors = plural(errors, "error");
                Self::bad(format!("Built {numbers}, but with {errors}{failed}{outlook}"))
            }
            BuildStatus::Built | BuildStatus::SomeFailed => {
                Self { text: format!("Built {numbers}{outlook}"), is_good: true }
            }
        }
    }

    /// Says that a spec with so many errors was refused.
    pub(super) fn of_refusal(errors: usize, is_watching: bool) -> Self {
        let outlook = outlook(is_watching);
        Self::bad(format!("Nothing was built: {}{outlook}", plural(errors, "error")))
    }

    const fn bad(text: String) -> Self {
        Self { text, is_good: false }
    }

    pub(super) fn print(&self, style: Style) {
        let line = if self.is_good { style.good(&self.text) } else { style.bad(&self.text) };
        super::stderr_line(&line);
    }
}
