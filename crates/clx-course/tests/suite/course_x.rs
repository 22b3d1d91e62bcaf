//! The course of `tests/cases/course-x`: every output path of its three specs.

use std::path::{Path, PathBuf};

use clx_course::{LoadOptions, Loaded, Selection, load, outputs};

use crate::temp_course::{files, summary};

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/course-x")
}

fn load_case(name: &str) -> Loaded {
    load(&case().join(format!("input/course-specs/{name}.xml")), &LoadOptions::default())
}

fn check(name: &str, output_dir: Option<PathBuf>, load_findings: &[&str], findings: &[&str]) {
    let loaded = load_case(name);
    assert_eq!(summary(&loaded.diagnostics), load_findings, "{name}");
    let course = loaded.course.expect("the spec is valid");
    let root = output_dir.clone().unwrap_or_else(|| course.root.join("output").join(name));
    let selection = Selection { output_dir, ..Selection::default() };
    let (plan, found) = outputs(&course, &selection).expect("a plan");
    assert_eq!(summary(&found), findings, "{name}");
    let expected = case().join(format!("expected/{name}.txt"));
    let expected = std::fs::read_to_string(expected).expect("a list of paths");
    let expected: Vec<_> = expected.lines().map(str::to_owned).collect();
    assert_eq!(files(&plan, &root), expected, "{name}");
}

#[test]
fn default_target_with_groups_and_diagrams() {
    check(
        "x1",
        Some(PathBuf::from("/somewhere")),
        &["course-specs/x1.xml:8:74: Error CLX0107", "course-specs/x1.xml:13:2: High CLX0129"],
        &[
            "slides/module_200_b/helper.py: High CLX0130",
            "slides/module_200_b/img/pic.png: High CLX0130",
        ],
    );
}

#[test]
fn two_targets_with_five_languages() {
    check("x2", None, &[], &[]);
}

#[test]
fn targets_with_few_kinds() {
    check("x3", None, &[], &[]);
}

#[test]
fn wrong_specs_are_reported_completely() {
    let check = |name: &str, expected: &[&str]| {
        let loaded = load_case(name);
        assert!(loaded.course.is_none(), "{name}");
        assert_eq!(summary(&loaded.diagnostics), expected, "{name}");
    };
    check("bad2", &["course-specs/bad2.xml:1:15: Error CLX0101"]);
    check(
        "bad3",
        &[
            "course-specs/bad3.xml:2:1: Medium CLX0116",
            "course-specs/bad3.xml:8:17: Error CLX0109",
            "course-specs/bad3.xml:8:39: Error CLX0112",
            "course-specs/bad3.xml:8:79: Error CLX0110",
            "course-specs/bad3.xml:8:134: Error CLX0112",
            "course-specs/bad3.xml:8:178: Error CLX0112",
        ],
    );
}

#[test]
fn course_with_a_name_in_one_language_is_a_course_in_that_language() {
    let loaded = load_case("bad1");
    let findings = summary(&loaded.diagnostics);
    let expected =
        ["CLX0115", "CLX0116"].map(|code| format!("course-specs/bad1.xml:1:1: Medium {code}"));
    assert_eq!(findings, expected);
    let course = loaded.course.expect("nothing but warnings");
    assert_eq!(course.codes().len(), 1);
    let problems = outputs(&course, &Selection::default()).expect_err("code has no directory");
    assert_eq!(summary(&problems), ["course-specs/bad1.xml: Error CLX0115"]);
}
