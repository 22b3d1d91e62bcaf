//! Rows of the list of targets. Principal function: [`targets`].

use clx_core::{Language, OutputFormat};
use serde::Serialize;

use crate::course::Course;
use crate::plan::default_target;

/// A target as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetRow {
    /// Name of the target.
    pub name: String,
    /// Path as written in the spec, relative to the course root if not absolute.
    pub path: String,
    /// Names of the kinds.
    pub kinds: Vec<String>,
    /// Formats.
    pub formats: Vec<OutputFormat>,
    /// Languages.
    pub languages: Vec<Language>,
    /// Whether this is the target of a course whose spec has none.
    pub is_default: bool,
}

/// Returns the targets of the spec, or the default target if it has none.
#[must_use]
pub fn targets(course: &Course) -> Vec<TargetRow> {
    if course.targets.is_empty() {
        let target = default_target(course, course.root.join("output"));
        return vec![TargetRow {
            name: target.name,
            path: "output".to_owned(),
            kinds: target.kinds.into_iter().map(|kind| kind.name).collect(),
            formats: target.formats,
            languages: target.languages,
            is_default: true,
        }];
    }
    let row = |target: &crate::TargetSpec| TargetRow {
        name: target.name.clone(),
        path: target.path.clone(),
        kinds: target.kinds.clone(),
        formats: target.formats.clone(),
        languages: target.languages.clone(),
        is_default: false,
    };
    course.targets.iter().map(row).collect()
}
