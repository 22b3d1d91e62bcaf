//! What is said when a selection leaves nothing to build.

use clx_core::Diagnostic;

use super::{OutputPlan, Selection, Target};
use crate::course::Course;
use crate::{category, code};

/// Makes sure that a plan of what the user selected has outputs.
pub(super) fn check(
    course: &Course,
    selection: &Selection,
    plan: &OutputPlan,
) -> Result<(), Box<Diagnostic>> {
    let is_restricted = !selection.kinds.is_empty() || !selection.formats.is_empty();
    let pictures = || plan.diagrams.iter().flat_map(|diagram| &diagram.pictures);
    let has_outputs = !plan.copies.is_empty()
        || plan.notebooks.iter().any(|notebook| !notebook.outputs.is_empty())
        || pictures().any(|picture| !picture.places.is_empty());
    if has_outputs || !(course.is_part || is_restricted) {
        return Ok(());
    }
    let what = if course.is_part { "what `--only` names" } else { "the course" };
    let of_which = if is_restricted { " of the selected kinds and formats" } else { "" };
    let message = format!("{what} has no outputs{of_which}");
    let hint = "a topic with `html=\"no\"` has no pages, an empty one has nothing at all";
    Err(Box::new(nothing(course, message).with_hint(hint)))
}

/// Says what of the selection no target has, or that none has all of it.
pub(super) fn nothing_offered(
    course: &Course,
    selection: &Selection,
    targets: &[Target],
) -> Diagnostic {
    let languages = Offer::new("language", &selection.languages, targets, |target| {
        target.languages.iter().map(ToString::to_string).collect()
    });
    let kinds = Offer::new("kind", &selection.kinds, targets, |target| {
        target.kinds.iter().map(|kind| kind.name.clone()).collect()
    });
    let formats = Offer::new("format", &selection.formats, targets, |target| {
        target.formats.iter().map(ToString::to_string).collect()
    });
    let whose = if selection.targets.is_empty() { "target" } else { "selected target" };
    match [languages, kinds, formats].into_iter().find(Offer::is_missed) {
        Some(Offer { what, wanted, there }) => {
            let wanted = wanted.join("` or `");
            let message = format!("no {whose} has the {what} `{wanted}`");
            let hint = format!("there are: {}; see `clx targets`", there.join(", "));
            nothing(course, message).with_hint(hint)
        }
        None => {
            let message = format!("no {whose} has all that is selected");
            nothing(course, message).with_hint("`clx targets` lists what each target has")
        }
    }
}

/// What was selected of languages, kinds or formats, and what the targets have of them.
struct Offer {
    what: &'static str,
    wanted: Vec<String>,
    there: Vec<String>,
}

impl Offer {
    fn new<T: ToString>(
        what: &'static str,
        wanted: &[T],
        targets: &[Target],
        of_target: impl Fn(&Target) -> Vec<String>,
    ) -> Self {
        let mut there: Vec<String> = Vec::new();
        for value in targets.iter().flat_map(of_target) {
            if !there.contains(&value) {
                there.push(value);
            }
        }
        Self { what, wanted: wanted.iter().map(ToString::to_string).collect(), there }
    }

    fn is_missed(&self) -> bool {
        !self.wanted.is_empty() && !self.wanted.iter().any(|value| self.there.contains(value))
    }
}

fn nothing(course: &Course, message: String) -> Diagnostic {
    Diagnostic::error(code::NOTHING_SELECTED, category::TARGET_SELECTION, message)
        .in_file(course.shown(&course.spec))
}
