//! What can be wrong with a configuration, in words.

use std::path::Path;

use clx_core::suggest::{did_you_mean, nearest};
use clx_core::{Diagnostic, Severity};

use crate::key::Key;
use crate::{CATEGORY, code, setting, unused};

/// Characters of a text that are shown at most.
const LONGEST: usize = 80;

/// A value of the wrong type or out of its range.
pub(crate) fn wrong_value(key: &Key, given: &str) -> Diagnostic {
    let message = format!("`{}` cannot be `{}`", key.name, printable(given));
    Diagnostic::error(code::WRONG_VALUE, CATEGORY, message)
}

/// A key that nobody knows.
pub(crate) fn unknown_key(name: &str) -> Diagnostic {
    let message = format!("there is no key `{}`, so it has no effect", printable(name));
    warning(Severity::High, code::UNKNOWN_KEY, message)
        .with_hint(similar(name).unwrap_or_else(|| "`clx config show` lists all keys".to_owned()))
}

/// Asks whether a known key or section was meant: one with a similar name, or the same in another section.
pub(crate) fn similar(name: &str) -> Option<String> {
    let names = setting::KEYS.iter().flat_map(|key| [key.name, key.section()]);
    if let Some(question) = did_you_mean(name, &nearest(name, names)) {
        return Some(question);
    }
    let short = name.rsplit('.').next().unwrap_or(name);
    let mut elsewhere = setting::KEYS.iter().filter(|key| key.short_name() == short);
    elsewhere.next().map(|key| format!("did you mean `{}`?", key.name))
}

/// A key of the predecessor, if it is one.
pub(crate) fn unused(name: &str) -> Option<Diagnostic> {
    let reason = unused::find(name)?.reason;
    let message = format!("clx has no use for `{name}`: {reason}");
    let hint = "remove it, by hand or by `clx config unset`";
    Some(warning(Severity::Medium, code::UNUSED_KEY, message).with_hint(hint))
}

/// A key that the file of a course may not set.
pub(crate) fn not_for_courses(key: &Key, harm: &str) -> Diagnostic {
    let name = key.name;
    let message = format!("`{name}` has no effect in the file of a course: a course could {harm}");
    warning(Severity::High, code::NOT_FOR_COURSES, message)
        .with_hint(format!("if you want it, set it for yourself: `clx config set {name} VALUE`"))
}

/// A path in the file of a course that leads out of it.
pub(crate) fn outside_course(key: &Key, path: &Path) -> Diagnostic {
    let (name, path) = (key.name, printable(&path.to_string_lossy()));
    let message = format!(
        "`{name}` has no effect in the file of a course if it leads out of the course, as `{path}` does"
    );
    warning(Severity::High, code::NOT_FOR_COURSES, message).with_hint(format!(
        "name a path inside the course, or set it for yourself: `clx config set {name} VALUE`"
    ))
}

/// Tells whether keys, used or not, begin with this name.
pub(crate) fn is_section(name: &str) -> bool {
    let used = setting::KEYS.iter().map(|key| key.name);
    let names = used.chain(unused::UNUSED_KEYS.iter().map(|key| key.name));
    names.into_iter().any(|key| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// Returns a text of a file as one short line that a terminal can be given: files come from strangers.
pub(crate) fn printable(text: &str) -> String {
    let text = text.trim();
    let mut shown: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Returns a character, or a mark in the place of one that steers terminals.
pub(crate) fn visible(character: char) -> char {
    if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }
}

pub(crate) fn warning(severity: Severity, code: &str, message: String) -> Diagnostic {
    Diagnostic::new(severity, code, CATEGORY, message)
}
