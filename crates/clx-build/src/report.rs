//! What a build did, in numbers and problems. Principal type: [`BuildReport`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clx_core::Diagnostic;
use clx_store::OwnedOutput;

use crate::event::BuildTotals;
use crate::timing::Timing;

/// How a build ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildStatus {
    /// Every output is in place.
    Built,
    /// Some outputs could not be made.
    SomeFailed,
    /// It was interrupted.
    Interrupted,
}

/// Numbers and problems of a build.
#[derive(Debug, Clone)]
pub struct BuildReport {
    /// How it ended.
    pub status: BuildStatus,
    /// Sources from which outputs were made.
    pub sources: usize,
    /// Sources of which at least one output could not be made.
    pub sources_failed: usize,
    /// Sources all of whose outputs the store knew.
    pub sources_cached: usize,
    /// Outputs that were made.
    pub made: usize,
    /// Outputs that the store knew.
    pub cached: usize,
    /// Outputs that could not be made.
    pub failed: usize,
    /// Runs of code by kernels.
    pub executed: usize,
    /// Sources whose known outputs were made afresh and compared; `None` if that was not asked for.
    pub verified: Option<usize>,
    /// Files written into output trees, copies included.
    pub written: usize,
    /// Files that were in place already, copies included.
    pub unchanged: usize,
    /// Files removed.
    pub removed: usize,
    /// From the start to the report.
    pub duration: Duration,
    /// Where the time went.
    pub timing: Timing,
    /// Problems without repetition, in the order they came.
    pub problems: Vec<Diagnostic>,
    /// Positions of those problems that the next build will not have.
    passing: BTreeSet<usize>,
    /// Every path at which the plan wants a file, and what clx wrote there, if it did.
    pub outputs: Vec<(PathBuf, Option<OwnedOutput>)>,
    /// When a file was last written; `None` if none was.
    pub last_write: Option<Instant>,
    seen: BTreeSet<(String, String, String)>,
}

impl BuildReport {
    /// Reports that a build with these totals has nothing to do.
    #[must_use]
    pub fn unchanged(totals: &BuildTotals, problems: Vec<Diagnostic>) -> Self {
        let mut report = Self::new(totals.steps, totals);
        report.problems = problems;
        report
    }

    /// Reports that the outputs of a build with these totals were in place or put back, so many files of
    /// them.
    pub(crate) fn restored(totals: &BuildTotals, written: usize) -> Self {
        let mut report = Self::new(totals.steps, totals);
        report.written = written;
        report.unchanged = totals.files().saturating_sub(written);
        report
    }

    /// Begins the report of a build of so many sources, of which some are in place without a look.
    pub(crate) fn new(sources: usize, in_place: &BuildTotals) -> Self {
        Self {
            status: BuildStatus::Built,
            sources,
            sources_failed: 0,
            sources_cached: in_place.steps,
            made: 0,
            cached: in_place.outputs,
            failed: 0,
            executed: 0,
            verified: None,
            written: 0,
            unchanged: in_place.files(),
            removed: 0,
            duration: Duration::ZERO,
            timing: Timing::default(),
            problems: Vec::new(),
            passing: BTreeSet::new(),
            outputs: Vec::new(),
            last_write: None,
            seen: BTreeSet::new(),
        }
    }

    /// Adds a problem; false if the same one, by place, category and the first 200 characters of
    /// its message, is there already.
    pub(crate) fn add(&mut self, problem: &Diagnostic) -> bool {
        let place = problem.location.as_ref().map(ToString::to_string).unwrap_or_default();
        let begin = problem.message.chars().take(200).collect();
        let fresh = self.seen.insert((place, problem.category.clone(), begin));
        if fresh {
            self.problems.push(problem.clone());
        }
        fresh
    }

    /// Adds a problem of this build alone, such as a worker that was lost.
    pub(crate) fn add_passing(&mut self, problem: &Diagnostic) -> bool {
        let is_new = self.add(problem);
        if is_new {
            self.passing.insert(self.problems.len() - 1);
        }
        is_new
    }

    /// Returns the problems that a build with nothing to do would have, too.
    pub fn lasting_problems(&self) -> impl Iterator<Item = &Diagnostic> {
        let problems = self.problems.iter().enumerate();
        problems
            .filter(|(position, _)| !self.passing.contains(position))
            .map(|(_, problem)| problem)
    }

    /// Counts the errors among the problems.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.is_error()).count()
    }

    /// Counts the warnings among the problems.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.problems.len() - self.errors()
    }
}
