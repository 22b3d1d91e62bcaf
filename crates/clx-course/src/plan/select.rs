//! Which targets a build has, and what of each.

use std::path::PathBuf;

use clx_core::{Diagnostic, OutputFormat, Severity};

use super::nothing::nothing_offered;
use super::{Selection, Target};
use crate::course::Course;
use crate::spec::TargetSpec;
use crate::{category, code};

/// Name of the target that a course has without targets of its own.
const DEFAULT_NAME: &str = "default";

/// Returns the selected targets, some perhaps empty, with warnings.
///
/// # Errors
///
/// If the selection names targets and none of them exists, if none has what is selected, or if code
/// outputs are wanted of a course without `prog-lang`.
pub(super) fn select(
    course: &Course,
    selection: &Selection,
) -> Result<(Vec<Target>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (offered, mut warnings) = named(course, selection)?;
    let targets: Vec<_> = offered.iter().map(|target| intersect(target, selection)).collect();
    if targets.iter().all(Target::is_empty) {
        warnings.push(nothing_offered(course, selection, &offered));
        return Err(warnings);
    }
    let wants_code = |target: &Target| target.formats.contains(&OutputFormat::Code);
    if course.prog_lang.is_none() && targets.iter().any(|t| !t.is_empty() && wants_code(t)) {
        warnings.push(no_prog_lang(course));
        return Err(warnings);
    }
    Ok((targets, warnings))
}

/// Returns the target below `root` that has everything.
pub(crate) fn default_target(course: &Course, root: PathBuf) -> Target {
    Target {
        name: DEFAULT_NAME.to_owned(),
        root,
        kinds: course.kinds.clone(),
        formats: OutputFormat::ALL.to_vec(),
        languages: course.codes(),
        is_default: true,
    }
}

/// Returns the targets of the spec, or the default target if it has none.
pub(super) fn all_targets(course: &Course) -> Vec<Target> {
    if course.targets.is_empty() {
        return vec![default_target(course, course.root.join("output"))];
    }
    course.targets.iter().map(|spec| of_spec(course, spec)).collect()
}

fn named(
    course: &Course,
    selection: &Selection,
) -> Result<(Vec<Target>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if let Some(directory) = &selection.output_dir {
        let root = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
        return Ok((vec![default_target(course, root)], Vec::new()));
    }
    let all = all_targets(course);
    if selection.targets.is_empty() {
        return Ok((all, Vec::new()));
    }
    let names: Vec<_> = all.iter().map(|target| target.name.clone()).collect();
    let unknown = selection.targets.iter().filter(|name| !names.contains(name));
    let mut findings: Vec<_> = unknown.map(|name| unknown_target(course, name, &names)).collect();
    let wanted = |target: &Target| selection.targets.contains(&target.name);
    let kept: Vec<_> = all.into_iter().filter(wanted).collect();
    if kept.is_empty() {
        findings.push(none_left(course, selection, &names));
        return Err(findings);
    }
    Ok((kept, findings))
}

fn of_spec(course: &Course, spec: &TargetSpec) -> Target {
    let wanted = course.kinds.iter().filter(|kind| spec.kinds.contains(&kind.name));
    Target {
        name: spec.name.clone(),
        root: spec.root.clone(),
        kinds: wanted.cloned().collect(),
        formats: spec.formats.clone(),
        languages: spec.languages.clone(),
        is_default: false,
    }
}

fn intersect(target: &Target, selection: &Selection) -> Target {
    let mut target = target.clone();
    if !selection.languages.is_empty() {
        target.languages.retain(|language| selection.languages.contains(language));
    }
    if !selection.kinds.is_empty() {
        target.kinds.retain(|kind| selection.kinds.contains(&kind.name));
    }
    if !selection.formats.is_empty() {
        target.formats.retain(|format| selection.formats.contains(format));
    }
    target
}

fn unknown_target(course: &Course, name: &str, names: &[String]) -> Diagnostic {
    let message = format!("the course has no output target `{name}`");
    Diagnostic::new(Severity::High, code::TARGET_UNKNOWN, category::TARGET_SELECTION, message)
        .in_file(course.shown(&course.spec))
        .with_hint(format!("its targets are: {}", names.join(", ")))
}

fn none_left(course: &Course, selection: &Selection, names: &[String]) -> Diagnostic {
    let message = format!("none of the targets `{}` exists", selection.targets.join(", "));
    Diagnostic::error(code::TARGET_NONE_LEFT, category::TARGET_SELECTION, message)
        .in_file(course.shown(&course.spec))
        .with_hint(format!("use one of: {}", names.join(", ")))
}

fn no_prog_lang(course: &Course) -> Diagnostic {
    let message = "code outputs are wanted, but the course has no valid `prog-lang`";
    Diagnostic::error(code::PROG_LANG_UNKNOWN, category::SPEC_VALIDATION, message)
        .in_file(course.shown(&course.spec))
        .with_hint(
            "add `<prog-lang>` with one of: cpp, csharp, java, python, typescript; or leave the \
             format `code` out of the targets",
        )
}
