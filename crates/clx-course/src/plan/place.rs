//! Where a course lies in its targets, language by language. Principal function: [`course_places`].

use std::path::PathBuf;

use clx_core::{Audience, Language};

use super::layout::course_dir;
use super::select::all_targets;
use crate::course::Course;

/// A course directory: what a repository of outputs holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoursePlace {
    /// Name of the target in the spec; of the default target its level, `public` or `speaker`.
    pub target: String,
    /// Whether it belongs to the first target of the spec.
    pub is_first: bool,
    /// Language of what lies there.
    pub language: Language,
    /// The output root, absolute.
    pub root: PathBuf,
    /// The course directory below it.
    pub path: PathBuf,
}

/// Returns the course directories of all targets of the spec, or of the default target if it has none,
/// in the order target, language. They need not exist.
#[must_use]
pub fn course_places(course: &Course) -> Vec<CoursePlace> {
    let mut places = Vec::new();
    for (at, target) in all_targets(course).iter().enumerate() {
        let languages = || {
            let languages = course.languages.iter();
            languages.filter(|profile| target.languages.contains(&profile.code))
        };
        let mut audiences: Vec<Audience> = Vec::new();
        for kind in &target.kinds {
            // A target of the spec has all kinds in one place.
            let is_new = !audiences.contains(&kind.audience);
            if is_new && (target.is_default || audiences.is_empty()) {
                audiences.push(kind.audience);
            }
        }
        for audience in audiences {
            let name = if target.is_default { audience.directory() } else { &target.name };
            places.extend(languages().map(|profile| CoursePlace {
                target: name.to_owned(),
                is_first: !target.is_default && at == 0,
                language: profile.code,
                root: target.root.clone(),
                path: course_dir(course, target, profile, audience),
            }));
        }
    }
    places
}
