//! What happens during a build, for progress bars, log lines and reports. Principal type:
//! [`BuildEvent`].

use std::path::PathBuf;
use std::time::Duration;

use clx_core::{Diagnostic, RunningStep};
use serde::{Deserialize, Serialize};

/// What a build has to do in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BuildTotals {
    /// Sources from which outputs are made.
    pub steps: usize,
    /// Outputs made of them.
    pub outputs: usize,
    /// Places to which files are copied.
    pub copies: usize,
}

impl BuildTotals {
    /// Returns what is left without a part of it.
    #[must_use]
    pub const fn without(&self, part: &Self) -> Self {
        Self {
            steps: self.steps.saturating_sub(part.steps),
            outputs: self.outputs.saturating_sub(part.outputs),
            copies: self.copies.saturating_sub(part.copies),
        }
    }

    /// Returns how many files that are.
    #[must_use]
    pub const fn files(&self) -> usize {
        self.outputs + self.copies
    }
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum BuildEvent {
    /// The plan is made.
    Planned(BuildTotals),
    /// A source is done.
    StepFinished {
        /// The source, relative to the course root.
        label: String,
        /// Outputs that the store knew.
        cached: usize,
        /// Outputs that were made.
        made: usize,
        /// Outputs that could not be made.
        failed: usize,
        /// How often code was run for it.
        executed: usize,
        /// How long it took; `None` if nothing had to be made.
        duration: Option<Duration>,
    },
    /// What is worked on now; comes about once a second while nothing finishes.
    Running(Vec<RunningStep>),
    /// The steps that are not finished will take about so long, going by what they took last time; comes
    /// about once a second, and not at all if nothing is known of steps like them.
    Left(Duration),
    /// So many more copies are in place.
    Copied(usize),
    /// Something that people should know.
    Problem(Diagnostic),
    /// These files of output trees have new content; comes as soon as they have.
    Written(Vec<PathBuf>),
    /// These outputs are no longer wanted and were removed.
    Swept(Vec<PathBuf>),
}
