//! Which worker did what when. Principal type: [`Gantt`].

use std::collections::BTreeMap;

use clx_core::Timestamp;
use clx_queue::{JobId, JobRecord, WorkerId};
use serde::Serialize;

use super::{Rect, tenth};
use crate::job_row::{Mark, seconds};
use clx_status::words::{counted, span};

/// Where bars begin; before stands who works.
const LEFT: f64 = 120.0;

/// Width of all bars.
const WIDTH: f64 = 760.0;

/// Height of a worker's line, and of its bars.
const LINE: f64 = 24.0;
const BAR: f64 = 16.0;

/// A job that took no time is seen all the same.
const NARROWEST: f64 = 1.5;

/// Parts of the time that are named.
const TICKS: u32 = 4;

/// Lines of workers over time.
#[derive(Debug, Serialize)]
pub(crate) struct Gantt {
    pub(crate) lines: Vec<Line>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) height: f64,
    /// The same in words.
    pub(crate) summary: String,
}

/// A worker.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) worker: WorkerId,
    pub(crate) kind: String,
    /// Where its text stands.
    pub(crate) y: f64,
    pub(crate) jobs: u64,
    pub(crate) busy_seconds: f64,
}

/// A job.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    pub(crate) job: JobId,
    pub(crate) rect: Rect,
    pub(crate) class: &'static str,
    pub(crate) title: String,
}

/// A moment after the start.
#[derive(Debug, Serialize)]
pub(crate) struct Tick {
    pub(crate) x: f64,
    pub(crate) text: String,
}

/// A job that was begun.
struct Begun<'a> {
    job: &'a JobRecord,
    worker: WorkerId,
    from: f64,
    seconds: f64,
}

impl Gantt {
    /// Draws the jobs that were begun; `None` if none was. Time begins with the first of them.
    pub(crate) fn of(jobs: &[JobRecord], now: Timestamp) -> Option<Self> {
        let start = jobs.iter().filter_map(|job| job.started).min()?;
        let begun: Vec<Begun<'_>> = jobs.iter().filter_map(|job| begun(job, start, now)).collect();
        let end = begun.iter().map(|begun| begun.from + begun.seconds).fold(0.0, f64::max);
        let end = if end > 0.0 { end } else { 1.0 };
        let lines = lines(&begun);
        let mut bars: Vec<Bar> = begun.iter().map(|begun| bar(begun, &lines, end)).collect();
        // What failed lies on top, where nothing hides it.
        bars.sort_by_key(|bar| bar.class == "bad");
        let ticks = (0..=TICKS).map(|n| tick(f64::from(n) / f64::from(TICKS), end)).collect();
        let summary = format!(
            "{} by {} in {}.",
            counted(begun.len() as u64, "job"),
            counted(lines.len() as u64, "worker"),
            span(end)
        );
        let height = lines.len() as f64 * LINE + LINE;
        Some(Self { lines, bars, ticks, height, summary })
    }
}

fn begun(job: &JobRecord, start: Timestamp, now: Timestamp) -> Option<Begun<'_>> {
    let from = job.started?.since(start).as_secs_f64();
    Some(Begun { job, worker: job.worker?, from, seconds: seconds(job, now)? })
}

/// Sums up what each worker did, those of a kind together.
fn lines(begun: &[Begun<'_>]) -> Vec<Line> {
    let mut sums: BTreeMap<(&str, WorkerId), (u64, f64)> = BTreeMap::new();
    for Begun { job, worker, seconds, .. } in begun {
        let (jobs, busy) = sums.entry((job.job_type.as_str(), *worker)).or_default();
        *jobs += 1;
        *busy += seconds;
    }
    let line = |(place, ((kind, worker), (jobs, busy_seconds))): (usize, ((&str, _), _))| Line {
        worker,
        kind: kind.to_owned(),
        y: place as f64 * LINE + BAR,
        jobs,
        busy_seconds,
    };
    sums.into_iter().enumerate().map(line).collect()
}

fn bar(begun: &Begun<'_>, lines: &[Line], end: f64) -> Bar {
    let Begun { job, worker, from, seconds } = begun;
    let line = lines.iter().position(|line| line.worker == *worker).unwrap_or(0);
    let rect = Rect {
        x: tenth(LEFT + from / end * WIDTH),
        y: line as f64 * LINE + (LINE - BAR) / 2.0,
        width: tenth((seconds / end * WIDTH).max(NARROWEST)),
        height: BAR,
    };
    let mark = Mark::of(job);
    let title = format!("{}: {}, {}", job.label, mark.word, span(*seconds));
    Bar { job: job.id, rect, class: mark.class, title }
}

fn tick(share: f64, end: f64) -> Tick {
    Tick { x: tenth(LEFT + share * WIDTH), text: span(share * end) }
}

#[cfg(test)]
mod tests {
    use clx_queue::{JobState, SessionId};

    use super::*;

    fn job(id: i64, worker: i64, kind: &str, from: i64, to: i64) -> JobRecord {
        let second = |n: i64| Some(Timestamp::from_us(n * 1_000_000));
        JobRecord {
            id: JobId(id),
            session: SessionId(1),
            job_type: kind.to_owned(),
            state: JobState::Completed,
            label: format!("{id}.py"),
            priority: 0,
            attempt: 1,
            failures: 0,
            losses: 0,
            blocked_by: 0,
            cancel_requested: false,
            worker: Some(WorkerId(worker)),
            created: Timestamp::from_us(0),
            started: second(from),
            finished: second(to),
            error_class: None,
            progress: None,
        }
    }

    #[test]
    fn each_worker_has_a_line_and_each_job_a_bar() {
        let jobs = [
            job(1, 7, "plantuml", 100, 110),
            job(2, 9, "notebook", 100, 105),
            job(3, 9, "notebook", 105, 107),
            JobRecord { started: None, ..job(4, 9, "notebook", 0, 0) },
        ];
        let chart = Gantt::of(&jobs, Timestamp::from_us(0)).unwrap();
        let lines: Vec<_> = chart.lines.iter().map(|line| (line.worker.0, line.jobs)).collect();
        assert_eq!(lines, [(9, 2), (7, 1)]);
        assert_eq!(chart.lines[0].busy_seconds, 7.0);
        let rects: Vec<_> = chart.bars.iter().map(|bar| (bar.rect.x, bar.rect.width)).collect();
        assert_eq!(rects, [(120.0, 760.0), (120.0, 380.0), (500.0, 152.0)]);
        assert_eq!(chart.bars[0].rect.y, 28.0, "the line of the second worker");
        assert_eq!(chart.bars[0].title, "1.py: completed, 10 s");
        assert_eq!(chart.ticks[2].text, "5.0 s");
        assert_eq!(chart.summary, "3 jobs by 2 workers in 10 s.");
    }

    #[test]
    fn running_job_reaches_until_now() {
        let running =
            JobRecord { state: JobState::Running, finished: None, ..job(1, 1, "a", 10, 0) };
        let chart = Gantt::of(&[running], Timestamp::from_us(14_000_000)).unwrap();
        assert_eq!(chart.lines[0].busy_seconds, 4.0);
    }

    #[test]
    fn nothing_begun_is_no_chart() {
        let waiting = JobRecord { started: None, worker: None, ..job(1, 1, "a", 0, 0) };
        assert!(Gantt::of(&[waiting], Timestamp::from_us(0)).is_none());
    }
}
