//! Who writes which output path: the first in course order. Principal type: [`Claims`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clx_core::{Diagnostic, JobKind, Severity};

use crate::course::Course;
use crate::{category, code};

/// How an output comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    Notebook,
    Diagram(JobKind),
    Copy,
}

/// Who would write an output path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claimant<'c> {
    pub(super) source: &'c Path,
    pub(super) maker: Maker,
    /// Whether its outputs are wanted. Of a part of a course the others claim, too, so that each path
    /// is written from the same source as ever.
    pub(super) is_wanted: bool,
}

/// Output paths and the sources they are made from.
#[derive(Debug)]
pub(super) struct Claims<'c> {
    course: &'c Course,
    /// By the text of the path: all are built alike, and comparing part by part is slow.
    taken: HashMap<OsString, Claimant<'c>>,
    /// Pairs of sources that were compared: each is compared, and reported, once.
    compared: HashMap<(&'c Path, &'c Path), bool>,
    /// Pairs of diagrams of one topic that were reported; unnamed ones with themselves.
    clashing: HashSet<(&'c Path, &'c Path)>,
    found: Vec<Diagnostic>,
}

impl<'c> Claims<'c> {
    /// Makes an empty table.
    pub(super) fn new(course: &'c Course) -> Self {
        Self {
            course,
            taken: HashMap::new(),
            compared: HashMap::new(),
            clashing: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// Tells whether `destination` is to be written for a claimant: it is wanted, and the first of those
    /// that are, and nobody before it makes other bytes. One that comes too late is reported unless it
    /// makes the same bytes.
    pub(super) fn claim(&mut self, destination: &Path, claimant: Claimant<'c>) -> bool {
        let first = match self.taken.entry(destination.as_os_str().to_owned()) {
            Entry::Vacant(slot) => {
                slot.insert(claimant);
                return claimant.is_wanted;
            }
            Entry::Occupied(slot) => *slot.get(),
        };
        if !claimant.is_wanted {
            return false;
        }
        let same = self.is_same(destination, first, claimant);
        if same && !first.is_wanted {
            self.taken.insert(destination.as_os_str().to_owned(), claimant);
        }
        same && !first.is_wanted
    }

    /// Tells whether two claimants make the same bytes; if not, that is reported once.
    fn is_same(&mut self, destination: &Path, first: Claimant<'c>, second: Claimant<'c>) -> bool {
        if (first.source, first.maker) == (second.source, second.maker) {
            return true;
        }
        let pair = (first.source, second.source);
        if let Some(&same) = self.compared.get(&pair) {
            return same;
        }
        let same = same_output(first, second);
        self.compared.insert(pair, same);
        if !same {
            self.report(destination, first, second);
        }
        same
    }

    /// Reports two diagrams of one topic that would make one picture.
    pub(super) fn report_diagrams(&mut self, first: &'c Path, second: &'c Path, picture: &Path) {
        if self.clashing.insert((first, second)) {
            let finding = diagram_collision(self.course, first, second, picture);
            self.found.push(finding);
        }
    }

    /// Reports a diagram whose name gives no name for its picture.
    pub(super) fn report_unnamed(&mut self, diagram: &'c Path) {
        if self.clashing.insert((diagram, diagram)) {
            let shown = self.course.shown(diagram);
            let message = format!("`{}` gives no name for its picture", shown.display());
            let finding =
                Diagnostic::error(code::DIAGRAM_NAME_UNUSABLE, category::FILE_LOAD_ERROR, message);
            self.found.push(finding.in_file(shown).with_hint("use at least one letter or digit"));
        }
    }

    /// Returns the findings.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.found
    }

    fn report(&mut self, path: &Path, first: Claimant<'c>, second: Claimant<'c>) {
        let course = self.course;
        if matches!((first.maker, second.maker), (Maker::Diagram(_), Maker::Diagram(_))) {
            self.found.push(diagram_collision(course, first.source, second.source, path));
            return;
        }
        let message = format!(
            "`{}` would be written from `{}` and from `{}`: the first is used",
            course.shown(path).display(),
            course.shown(first.source).display(),
            course.shown(second.source).display(),
        );
        let finding = Diagnostic::new(
            Severity::High,
            code::OUTPUT_DUPLICATE,
            category::DUPLICATE_OUTPUT_FILE,
            message,
        );
        let hint = "rename one of them, or put the topics into sections of different names";
        self.found.push(finding.in_file(course.shown(second.source)).with_hint(hint));
    }
}

fn diagram_collision(course: &Course, first: &Path, second: &Path, picture: &Path) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` would be converted to one picture, `{}`: only the first is",
        course.shown(first).display(),
        course.shown(second).display(),
        course.shown(picture).display(),
    );
    Diagnostic::error(code::DIAGRAM_COLLISION, category::DUPLICATE_OUTPUT_FILE, message)
        .in_file(course.shown(second))
        .with_hint("rename one of them")
}

/// Tells whether two sources make equal outputs, as far as their bytes can tell. Notebooks depend on
/// the files around them, diagrams on what they include.
pub(super) fn same_output(first: Claimant<'_>, second: Claimant<'_>) -> bool {
    if first.maker != second.maker {
        return false;
    }
    match first.maker {
        Maker::Notebook => first.source == second.source,
        Maker::Copy => same_bytes(first.source, second.source).is_some(),
        Maker::Diagram(_) => same_bytes(first.source, second.source)
            .is_some_and(|bytes| !String::from_utf8_lossy(&bytes).contains("!include")),
    }
}

/// Returns the bytes of two files if they are equal.
fn same_bytes(first: &Path, second: &Path) -> Option<Vec<u8>> {
    let length = |path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    if length(first) != length(second) {
        return None;
    }
    let bytes = fs::read(first).ok()?;
    (fs::read(second).ok()? == bytes).then_some(bytes)
}
