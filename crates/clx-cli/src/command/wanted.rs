//! What a build makes of a course. Principal type: [`Wanted`].

use clx_core::{Clock, Diagnostic, Inputs, SystemClock, Timestamp};
use clx_course::{Course, ImageMode, LoadOptions, Loaded, OutputPlan};

use super::last_build::TracedBuild;
use super::narrow::{Changed, Narrow};
use crate::settings::Request;

/// A course and what is wanted of it.
pub(super) struct Wanted {
    pub(super) course: Course,
    pub(super) outputs: OutputPlan,
    /// What was found wrong, which leaves something to build.
    pub(super) found: Vec<Diagnostic>,
    /// When the course began to be read, and what was looked at.
    pub(super) began: Timestamp,
    pub(super) inputs: Inputs,
    /// The topics that are looked at, if that is not the whole course.
    pub(super) narrow: Option<Narrow>,
}

impl Wanted {
    /// Reads the course, or only the topics that have changed since the last build, if nothing else has;
    /// fails with all problems if there is nothing that can be built.
    pub(super) fn read(
        request: Request<'_>,
        last: Option<TracedBuild>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let began = SystemClock.now();
        // What one topic shares with others can be said of a whole course only.
        let outputs = &request.selection.outputs;
        let is_divisible =
            request.selection.only.is_empty() && outputs.image_mode == ImageMode::Duplicated;
        let changed = last.filter(|_| is_divisible).and_then(Changed::of);
        let options = LoadOptions {
            root: request.spec.data_dir.clone(),
            only: request.selection.only.clone(),
            changed: changed.as_ref().map(|changed| changed.files().to_vec()).unwrap_or_default(),
        };
        let loaded = clx_course::load(&request.spec.spec, &options);
        match (changed, loaded.touched.clone()) {
            (Some(changed), Some(topics)) => {
                let narrow = changed.within(topics);
                let part = Self::of_topics(request, began, loaded, narrow);
                part.map_or_else(|| Self::read(request, None), Ok)
            }
            _ => Self::of_course(request, began, loaded),
        }
    }

    fn of_course(
        request: Request<'_>,
        began: Timestamp,
        loaded: Loaded,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut found = [request.found, &loaded.diagnostics].concat();
        let Some(course) = loaded.course else { return Err(found) };
        let (outputs, warnings) = clx_course::outputs(&course, &request.selection.outputs)?;
        found.extend(warnings);
        Ok(Self { course, outputs, found, began, inputs: loaded.inputs, narrow: None })
    }

    /// `None` if the whole course has to be read.
    fn of_topics(
        request: Request<'_>,
        began: Timestamp,
        loaded: Loaded,
        narrow: Narrow,
    ) -> Option<Self> {
        let course = loaded.course?;
        let (outputs, warnings) = clx_course::outputs(&course, &request.selection.outputs).ok()?;
        let found = [request.found, &loaded.diagnostics, &warnings].concat();
        let found = narrow.merge(&course, &narrow.last().found, found)?;
        let inputs = loaded.inputs;
        Some(Self { course, outputs, found, began, inputs, narrow: Some(narrow) })
    }
}
