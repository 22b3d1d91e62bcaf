//! What ended in each minute of the last hour. Principal type: [`Throughput`].

use clx_core::Timestamp;
use clx_queue::{JobState, Minute};
use serde::Serialize;

use super::{Rect, tenth};
use crate::words;
use clx_status::words::counted;

const US_A_MINUTE: i64 = 60_000_000;
const MINUTES: i64 = 60;

/// Size of the picture.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 100.0;

/// Width of a bar; the rest of its minute is a gap.
const BAR: f64 = 8.0;

/// Bars, the oldest first.
#[derive(Debug, Serialize)]
pub(crate) struct Throughput {
    pub(crate) bars: Vec<Bar>,
    /// Jobs of the highest bar.
    pub(crate) most: u64,
    /// The same in words.
    pub(crate) summary: String,
}

/// A minute in which something ended.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    pub(crate) completed: Rect,
    pub(crate) failed: Rect,
    pub(crate) title: String,
}

impl Throughput {
    pub(crate) fn of(minutes: &[Minute], now: Timestamp) -> Self {
        let last = now.as_us().div_euclid(US_A_MINUTE);
        let first = last - MINUTES + 1;
        let mut sums = vec![(0_u64, 0_u64); 60];
        for minute in minutes {
            let place = minute.start.as_us().div_euclid(US_A_MINUTE) - first;
            let sum = usize::try_from(place).ok().and_then(|place| sums.get_mut(place));
            let Some((completed, failed)) = sum else { continue };
            match minute.state {
                JobState::Completed => *completed += minute.n,
                JobState::Failed | JobState::Dead => *failed += minute.n,
                JobState::Blocked
                | JobState::Scheduled
                | JobState::Ready
                | JobState::Running
                | JobState::Cancelled => {}
            }
        }
        let most = sums.iter().map(|(completed, failed)| completed + failed).max().unwrap_or(0);
        let bars = (first..).zip(&sums).enumerate();
        let bars = bars.filter(|(_, (_, (completed, failed)))| completed + failed > 0);
        let bars = bars.map(|(place, (minute, &sum))| bar(place, minute, sum, most)).collect();
        Self { bars, most, summary: summary(&sums, most) }
    }
}

fn bar(place: usize, minute: i64, (completed, failed): (u64, u64), most: u64) -> Bar {
    let height = |n: u64| tenth(n as f64 / most as f64 * HEIGHT);
    let x = place as f64 * WIDTH / MINUTES as f64;
    let rect = |top: u64, n: u64| {
        let (height, y) = (height(n), tenth(HEIGHT - height(top)));
        Rect { x, y, width: BAR, height }
    };
    let moment = words::iso(Timestamp::from_us(minute * US_A_MINUTE));
    let title = format!("{} UTC: {completed} completed, {failed} failed", &moment[11..16]);
    Bar { completed: rect(completed, completed), failed: rect(completed + failed, failed), title }
}

fn summary(sums: &[(u64, u64)], most: u64) -> String {
    let completed: u64 = sums.iter().map(|(completed, _)| completed).sum();
    let failed: u64 = sums.iter().map(|(_, failed)| failed).sum();
    if most == 0 {
        return "No job ended in the last 60 minutes.".to_owned();
    }
    format!(
        "In the last 60 minutes {completed} completed and {failed} failed; at most {} in one minute.",
        counted(most, "job")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_stand_where_they_belong() {
        let now = Timestamp::from_us(100 * US_A_MINUTE + 5);
        let minute = |minute: i64, state, n| Minute {
            start: Timestamp::from_us(minute * US_A_MINUTE),
            state,
            n,
        };
        let chart = Throughput::of(
            &[
                minute(40, JobState::Completed, 9),
                minute(41, JobState::Completed, 1),
                minute(100, JobState::Completed, 3),
                minute(100, JobState::Failed, 1),
                minute(100, JobState::Cancelled, 5),
            ],
            now,
        );
        assert_eq!((chart.bars.len(), chart.most), (2, 4));
        let [old, new] = &chart.bars[..] else { panic!() };
        assert_eq!(old.completed, Rect { x: 0.0, y: 75.0, width: BAR, height: 25.0 });
        assert_eq!(new.completed, Rect { x: 590.0, y: 25.0, width: BAR, height: 75.0 });
        assert_eq!(new.failed, Rect { x: 590.0, y: 0.0, width: BAR, height: 25.0 });
        assert_eq!(new.title, "01:40 UTC: 3 completed, 1 failed");
        let expected =
            "In the last 60 minutes 4 completed and 1 failed; at most 4 jobs in one minute.";
        assert_eq!(chart.summary, expected);
    }

    #[test]
    fn hour_without_jobs_is_said_to_be_one() {
        let chart = Throughput::of(&[], Timestamp::from_us(0));
        assert!(chart.bars.is_empty());
        assert_eq!(chart.summary, "No job ended in the last 60 minutes.");
    }
}
