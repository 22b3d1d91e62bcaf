//! The lines of the panes. Principal type: [`Row`].

use std::time::Duration;

use clx_core::Timestamp;
use clx_queue::JobState;
use clx_status::{Build, BuildState, BusyWorker, Kind};

use crate::model::Pane;
use crate::snapshot::{Entry, Failure, Snapshot, Target, Tone};
use crate::words::{age, duration, printable};
use clx_status::words::counted;

/// Letters of a progress bar.
const BAR: u64 = 10;

/// A line of a pane.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it is about.
    pub(crate) target: Target,
    /// One for each column of the pane; empty where there is nothing to tell.
    pub(crate) cells: Vec<Cell>,
}

/// A text in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Row {
    /// Tells whether a text is in the line, ASCII letters in upper or lower case.
    pub(crate) fn contains(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.cells.iter().any(|cell| cell.text.to_ascii_lowercase().contains(&text))
    }
}

/// Makes the lines of a pane as they are at a moment.
pub(crate) fn of(snapshot: &Snapshot, pane: Pane, now: Timestamp) -> Vec<Row> {
    let since = now.since(snapshot.read);
    match pane {
        Pane::Builds => snapshot.builds.iter().map(|shown| build(shown, since)).collect(),
        Pane::Queue => snapshot.overview.kinds.iter().map(|shown| kind(snapshot, shown)).collect(),
        Pane::Workers => snapshot
            .overview
            .kinds
            .iter()
            .flat_map(|kind| kind.busy_workers.iter().map(move |shown| worker(kind, shown, since)))
            .collect(),
        Pane::Failures => snapshot.failures.iter().map(|shown| failure(shown, now)).collect(),
        Pane::Log => snapshot.log.iter().map(|shown| entry(shown, now)).collect(),
    }
}

/// Returns what people call a build: its spec, or the directory of its course.
pub(crate) fn build_name(build: &Build) -> String {
    let root = build.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = if build.note.spec.is_empty() { root } else { Some(build.note.spec.clone()) };
    printable(&name.unwrap_or_else(|| build.root.display().to_string()))
}

/// Returns how a build is going, in a word.
pub(crate) fn build_state(build: &Build) -> (&'static str, Tone) {
    match build.state {
        BuildState::Running if build.is_pool => ("pool", Tone::Plain),
        BuildState::Running => ("running", Tone::Good),
        BuildState::Ended => ("ended", Tone::Dim),
        BuildState::Died => ("died", Tone::Bad),
        BuildState::Abandoned => ("abandoned", Tone::Doubtful),
    }
}

/// Returns for how long a build runs or ran; `since` is the time since it was read.
pub(crate) fn build_elapsed(build: &Build, since: Duration) -> Duration {
    let more = if build.state == BuildState::Running { since } else { Duration::ZERO };
    seconds(build.elapsed_seconds) + more
}

fn build(build: &Build, since: Duration) -> Row {
    let (state, tone) = build_state(build);
    let has_jobs = build.jobs > 0;
    Row {
        target: Target::Build(build.id),
        cells: vec![
            dim(format!("#{}", build.id)),
            plain(build_name(build)),
            Cell { text: state.to_owned(), tone },
            plain(if has_jobs { bar(build.done, build.jobs) } else { String::new() }),
            plain(if has_jobs { format!("{}/{}", build.done, build.jobs) } else { String::new() }),
            count(build.failed, "failed", Tone::Bad),
            count(build.cancelled, "cancelled", Tone::Doubtful),
            plain(duration(build_elapsed(build, since))),
        ],
    }
}

fn kind(snapshot: &Snapshot, kind: &Kind) -> Row {
    let jobs = |state: JobState| {
        let of_kind =
            |total: &&clx_queue::Total| total.job_type == kind.name && total.state == state;
        snapshot.totals.iter().filter(of_kind).map(|total| total.n).sum()
    };
    let workers = match kind.total {
        0 => String::new(),
        total => format!("{}/{total} busy", kind.busy),
    };
    let mode = if kind.total == 0 { "" } else { &kind.execution_mode };
    let mut cells = vec![
        plain(printable(&kind.name)),
        count(kind.running, "running", Tone::Good),
        count(kind.ready, "ready", Tone::Plain),
        count(jobs(JobState::Blocked), "blocked", Tone::Dim),
        count(jobs(JobState::Scheduled), "scheduled", Tone::Dim),
        plain(workers),
        count(kind.starting, "starting", Tone::Dim),
        count(kind.hung, "hung", Tone::Bad),
        count(kind.dead, "died", Tone::Bad),
        dim(mode.to_owned()),
    ];
    if cells[1..].iter().all(|cell| cell.text.is_empty()) {
        cells[1] = dim("nothing to do".to_owned());
    }
    Row { target: Target::Kind(kind.name.clone()), cells }
}

fn worker(kind: &Kind, worker: &BusyWorker, since: Duration) -> Row {
    let does = match worker.steps {
        _ if !worker.note.is_empty() => printable(&worker.note),
        0 => String::new(),
        steps => format!("step {} of {steps}", (worker.step + 1).min(steps)),
    };
    Row {
        target: Target::Job(worker.job_id),
        cells: vec![
            dim(format!("w{}", worker.worker_id)),
            dim(printable(&kind.name)),
            plain(printable(&worker.document)),
            plain(does),
            plain(duration(seconds(worker.elapsed_seconds) + since)),
        ],
    }
}

fn failure(failure: &Failure, now: Timestamp) -> Row {
    let job = &failure.job;
    Row {
        target: Target::Job(job.id),
        cells: vec![
            dim(format!("#{}", job.id)),
            dim(printable(&job.job_type)),
            plain(printable(&job.label)),
            Cell { text: printable(&failure.message), tone: Tone::Bad },
            dim(age(now.since(job.finished.unwrap_or(job.created)))),
        ],
    }
}

fn entry(entry: &Entry, now: Timestamp) -> Row {
    Row {
        target: entry.target.clone(),
        cells: vec![
            dim(age(now.since(entry.at))),
            Cell { text: entry.text.clone(), tone: entry.tone },
        ],
    }
}

/// Draws a bar of [`BAR`] letters; it is full only if all is done.
fn bar(done: u64, all: u64) -> String {
    let full = done * BAR / all.max(1);
    (0..BAR).map(|n| if n < full { '█' } else { '░' }).collect()
}

/// Says how many there are, nothing if there are none.
fn count(n: u64, word: &str, tone: Tone) -> Cell {
    let text = if n == 0 { String::new() } else { format!("{n} {word}") };
    Cell { text, tone }
}

fn plain(text: String) -> Cell {
    Cell { text, tone: Tone::Plain }
}

fn dim(text: String) -> Cell {
    Cell { text, tone: Tone::Dim }
}

/// Reads a number of seconds; what is no duration counts as none.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// Says why a pane has no lines.
pub(crate) fn empty(snapshot: &Snapshot, pane: Pane) -> String {
    match pane {
        Pane::Builds => "no builds yet: run `clx build SPEC`".to_owned(),
        Pane::Queue => "no jobs yet".to_owned(),
        Pane::Workers => match snapshot.overview.kinds.iter().map(|kind| kind.total).sum() {
            0 => "no workers now; builds start them".to_owned(),
            n => format!("{} without a job", counted(n, "worker")),
        },
        Pane::Failures => "nothing went wrong".to_owned(),
        Pane::Log => "nothing has happened yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_is_full_only_when_all_is_done() {
        assert_eq!(bar(0, 40), "░░░░░░░░░░");
        assert_eq!(bar(20, 40), "█████░░░░░");
        assert_eq!(bar(399, 400), "█████████░");
        assert_eq!(bar(40, 40), "██████████");
    }
}
