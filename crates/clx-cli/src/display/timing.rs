//! Where the time of a build went, in a few lines. Principal function: [`lines`].

use std::path::Path;
use std::time::Duration;

use clx_build::{TimedStep, Timing};

use super::seconds;
use super::style::Style;

/// Steps that are named.
pub(super) const MAX_SLOWEST: usize = 5;

/// Shorter work is not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Writes the slowest steps, the critical path beside the time of the whole build, and what the cache
/// saved, each only if it is more than a second.
pub(super) fn lines(timing: &Timing, elapsed: Duration, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if timing.total() > WORTH_TELLING {
        lines.push(style.bold("Slowest steps:"));
        lines.extend(timing.steps.iter().take(MAX_SLOWEST).map(slow_step));
        lines.push(critical_path(timing, elapsed, style));
    }
    if timing.saved > WORTH_TELLING {
        let title = style.bold("Saved by the cache:");
        lines.push(format!("{title} {} of work", seconds(timing.saved)));
    }
    lines
}

fn slow_step(TimedStep { label, duration }: &TimedStep) -> String {
    format!("{:>8}  {label}", seconds(*duration))
}

fn critical_path(timing: &Timing, elapsed: Duration, style: Style) -> String {
    let name = |step: &TimedStep| {
        let name = Path::new(&step.label).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let chain: Vec<_> = timing.critical_path.iter().map(name).collect();
    let critical = timing.critical();
    let share = 100.0 * critical.as_secs_f64() / elapsed.max(critical).as_secs_f64();
    format!(
        "{} {} of {} ({share:.0} %), {}",
        style.bold("Critical path:"),
        seconds(critical),
        seconds(elapsed),
        chain.join(" → ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(label: &str, ms: u64) -> TimedStep {
        TimedStep { label: label.to_owned(), duration: Duration::from_millis(ms) }
    }

    fn text(timing: &Timing) -> String {
        lines(timing, Duration::from_secs(8), Style::for_stderr(true)).join("\n")
    }

    #[test]
    fn slowest_steps_come_first_and_the_path_last() {
        let mut steps = vec![step("slides/m/b.py", 65_000), step("slides/m/a.pu", 1_500)];
        steps.extend((0..4).map(|_| step("c.py", 40)));
        let critical_path = vec![step("slides/m/a.pu", 1_500), step("slides/m/b.py", 2_500)];
        let timing = Timing { steps, critical_path, saved: Duration::from_secs(30) };
        assert_eq!(
            text(&timing),
            "Slowest steps:\n   1 min  slides/m/b.py\n   1.5 s  slides/m/a.pu\n  0.04 s  c.py\n  \
             0.04 s  c.py\n  0.04 s  c.py\n\
             Critical path: 4.0 s of 8.0 s (50 %), a.pu → b.py\n\
             Saved by the cache: 30.0 s of work"
        );
    }

    #[test]
    fn short_work_is_not_worth_a_line() {
        let steps = vec![step("a.py", 900)];
        let timing =
            Timing { critical_path: steps.clone(), steps, saved: Duration::from_millis(20) };
        assert_eq!(text(&timing), "");
    }
}
