//! Progress of a build: a bar on a terminal, now and then a line elsewhere. Principal type:
//! [`Progress`].

use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

use clx_core::{Clock, RunningStep, SystemClock, Timestamp};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::phase::Phase;
use super::stderr_line;

/// Pause between two lines where there is no terminal, and before the first.
const LINE_INTERVAL: Duration = Duration::from_secs(5);
const FIRST_LINE: Duration = Duration::from_secs(2);

/// Steps shown below the bar.
const SHOWN_STEPS: usize = 4;

/// Characters of what a step last said: a line must not wrap.
const NOTE_LENGTH: usize = 60;

/// Shows how far a build is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing is shown.
    Hidden,
    /// A bar that is redrawn.
    Bar {
        /// The bar.
        bar: ProgressBar,
        /// How long it will still take, and since when that is known.
        left: Option<(Duration, Instant)>,
        /// Files known from before.
        cached: usize,
    },
    /// A line now and then.
    Lines {
        /// Files in place.
        done: u64,
        /// Files in all.
        total: u64,
        /// When the next line is due.
        next: Instant,
        /// How long it will still take, and since when that is known.
        left: Option<(Duration, Instant)>,
        /// What follows when all files are in place.
        ending: Option<Phase>,
    },
}

impl Progress {
    /// Begins to count up to `total` files.
    pub(crate) fn begin(total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            let next = Instant::now() + FIRST_LINE;
            return Self::Lines { done: 0, total, next, left: None, ending: None };
        }
        let style = ProgressStyle::with_template(
            "{bar:30} {human_pos}/{human_len} files, {elapsed}{msg}{prefix}",
        )
        .expect("the template names known keys only");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
            .with_style(style.progress_chars("━╸─"));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar { bar, left: None, cached: 0 }
    }

    /// Takes note of how long it will still take.
    pub(crate) fn left(&mut self, time: Duration) {
        match self {
            Self::Hidden => {}
            Self::Bar { bar, left, cached } => {
                *left = Some((time, Instant::now()));
                bar.set_message(remark(*cached, *left));
            }
            Self::Lines { left, .. } => *left = Some((time, Instant::now())),
        }
    }

    /// Counts files that are in place, `cached` of all so far known from before.
    pub(crate) fn advance(&mut self, n: usize, cached: usize) {
        let n = n as u64;
        match self {
            Self::Hidden => {}
            Self::Bar { bar, left, cached: known } => {
                *known = cached;
                bar.inc(n);
                bar.set_prefix("");
                bar.set_message(remark(cached, *left));
            }
            Self::Lines { done, total, next, left, ending } => {
                *done += n;
                if done >= total {
                    *ending = Some(Phase::begin("Tidying up"));
                } else if is_due(next) {
                    stderr_line(&line(*done, *total, cached, *left));
                }
            }
        }
    }

    /// Shows what is worked on: below the bar, or as a line if nothing finished for a while.
    pub(crate) fn running(&mut self, steps: &[RunningStep]) {
        let now = SystemClock.now();
        match self {
            Self::Hidden => {}
            Self::Bar { bar, .. } => {
                let lines: String = steps
                    .iter()
                    .take(SHOWN_STEPS)
                    .map(|step| format!("\n  {}", describe(step, now)))
                    .collect();
                bar.set_prefix(lines);
            }
            Self::Lines { next, .. } => {
                if let Some(step) = steps.iter().min_by_key(|step| step.since)
                    && is_due(next)
                {
                    stderr_line(&describe(step, now));
                }
            }
        }
    }

    /// Prints a line above the bar.
    pub(crate) fn print(&self, text: &str) {
        match self {
            Self::Bar { bar, .. } => bar.suspend(|| stderr_line(text)),
            Self::Hidden | Self::Lines { .. } => stderr_line(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&mut self) {
        if let Self::Bar { bar, .. } = self {
            bar.finish_and_clear();
        }
        *self = Self::Hidden;
    }
}

/// Tells whether a line is due; then the next one is due later.
fn is_due(next: &mut Instant) -> bool {
    let now = Instant::now();
    let is_due = now >= *next;
    if is_due {
        *next = now + LINE_INTERVAL;
    }
    is_due
}

/// What stands behind the numbers of the bar once something is known.
fn remark(cached: usize, left: Option<(Duration, Instant)>) -> String {
    let cached = if cached > 0 { format!(", {cached} cached") } else { String::new() };
    format!("{cached}{}", outlook(left))
}

/// Says how long it will still take, if anything is known of that.
fn outlook(left: Option<(Duration, Instant)>) -> String {
    let Some((left, known)) = left else { return String::new() };
    let left = left.saturating_sub(known.elapsed()).as_secs().max(1);
    match left {
        0..120 => format!(", about {left} s left"),
        _ => format!(", about {} min left", left.div_ceil(60)),
    }
}

fn describe(step: &RunningStep, now: Timestamp) -> String {
    let file = Path::new(&step.label).file_name().unwrap_or_default().to_string_lossy();
    let seconds = now.since(step.since).as_secs();
    let note: String = step.note.chars().take(NOTE_LENGTH).collect();
    let note = if note.is_empty() { note } else { format!(": {note}") };
    format!("{file}, {seconds} s{note}")
}

fn line(done: u64, total: u64, cached: usize, left: Option<(Duration, Instant)>) -> String {
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    format!("{done}/{total} files ({percent} %), {cached} cached{}", outlook(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_tells_its_file_its_time_and_its_last_words() {
        let since = Timestamp::from_us(1_000_000);
        let step = |note: &str| RunningStep {
            label: "slides/m/slides_x.py".to_owned(),
            since,
            note: note.to_owned(),
        };
        let now = since.plus(Duration::from_secs(12));
        assert_eq!(describe(&step(""), now), "slides_x.py, 12 s");
        assert_eq!(describe(&step("cell 3 of 9"), now), "slides_x.py, 12 s: cell 3 of 9");
        assert_eq!(describe(&step(&"x".repeat(500)), now).len(), "slides_x.py, 12 s: ".len() + 60);
    }

    #[test]
    fn line_tells_share_and_time_left() {
        // Whole hours, so that the moment since then makes no difference.
        let left = Some((Duration::from_secs(7200), Instant::now()));
        assert_eq!(line(50, 200, 7, left), "50/200 files (25 %), 7 cached, about 120 min left");
        assert_eq!(line(0, 0, 0, None), "0/0 files (100 %), 0 cached");
        assert_eq!(remark(0, None), "");
    }
}
