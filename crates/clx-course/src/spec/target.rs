//! Output targets in the spec. Principal type: [`TargetSpec`].

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clx_core::{Language, OutputFormat, OutputKind};
use roxmltree::Node;

use super::report::Report;
use super::xml;
use crate::{code, lexical};

/// An output target: a directory and what is wanted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSpec {
    /// Name, unique in the course.
    pub name: String,
    /// The path as written.
    pub path: String,
    /// The path made absolute.
    pub root: PathBuf,
    /// Names of the wanted kinds, in the order of the course's kinds.
    pub kinds: Vec<String>,
    /// The wanted formats.
    pub formats: Vec<OutputFormat>,
    /// The wanted languages, in the order of the course's languages.
    pub languages: Vec<Language>,
}

/// What targets may ask for.
pub(super) struct Offer<'a> {
    pub(super) root: &'a Path,
    pub(super) kinds: &'a [OutputKind],
    pub(super) languages: &'a [Language],
}

/// Reads all targets.
pub(super) fn read(
    root: Node<'_, '_>,
    offer: &Offer<'_>,
    report: &mut Report<'_>,
) -> Vec<TargetSpec> {
    let elements: Vec<_> = xml::children(root, "output-targets")
        .flat_map(|targets| xml::children(targets, "output-target"))
        .collect();
    let (mut names, mut paths) = (HashSet::new(), HashSet::new());
    let mut targets = Vec::new();
    for element in elements {
        let target = read_target(element, offer, report);
        if !target.name.is_empty() && !names.insert(target.name.clone()) {
            report.error(
                element,
                code::TARGET_NAME_DUPLICATE,
                format!("there are two output targets named `{}`", target.name),
                "give each target its own `name` (without one it is called `default`)",
            );
        }
        if !target.path.is_empty() && !paths.insert(target.path.clone()) {
            report.error(
                element,
                code::TARGET_PATH_DUPLICATE,
                format!("there are two output targets with the path `{}`", target.path),
                "give each target its own directory",
            );
        }
        targets.push(target);
    }
    targets
}

fn read_target(element: Node<'_, '_>, offer: &Offer<'_>, report: &mut Report<'_>) -> TargetSpec {
    let name = element.attribute("name").unwrap_or("default").trim().to_owned();
    if name.is_empty() {
        report.error(
            element,
            code::TARGET_NAME_MISSING,
            "the output target has no name".to_owned(),
            "write something into the attribute `name`",
        );
    }
    let path = xml::child_text(element, "path").unwrap_or_default();
    if path.is_empty() {
        report.error(
            element,
            code::TARGET_PATH_MISSING,
            format!("the output target `{name}` has no path"),
            "add `<path>…</path>`, absolute or relative to the course root",
        );
    }
    let kinds: Vec<_> = offer.kinds.iter().map(|kind| kind.name.clone()).collect();
    TargetSpec {
        root: lexical::resolve(&offer.root.join(&path)),
        kinds: choose(element, &KINDS, &kinds, report),
        formats: choose(element, &FORMATS, &OutputFormat::ALL, report),
        languages: choose(element, &LANGUAGES, offer.languages, report),
        name,
        path,
    }
}

/// A container element, its entries, and what an entry is called in messages.
struct Choice {
    container: &'static str,
    entry: &'static str,
}

const KINDS: Choice = Choice { container: "kinds", entry: "kind" };
const FORMATS: Choice = Choice { container: "formats", entry: "format" };
const LANGUAGES: Choice = Choice { container: "languages", entry: "language" };

/// Returns the values that the target names, in the order of `offered`; all if it names none.
fn choose<T>(
    target: Node<'_, '_>,
    choice: &Choice,
    offered: &[T],
    report: &mut Report<'_>,
) -> Vec<T>
where
    T: Clone + PartialEq + ToString + FromStr,
{
    let entries: Vec<_> = xml::children(target, choice.container)
        .flat_map(|container| xml::children(container, choice.entry))
        .collect();
    if entries.is_empty() {
        return offered.to_vec();
    }
    let mut named = Vec::new();
    for entry in entries {
        let text = xml::text(entry);
        match offered.iter().find(|value| value.to_string() == text) {
            Some(value) => named.push(value.clone()),
            None => report_unknown(entry, choice, &text, offered, report),
        }
    }
    offered.iter().filter(|value| named.contains(value)).cloned().collect()
}

fn report_unknown<T: ToString>(
    entry: Node<'_, '_>,
    choice: &Choice,
    text: &str,
    offered: &[T],
    report: &mut Report<'_>,
) {
    let mut valid: Vec<_> = offered.iter().map(ToString::to_string).collect();
    valid.sort_unstable();
    let (what, valid) = (choice.entry, valid.join(", "));
    report.error(
        entry,
        code::TARGET_VALUE_UNKNOWN,
        format!("unknown {what} `{text}`, expected one of: {valid}"),
        &format!("correct the {what}, or remove `{}` to get all", choice.container),
    );
}
