//! What is shown and selected. Principal type: [`Model`]. Knows neither the queue nor the terminal.

use std::collections::BTreeMap;

use clx_core::Timestamp;
use clx_queue::{JobId, SessionId};
use clx_status::BuildState;

use crate::page::Page;
use crate::rows::{self, Row};
use crate::snapshot::{Snapshot, Target};

/// A part of the screen with lines to select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pane {
    /// Builds and how far they are.
    Builds,
    /// Jobs by kind and state.
    Queue,
    /// Workers and their jobs.
    Workers,
    /// What went wrong.
    Failures,
    /// What happened.
    Log,
}

impl Pane {
    /// All panes, from top to bottom.
    pub(crate) const ALL: [Self; 5] =
        [Self::Builds, Self::Queue, Self::Workers, Self::Failures, Self::Log];

    /// Returns its title.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Builds => "Builds",
            Self::Queue => "Queue",
            Self::Workers => "Workers",
            Self::Failures => "Failures",
            Self::Log => "Log",
        }
    }

    /// Returns the pane so many steps below, round the end.
    pub(crate) fn step(self, by: isize) -> Self {
        let n = Self::ALL.len().cast_signed();
        let next = (self as isize + by).rem_euclid(n);
        Self::ALL[next.cast_unsigned()]
    }
}

/// What is on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Screen {
    /// The panes.
    #[default]
    Panes,
    /// A text about one thing.
    Page(Page),
}

/// What the last line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Whether to cancel something.
    Cancel(Cancel),
    /// Which lines to show; they are narrowed with each letter.
    Filter,
}

/// What can be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancel {
    /// One job.
    Job(JobId),
    /// All jobs of a build.
    Build(SessionId),
}

/// What is known of the queue.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// It was not read yet, or cannot be: why, in a sentence for people.
    Waits(String),
    /// It was read.
    Open(Box<Snapshot>),
}

/// All that the screen depends on.
#[derive(Debug)]
pub(crate) struct Model {
    /// The directory that is looked at, as people see it.
    pub(crate) place: String,
    /// What is known of the queue.
    pub(crate) source: Source,
    /// The pane that has the keys.
    pub(crate) focus: Pane,
    /// What is selected in each pane, and where it was; nothing means the first line.
    pub(crate) selected: BTreeMap<Pane, (usize, Target)>,
    /// What is on the screen.
    pub(crate) screen: Screen,
    /// What the last line asks for.
    pub(crate) prompt: Option<Prompt>,
    /// Only lines with this text are shown.
    pub(crate) filter: String,
    /// Whether the display stands still.
    pub(crate) is_paused: bool,
    /// What came while the display stood still.
    pub(crate) held: Option<Source>,
    /// What was done last, or why it was not.
    pub(crate) notice: Option<String>,
    /// The present moment.
    pub(crate) now: Timestamp,
    /// Columns and lines of the terminal.
    pub(crate) size: (u16, u16),
}

impl Model {
    /// Makes the display of a directory that was not read yet.
    pub(crate) fn new(place: String, now: Timestamp, size: (u16, u16)) -> Self {
        Self {
            place,
            source: Source::Waits("reading the queue".to_owned()),
            focus: Pane::Builds,
            selected: BTreeMap::new(),
            screen: Screen::Panes,
            prompt: None,
            filter: String::new(),
            is_paused: false,
            held: None,
            notice: None,
            now,
            size,
        }
    }

    /// Returns what was read, if anything was.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        match &self.source {
            Source::Open(snapshot) => Some(snapshot),
            Source::Waits(_) => None,
        }
    }

    /// Returns the lines of a pane that the filter lets through.
    pub(crate) fn rows(&self, pane: Pane) -> Vec<Row> {
        let Some(snapshot) = self.snapshot() else { return Vec::new() };
        let mut rows = rows::of(snapshot, pane, self.clock(snapshot));
        rows.retain(|row| row.contains(&self.filter));
        rows
    }

    /// Returns the moment that clocks on the screen show; while paused they stand still.
    fn clock(&self, snapshot: &Snapshot) -> Timestamp {
        if self.is_paused { snapshot.read } else { self.now }
    }

    /// Returns which of these lines of a pane is selected: the one in its place if it is gone.
    pub(crate) fn position(&self, pane: Pane, rows: &[Row]) -> usize {
        let Some((place, target)) = self.selected.get(&pane) else { return 0 };
        let found = rows.iter().position(|row| row.target == *target);
        found.unwrap_or((*place).min(rows.len().saturating_sub(1)))
    }

    /// Returns what is selected in the pane that has the keys.
    pub(crate) fn target(&self) -> Option<Target> {
        let mut rows = self.rows(self.focus);
        let position = self.position(self.focus, &rows);
        (position < rows.len()).then(|| rows.swap_remove(position).target)
    }

    /// Tells whether a clock is on the screen that shows seconds.
    pub(crate) fn ticks(&self) -> bool {
        let runs = |snapshot: &Snapshot| {
            snapshot.overview.builds.iter().any(|build| build.state == BuildState::Running)
                || snapshot.overview.kinds.iter().any(|kind| !kind.busy_workers.is_empty())
        };
        !self.is_paused && self.screen == Screen::Panes && self.snapshot().is_some_and(runs)
    }
}
