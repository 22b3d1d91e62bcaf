//! Keeps what came of a build for the next of the same request. Principal type: [`Underway`].

use std::path::Path;

use clx_build::{BuildReport, BuildStatus};
use clx_core::{Diagnostic, Timestamp};
use clx_store::{Begun, Left, StoreError, TraceFile};
use serde_json::value::to_raw_value;

use super::last_build::{LastBuild, Parts, TracedBuild, digest};
use super::narrow::Narrow;
use super::planning::Planned;
use super::wanted::Wanted;
use crate::display::course_name;
use crate::settings::Request;

/// A build that makes something.
pub(super) struct Underway {
    begun: Begun,
}

impl Underway {
    /// Forgets the last build of this request; `state` is the directory of its store. `began` is when
    /// the new one began to look at its inputs.
    pub(super) fn begin(
        request: Request<'_>,
        state: &Path,
        began: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self { begun: TraceFile::of(state, &digest(request)).begin(began)? })
    }

    /// Keeps what came of it, unless something went wrong.
    pub(super) fn keep(
        self,
        wanted: &Wanted,
        planned: Planned,
        report: &BuildReport,
    ) -> Result<(), StoreError> {
        let is_faulty = wanted.found.iter().any(Diagnostic::is_error);
        if is_faulty || report.status != BuildStatus::Built {
            return Ok(());
        }
        let Planned { plan, tools, templates } = planned;
        let narrow = wanted.narrow.as_ref();
        let mut left = narrow.map_or_else(Left::default, Narrow::left);
        let mut parts = Parts::of(&wanted.course, &plan);
        if let Some(narrow) = narrow {
            parts.add_rest(narrow.parts());
        }
        for inputs in [&wanted.inputs, plan.inputs(), &templates] {
            left.add_inputs(inputs);
        }
        for directory in plan.directories() {
            left.add_directory(directory);
        }
        for (path, output) in &report.outputs {
            left.add_output(path, output.as_ref());
        }
        let last = LastBuild {
            course_name: course_name(&wanted.course).to_owned(),
            totals: plan.totals(),
            found: wanted.found.clone(),
            problems: report.lasting_problems().cloned().collect(),
            // A part of a course may need a part of the tools.
            tools: narrow.map_or(tools, |narrow| narrow.last().tools.clone()),
            parts: to_raw_value(&parts).expect("texts and hashes are always JSON"),
        };
        let note = serde_json::to_vec(&last).expect("texts, numbers and hashes are always JSON");
        self.begun.keep(left, &note).map(|_| ())
    }

    /// Keeps what came of the last build once more, with the outputs that were put back.
    pub(super) fn keep_restored(
        self,
        traced: &TracedBuild,
        report: &BuildReport,
    ) -> Result<(), StoreError> {
        let mut left = Left::beside(&traced.trace, &[]);
        for (path, output) in &report.outputs {
            left.add_output(path, output.as_ref());
        }
        self.begun.keep(left, traced.trace.note()).map(|_| ())
    }
}
