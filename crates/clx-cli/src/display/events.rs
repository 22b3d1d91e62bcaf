//! The JSON objects of what happens in a build, fields as documented in `docs/reference/events.md`.
//! Principal types: [`Event`], [`Ending`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_build::{BuildReport, BuildStatus, BuildTotals};
use clx_core::{Diagnostic, RunningStep, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::json;
use crate::exit::Exit;

/// Raise the number when a field changes its meaning or is gone.
const VERSION: u32 = 1;

/// Name of the last event of each build.
pub(super) const END: &str = "end";

/// What happened, without when.
#[derive(Serialize)]
pub(super) struct Event {
    #[serde(rename = "event")]
    pub(super) name: &'static str,
    #[serde(flatten)]
    fields: Value,
}

/// How a build ended.
pub(super) enum Ending<'a> {
    /// It has a report.
    Done { report: &'a BuildReport, found: &'a [Diagnostic], exit: Exit },
    /// The spec or the selection is wrong.
    Refused(&'a [Diagnostic]),
    /// It could not go on.
    Fatal { message: &'a str, found: &'a [Diagnostic], exit: Exit },
    /// Sources changed meanwhile, and it is begun anew.
    Outdated,
}

const fn event(name: &'static str, fields: Value) -> Event {
    Event { name, fields }
}

pub(super) fn begin(spec: &Path, time: Timestamp) -> Event {
    event(
        "begin",
        json!({
            "version": VERSION,
            "clx_version": env!("CARGO_PKG_VERSION"),
            "spec": spec.to_string_lossy(),
            "time": seconds(time),
        }),
    )
}

pub(super) fn course(name: &str) -> Event {
    event("course", json!({ "name": name }))
}

pub(super) fn planned(totals: &BuildTotals) -> Event {
    let BuildTotals { steps, outputs, copies } = totals;
    event("planned", json!({ "sources": steps, "outputs": outputs, "copies": copies }))
}

/// A source is done; `counts` are cached, made and failed outputs, and runs of code.
pub(super) fn step(label: &str, counts: [usize; 4], duration: Option<Duration>) -> Event {
    let [cached, made, failed, code_runs] = counts;
    event(
        "step",
        json!({
            "source": label,
            "outputs_cached": cached,
            "outputs_made": made,
            "outputs_failed": failed,
            "code_runs": code_runs,
            "duration_seconds": duration.map(|duration| duration.as_secs_f64()),
        }),
    )
}

/// `left` is how long it will still take, if that is known.
pub(super) fn running(steps: &[RunningStep], left: Option<Duration>) -> Event {
    let object = |step: &RunningStep| json!({ "source": step.label, "since": seconds(step.since), "progress": step.note });
    let steps: Vec<_> = steps.iter().map(object).collect();
    let left = left.map(|left| left.as_secs_f64());
    event("running", json!({ "steps": steps, "expected_seconds_left": left }))
}

pub(super) fn copied(n: usize) -> Event {
    event("copied", json!({ "files": n }))
}

pub(super) fn problem(problem: &Diagnostic) -> Event {
    event("problem", json!({ "problem": json::object(problem) }))
}

/// Files of output trees were `written` or `removed`.
pub(super) fn files(name: &'static str, files: &[PathBuf]) -> Event {
    let paths: Vec<_> = files.iter().map(|path| path.to_string_lossy()).collect();
    event(name, json!({ "paths": paths }))
}

pub(super) fn end(ending: &Ending<'_>) -> Event {
    let report = ending.report();
    let number = |of: fn(&BuildReport) -> usize| report.map(of);
    let errors = ending.problems().filter(|problem| problem.is_error()).count();
    event(
        END,
        json!({
            "status": ending.status(),
            "exit_status": ending.exit().map(|exit| exit as u8),
            "message": ending.message(),
            "error_count": errors,
            "warning_count": ending.problems().count() - errors,
            "outputs_made": number(|report| report.made),
            "outputs_cached": number(|report| report.cached),
            "outputs_failed": number(|report| report.failed),
            "code_runs": number(|report| report.executed),
            "sources_verified": report.and_then(|report| report.verified),
            "files_written": number(|report| report.written),
            "files_unchanged": number(|report| report.unchanged),
            "files_removed": number(|report| report.removed),
        }),
    )
}

impl<'a> Ending<'a> {
    const fn status(&self) -> &'static str {
        match self {
            Self::Done { report: BuildReport { status: BuildStatus::Interrupted, .. }, .. } => {
                "interrupted"
            }
            Self::Done { exit: Exit::Built, .. } => "success",
            Self::Done { .. } => "failed",
            Self::Refused(_) => "refused",
            Self::Fatal { .. } => "fatal",
            Self::Outdated => "outdated",
        }
    }

    const fn exit(&self) -> Option<Exit> {
        match self {
            Self::Done { exit, .. } | Self::Fatal { exit, .. } => Some(*exit),
            Self::Refused(_) => Some(Exit::Spec),
            Self::Outdated => None,
        }
    }

    const fn message(&self) -> Option<&'a str> {
        match self {
            Self::Fatal { message, .. } => Some(message),
            Self::Done { .. } | Self::Refused(_) | Self::Outdated => None,
        }
    }

    const fn report(&self) -> Option<&'a BuildReport> {
        match self {
            Self::Done { report, .. } => Some(report),
            Self::Refused(_) | Self::Fatal { .. } | Self::Outdated => None,
        }
    }

    fn problems(&self) -> impl Iterator<Item = &'a Diagnostic> {
        let found = match self {
            Self::Done { found, .. } | Self::Fatal { found, .. } | Self::Refused(found) => found,
            Self::Outdated => &[][..],
        };
        found.iter().chain(self.report().into_iter().flat_map(|report| &report.problems))
    }
}

/// Writes a time as seconds since 1970, with fractions.
fn seconds(time: Timestamp) -> f64 {
    Duration::from_micros(u64::try_from(time.as_us()).unwrap_or_default()).as_secs_f64()
}
