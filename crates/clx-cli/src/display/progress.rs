//! Progress of a build: a bar on a terminal, now and then a line elsewhere. Principal type:
//! [`Progress`].

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stderr_line;

/// Pause between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows how far a build is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nothing is shown.
    Hidden,
    /// A bar that is redrawn.
    Bar(ProgressBar),
    /// A line now and then.
    Lines {
        /// Files in place.
        done: u64,
        /// Files in all.
        total: u64,
        /// Since when.
        begin: Instant,
        /// When the last line was printed.
        last: Instant,
    },
}

impl Progress {
    /// Begins to count up to `total` files.
    pub(crate) fn begin(total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            let now = Instant::now();
            return Self::Lines { done: 0, total, begin: now, last: now };
        }
        let style =
            ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} files, {elapsed}{msg}")
                .expect("the template names known keys only");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
            .with_style(style.progress_chars("━╸─"));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    /// Counts files that are in place, `cached` of all so far known from before.
    pub(crate) fn advance(&mut self, n: usize, cached: usize) {
        let n = n as u64;
        match self {
            Self::Hidden => {}
            Self::Bar(bar) => {
                bar.inc(n);
                bar.set_message(remark(cached, bar.eta()));
            }
            Self::Lines { done, total, begin, last } => {
                *done += n;
                if last.elapsed() >= LINE_INTERVAL {
                    *last = Instant::now();
                    stderr_line(&line(*done, *total, cached, begin.elapsed()));
                }
            }
        }
    }

    /// Prints a line above the bar.
    pub(crate) fn print(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| stderr_line(text)),
            Self::Hidden | Self::Lines { .. } => stderr_line(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
        *self = Self::Hidden;
    }
}

/// What stands behind the numbers of the bar once something is known.
fn remark(cached: usize, left: Duration) -> String {
    let cached = if cached > 0 { format!(", {cached} cached") } else { String::new() };
    format!("{cached}, about {} s left", left.as_secs().max(1))
}

fn line(done: u64, total: u64, cached: usize, elapsed: Duration) -> String {
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let left = elapsed.as_secs() * total.saturating_sub(done) / done.max(1);
    format!("{done}/{total} files ({percent} %), {cached} cached, about {left} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_tells_share_and_time_left() {
        assert_eq!(
            line(50, 200, 7, Duration::from_secs(10)),
            "50/200 files (25 %), 7 cached, about 30 s left"
        );
        assert_eq!(line(0, 0, 0, Duration::ZERO), "0/0 files (100 %), 0 cached, about 0 s left");
    }
}
