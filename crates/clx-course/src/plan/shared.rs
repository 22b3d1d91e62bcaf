//! Images in `--image-mode shared`: one name space for the whole course.
//! Principal type: [`SharedImages`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clx_core::Diagnostic;

use super::claim::{Claimant, same_output};
use crate::course::Course;
use crate::{category, code};

/// Which image has which place below the `img/` of the course directories.
#[derive(Debug)]
pub(super) struct SharedImages<'c> {
    course: &'c Course,
    taken: HashMap<PathBuf, Claimant<'c>>,
    collisions: Vec<Diagnostic>,
}

impl<'c> SharedImages<'c> {
    /// Makes an empty table.
    pub(super) fn new(course: &'c Course) -> Self {
        Self { course, taken: HashMap::new(), collisions: Vec::new() }
    }

    /// Returns the place of an image relative to the course directory, given relative to its topic.
    pub(super) fn place(&mut self, relative: &Path, claimant: Claimant<'c>) -> PathBuf {
        let rest = rest(relative);
        let place = Path::new("img").join(&rest);
        let first = *self.taken.entry(rest).or_insert(claimant);
        let is_other = (first.source, first.maker) != (claimant.source, claimant.maker);
        if claimant.is_wanted && is_other && !same_output(first, claimant) {
            let (shown, other) =
                (self.course.shown(first.source), self.course.shown(claimant.source));
            let message = format!(
                "`{}` and `{}` are different images for one shared place, `{}`",
                shown.display(),
                other.display(),
                place.display(),
            );
            let finding =
                Diagnostic::error(code::IMAGE_COLLISION, category::IMAGE_COLLISION, message);
            let hint = "rename one of them, or build with `--image-mode duplicated`";
            self.collisions.push(finding.in_file(other).with_hint(hint));
        }
        place
    }

    /// Returns the collisions.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.collisions
    }
}

/// Returns the path after the last directory `img`, else the file name.
fn rest(relative: &Path) -> PathBuf {
    let parts: Vec<_> = relative.components().collect();
    let directories = &parts[..parts.len().saturating_sub(1)];
    let last = directories.iter().rposition(|part| part.as_os_str() == "img");
    parts[last.map_or(directories.len(), |img| img + 1)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_begins_behind_the_last_img() {
        let check = |relative: &str, expected: &str| {
            assert_eq!(rest(Path::new(relative)), PathBuf::from(expected), "{relative}");
        };
        check("img/a.png", "a.png");
        check("img/deep/a.png", "deep/a.png");
        check("x/img/y/img/z/a.png", "z/a.png");
        check("pictures/a.png", "a.png");
        check("a.png", "a.png");
    }
}
