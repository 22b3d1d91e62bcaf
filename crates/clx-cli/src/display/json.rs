//! The JSON report of `clx build`: one object, keys as documented in `docs/reference/json.md`.
//! Principal type: [`JsonReport`].

use std::path::Path;
use std::time::Duration;

use clx_build::{BuildReport, BuildStatus, BuildTotals, TimedStep};
use clx_core::{Diagnostic, Timestamp};
use serde_json::{Map, Value, json};

use super::timing::MAX_SLOWEST;
use crate::exit::Exit;

/// Builds the object.
pub(crate) struct JsonReport(Map<String, Value>);

impl JsonReport {
    pub(crate) fn new(course_name: &str, begin: Timestamp, elapsed: Duration) -> Self {
        let end = begin.plus(elapsed);
        let seconds = |moment: Timestamp| moment.as_us() / 1_000_000;
        let mut keys = Map::new();
        keys.insert("course_name".to_owned(), json!(course_name));
        keys.insert("duration_seconds".to_owned(), json!(elapsed.as_secs_f64()));
        keys.insert("start_time".to_owned(), json!(seconds(begin)));
        keys.insert("end_time".to_owned(), json!(seconds(end)));
        Self(keys)
    }

    pub(crate) fn with_build(mut self, report: &BuildReport, totals: &BuildTotals) -> Self {
        let succeeded = report.sources - report.sources_failed;
        let total_files = totals.outputs + totals.copies;
        let stages = json!([{
            "name": "Processing", "stage_num": 1, "total_stages": 1,
            "num_jobs": report.sources, "num_cached": report.sources_cached,
            "completed": succeeded, "cached_completed": report.sources_cached,
            "total": report.sources,
        }]);
        for (key, value) in [
            ("total_files", json!(total_files)),
            ("stages", stages),
            ("files_processed", json!(report.sources)),
            ("files_succeeded", json!(succeeded)),
            ("files_failed", json!(report.sources_failed)),
            ("outputs_made", json!(report.made)),
            ("outputs_cached", json!(report.cached)),
            ("outputs_failed", json!(report.failed)),
            ("code_runs", json!(report.executed)),
            ("sources_verified", json!(report.verified)),
            ("files_written", json!(report.written)),
            ("files_unchanged", json!(report.unchanged)),
            ("files_removed", json!(report.removed)),
            ("slowest_steps", timed(report.timing.steps.iter().take(MAX_SLOWEST))),
            ("critical_path", timed(report.timing.critical_path.iter())),
            ("critical_path_seconds", json!(report.timing.critical().as_secs_f64())),
            ("cache_saved_seconds", json!(report.timing.saved.as_secs_f64())),
            ("interrupted", json!(report.status == BuildStatus::Interrupted)),
        ] {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    pub(crate) fn with_problems<'d>(
        mut self,
        problems: impl Iterator<Item = &'d Diagnostic>,
    ) -> Self {
        let (errors, warnings): (Vec<_>, Vec<_>) = problems.partition(|problem| problem.is_error());
        self.0.insert("error_count".to_owned(), json!(errors.len()));
        self.0.insert("warning_count".to_owned(), json!(warnings.len()));
        let objects = |list: Vec<&Diagnostic>| list.into_iter().map(object).collect::<Value>();
        self.0.insert("errors".to_owned(), objects(errors));
        self.0.insert("warnings".to_owned(), objects(warnings));
        self
    }

    pub(crate) fn print(mut self, exit: Exit) -> String {
        let status = if exit == Exit::Built { "success" } else { "failed" };
        self.0.insert("status".to_owned(), json!(status));
        Value::Object(self.0).to_string()
    }

    pub(crate) fn fatal(mut self, message: &str) -> String {
        self.0.insert("status".to_owned(), json!("fatal"));
        self.0.insert("message".to_owned(), json!(message));
        Value::Object(self.0).to_string()
    }
}

/// The objects of steps and how long they took.
fn timed<'s>(steps: impl Iterator<Item = &'s TimedStep>) -> Value {
    let object = |TimedStep { label, duration }: &TimedStep| json!({ "source": label, "duration_seconds": duration.as_secs_f64() });
    steps.map(object).collect()
}

/// The object of one problem.
pub(super) fn object(problem: &Diagnostic) -> Value {
    let location = problem.location.as_ref();
    json!({
        "error_type": error_type(problem),
        "category": problem.category,
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "file_path": location.map(|location| location.file.display().to_string()),
        "line": location.and_then(|location| location.line),
        "column": location.and_then(|location| location.column),
        "actionable_guidance": problem.hint,
        "details": problem.frame,
    })
}

/// Whose fault a problem is, in the words of older reports.
fn error_type(problem: &Diagnostic) -> &'static str {
    match problem.category.as_str() {
        "worker_lost" | "worker_timeout" | "worker_start" | "no_workers" | "store" | "internal"
        | "write_failed" => "infrastructure",
        "configuration"
        | "spec_validation"
        | "spec_parsing"
        | "topic_not_found"
        | "target_selection"
        | "unsupported_language"
        | "worker_version"
        | "foreign_file"
        | "output_path" => "configuration",
        _ => "user",
    }
}

/// The object printed when a spec is refused.
pub(crate) fn refusal(spec: &Path, problems: &[Diagnostic]) -> String {
    let spec = spec.display().to_string();
    let parsing = problems.iter().find(|problem| problem.category == "spec_parsing");
    let value = if let Some(problem) = parsing {
        json!({
            "status": "error", "error_type": "spec_parsing", "file": spec,
            "message": problem.to_string(),
        })
    } else {
        let errors: Vec<Value> =
            problems.iter().filter(|problem| problem.is_error()).map(object).collect();
        json!({
            "status": "validation_failed", "spec_file": spec, "error_count": errors.len(),
            "errors": errors,
        })
    };
    value.to_string()
}
