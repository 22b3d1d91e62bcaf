//! What a build did, in numbers and problems. Principal type: [`BuildReport`].

use std::collections::BTreeSet;
use std::time::Duration;

use clx_core::Diagnostic;

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
    /// Files written into output trees, copies included.
    pub written: usize,
    /// Files that were in place already, copies included.
    pub unchanged: usize,
    /// Files removed.
    pub removed: usize,
    /// From the start to the report.
    pub duration: Duration,
    /// Problems without repetition, in the order they came.
    pub problems: Vec<Diagnostic>,
    seen: BTreeSet<(String, String, String)>,
}

impl BuildReport {
    pub(crate) fn new(sources: usize) -> Self {
        Self {
            status: BuildStatus::Built,
            sources,
            sources_failed: 0,
            sources_cached: 0,
            made: 0,
            cached: 0,
            failed: 0,
            executed: 0,
            written: 0,
            unchanged: 0,
            removed: 0,
            duration: Duration::ZERO,
            problems: Vec::new(),
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
