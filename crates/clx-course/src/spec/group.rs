//! Directory groups in the spec: names that stay below the course directory, paths that stay below
//! the course root.

use std::path::{Component, Path, PathBuf};

use roxmltree::Node;

use super::report::Report;
use super::{GroupSpec, xml};
use crate::{code, lexical};

/// Reads all directory groups of the document, wherever they are.
pub(super) fn read(root: Node<'_, '_>, report: &mut Report<'_>) -> Vec<GroupSpec> {
    root.descendants()
        .filter(|node| node.has_tag_name("dir-group"))
        .filter_map(|group| read_group(group, report))
        .collect()
}

/// Reads one group. All its faults are reported, not only the first.
fn read_group(group: Node<'_, '_>, report: &mut Report<'_>) -> Option<GroupSpec> {
    let name = read_name(group, report);
    let path = read_path(group, report);
    let subdirs = read_subdirs(group, report);
    let include_root_files = read_switch(group, "include-root-files", false, report);
    let recursive = read_switch(group, "recursive", true, report);
    let place = report.place(group);
    let around = |tag: &'static str| {
        let holder = group.ancestors().find(|node| node.has_tag_name(tag));
        holder.map(|holder| report.place(holder))
    };
    let (section, topic) = (around("section"), around("topic"));
    let (name, path, subdirs) = (name?, path?, subdirs?);
    Some(GroupSpec { name, path, subdirs, include_root_files, recursive, place, section, topic })
}

fn read_name(group: Node<'_, '_>, report: &mut Report<'_>) -> Option<PathBuf> {
    let Some(element) = xml::child(group, "name") else { return Some(PathBuf::new()) };
    let text = xml::text(element);
    let name = inside(&text);
    if name.is_none() {
        report.error(
            element,
            code::GROUP_NAME_INVALID,
            format!("the directory group's name `{text}` is no place below the course directory"),
            "use a relative name without `..` and `.git`; `/` makes sub-directories",
        );
    }
    name
}

fn read_path(group: Node<'_, '_>, report: &mut Report<'_>) -> Option<PathBuf> {
    let element = xml::child(group, "path");
    let text = element.map(xml::text).unwrap_or_default();
    let path = if text.is_empty() { None } else { lexical::below(&text) };
    if path.is_none() {
        let fault = if text.is_empty() {
            "the directory group has no `path`".to_owned()
        } else {
            format!("the directory group's path `{text}` leaves the course root")
        };
        report.error(
            element.unwrap_or(group),
            code::GROUP_PATH_INVALID,
            fault,
            "name a directory relative to the course root",
        );
    }
    path
}

fn read_subdirs(group: Node<'_, '_>, report: &mut Report<'_>) -> Option<Vec<PathBuf>> {
    let elements: Vec<_> = xml::children(group, "subdirs").flat_map(xml::elements).collect();
    let mut all = Some(Vec::new());
    for element in elements {
        let text = xml::text(element);
        match inside(&text).filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => all.as_mut().into_iter().for_each(|all| all.push(path.clone())),
            None => {
                all = None;
                report.error(
                    element,
                    code::GROUP_PATH_INVALID,
                    format!("`{text}` is no sub-directory of the directory group"),
                    "name a directory relative to `path`, without `..`",
                );
            }
        }
    }
    all
}

fn read_switch(
    group: Node<'_, '_>,
    attribute: &'static str,
    default: bool,
    report: &mut Report<'_>,
) -> bool {
    let Some(word) = group.attribute(attribute) else { return default };
    xml::switch(word).unwrap_or_else(|| {
        report.warn(
            group,
            code::SWITCH_VALUE,
            format!("unknown value `{word}` of the attribute `{attribute}`: `{default}` is used"),
            "use `true` or `false`",
        );
        default
    })
}

/// Returns a relative path without `.`, or nothing if it is absolute or has a part `..` or `.git`:
/// a course must not write into the repositories that output trees may be.
fn inside(text: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(text).components() {
        match part {
            Component::Normal(part) if part.eq_ignore_ascii_case(".git") => return None,
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn any_name_stays_inside_and_out_of_repositories(text in "([./ a\\\\]|\\.git|\\.GIT|\\PC){0,9}") {
            let Some(path) = inside(&text) else { return Ok(()) };
            let is_plain = |part| matches!(part, Component::Normal(part) if !part.eq_ignore_ascii_case(".git"));
            prop_assert!(path.components().all(is_plain), "{path:?}");
            prop_assert_eq!(inside(path.to_str().unwrap()), Some(path));
        }
    }

    #[test]
    fn names_stay_inside() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(inside(text), expected.map(PathBuf::from), "{text}");
        };
        check("Code/Ex", Some("Code/Ex"));
        check("./a//b/", Some("a/b"));
        check("", Some(""));
        check("Doku: A", Some("Doku: A"));
        for bad in ["/a", "..", "a/..", "a/../b", "../b", ".git", "a/.GIT/hooks"] {
            check(bad, None);
        }
    }
}
