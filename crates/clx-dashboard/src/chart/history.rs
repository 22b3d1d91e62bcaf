//! How long builds took. Principal type: [`History`].

use clx_status::{Build, BuildState};
use serde::Serialize;

use super::{Rect, tenth};
use clx_status::words::{counted, span};

/// Size of the picture.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 100.0;

/// A build has no more room than this, its gap included.
const WIDEST: f64 = 30.0;

/// A build that took no time is seen all the same.
const LOWEST: f64 = 2.0;

/// Bars, the oldest build first.
#[derive(Debug, Serialize)]
pub(crate) struct History {
    pub(crate) bars: Vec<Bar>,
    /// Duration of the highest bar in seconds.
    pub(crate) longest: f64,
    /// The same in words.
    pub(crate) summary: String,
}

/// A build.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    pub(crate) rect: Rect,
    /// What became of it, for its colour and pattern.
    pub(crate) class: &'static str,
    pub(crate) title: String,
}

impl History {
    /// Draws builds, of which the newest comes first; pools have no duration of interest.
    pub(crate) fn of(builds: &[Build]) -> Self {
        let builds: Vec<&Build> = builds.iter().filter(|build| !build.is_pool).rev().collect();
        let longest = builds.iter().map(|build| build.elapsed_seconds).fold(0.0, f64::max);
        let step = (WIDTH / builds.len().max(1) as f64).min(WIDEST);
        let bar = |(place, build): (usize, &&Build)| {
            let share = if longest > 0.0 { build.elapsed_seconds / longest } else { 0.0 };
            let height = tenth((share * HEIGHT).max(LOWEST));
            let rect = Rect {
                x: tenth(place as f64 * step),
                y: tenth(HEIGHT - height),
                width: tenth(step * 0.8),
                height,
            };
            let failed = counted(build.failed, "failed job");
            let took = span(build.elapsed_seconds);
            let title = format!("Build {}: {took}, {failed}", build.id);
            let class = match build.state {
                _ if build.failed > 0 => "failed",
                BuildState::Running => "busy-fill",
                BuildState::Ended => "good-fill",
                BuildState::Died | BuildState::Abandoned => "faint-fill",
            };
            Bar { rect, class, title }
        };
        Self {
            bars: builds.iter().enumerate().map(bar).collect(),
            longest,
            summary: summary(&builds, longest),
        }
    }
}

fn summary(builds: &[&Build], longest: f64) -> String {
    let n = builds.len() as u64;
    let failed = builds.iter().filter(|build| build.failed > 0).count() as u64;
    let longest = span(longest);
    let all = counted(n, "build");
    format!("{all}, the longest took {longest}; {} failed jobs.", had(failed, n))
}

fn had(failed: u64, n: u64) -> String {
    match failed {
        0 => "none had".to_owned(),
        failed if failed == n => "all had".to_owned(),
        failed => format!("{failed} had"),
    }
}

#[cfg(test)]
mod tests {
    use clx_queue::SessionId;
    use clx_status::BuildNote;

    use super::*;

    fn build(id: i64, elapsed_seconds: f64, failed: u64, is_pool: bool) -> Build {
        Build {
            id: SessionId(id),
            note: BuildNote::default(),
            root: "/c".into(),
            is_pool,
            state: BuildState::Ended,
            pid: 1,
            started: 0,
            elapsed_seconds,
            jobs: 3,
            done: 3,
            running: 0,
            failed,
            cancelled: 0,
        }
    }

    #[test]
    fn oldest_build_comes_first_and_failures_are_marked() {
        let builds = [build(3, 2.0, 1, false), build(2, 99.0, 0, true), build(1, 4.0, 0, false)];
        let chart = History::of(&builds);
        let bars: Vec<_> = chart.bars.iter().map(|bar| (bar.rect.height, bar.class)).collect();
        assert_eq!(bars, [(100.0, "good-fill"), (50.0, "failed")]);
        assert_eq!(chart.bars[1].title, "Build 3: 2.0 s, 1 failed job");
        assert_eq!(chart.summary, "2 builds, the longest took 4.0 s; 1 had failed jobs.");
    }

    #[test]
    fn build_that_took_no_time_is_seen() {
        let chart = History::of(&[build(1, 0.0, 0, false)]);
        assert_eq!((chart.bars[0].rect.height, chart.bars[0].rect.y), (LOWEST, 98.0));
    }
}
