//! Builds that look at nothing but the topics in which files have changed since the last build. Principal
//! types: [`Changed`], [`Narrow`].
//!
//! What is made of a topic depends on the rest of the course in two ways: how many notebooks come before
//! it in its section, and who was first to claim a place. Both show in the places of its outputs. So as
//! long as those are what they were, all other outputs are what they were, too, and the files of other
//! topics need not be looked at.

use std::path::{Path, PathBuf};

use clx_build::BuildPlan;
use clx_core::{ContentHash, Diagnostic};
use clx_course::Course;
use clx_store::Left;

use super::last_build::{LastBuild, Parts, TracedBuild, places};

/// The last build, and files that are all that has changed since then and have no effect beyond their
/// topics.
pub(super) struct Changed {
    traced: TracedBuild,
    parts: Parts,
}

/// The last build, and the topics that changed since then.
pub(super) struct Narrow {
    changed: Changed,
    topics: Vec<PathBuf>,
}

impl Changed {
    /// `None` if a new build may have to look at anything.
    pub(super) fn of(traced: TracedBuild) -> Option<Self> {
        let parts = traced.last.parts()?;
        let goes_far = |path: &PathBuf| parts.elsewhere.contains(&*path.to_string_lossy());
        let changes = &traced.changes;
        let is_near = changes.keeps_outputs() && !changes.inputs.iter().any(goes_far);
        is_near.then_some(Self { traced, parts })
    }

    pub(super) fn files(&self) -> &[PathBuf] {
        &self.traced.changes.inputs
    }

    /// Restricts a build to the topics of the files.
    pub(super) const fn within(self, topics: Vec<PathBuf>) -> Narrow {
        Narrow { changed: self, topics }
    }
}

impl Narrow {
    pub(super) const fn last(&self) -> &LastBuild {
        &self.changed.traced.last
    }

    pub(super) const fn parts(&self) -> &Parts {
        &self.changed.parts
    }

    /// Begins a trace with what the last build left and this one does not look at.
    pub(super) fn left(&self) -> Left<'_> {
        Left::beside(&self.changed.traced.trace, &self.topics)
    }

    /// Tells whether a file, by its absolute path, is part of the topics.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.topics.iter().any(|topic| path.starts_with(topic))
    }

    /// Merges what was found wrong with the topics into what was found wrong in the last build. `None` if
    /// something else is found, or an error, which both concern the whole course.
    pub(super) fn merge(
        &self,
        course: &Course,
        last: &[Diagnostic],
        found: Vec<Diagnostic>,
    ) -> Option<Vec<Diagnostic>> {
        let is_covered = |problem: &Diagnostic| {
            let location = problem.location.as_ref();
            location.is_some_and(|location| self.covers(&course.root.join(&location.file)))
        };
        let (own, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_covered);
        let is_known = others.iter().all(|problem| last.contains(problem));
        if !is_known || own.iter().any(Diagnostic::is_error) {
            return None;
        }
        let kept = last.iter().filter(|problem| !is_covered(problem)).cloned();
        Some(kept.chain(own).collect())
    }

    /// Makes a plan of the topics a part of that of the whole course. `None` if it makes anything
    /// elsewhere than the last build, or if its problems are not those of the topics alone.
    pub(super) fn fit(&self, course: &Course, plan: BuildPlan) -> Option<BuildPlan> {
        let is_covered =
            |(source, _): &(&String, &ContentHash)| self.covers(&course.root.join(source));
        let of_last = self.changed.parts.places.iter().filter(is_covered);
        if !of_last.eq(places(course, &plan).iter().filter(is_covered)) {
            return None;
        }
        let LastBuild { totals, problems, .. } = self.last();
        let problems = self.merge(course, problems, plan.problems().to_vec())?;
        Some(plan.within(totals, problems))
    }
}
