//! Whole output trees: every path and every digest of a small course that has a bit of everything,
//! and the demo course.

use std::collections::BTreeMap;

use clx_core::ContentHash;
use clx_tests::e2e::{Clx, TestCourse};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// Compares an output directory with a list of `<sha256>  <path>`; `-` stands for any bytes.
fn check(course: &TestCourse, directory: &str, expected: &str) {
    let files = course.files(directory);
    let expected: BTreeMap<&str, &str> = expected
        .lines()
        .map(|line| line.split_once("  ").map(|(digest, path)| (path, digest)).expect("two words"))
        .collect();
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, expected.keys().copied().collect::<Vec<_>>());
    for (path, bytes) in &files {
        let digest = expected[path.as_str()];
        assert!(digest == "-" || ContentHash::of(bytes).to_hex() == digest, "{path}");
    }
}

fn course_x() -> TestCourse {
    TestCourse::copy_of("crates/clx-course/tests/cases/course-x/input")
}

#[test]
fn default_target_of_a_course_with_everything() {
    let course = course_x();
    let out = course.root().join("out");
    let args = ["--output-dir", out.to_str().expect("UTF-8")];
    let run = CLX.build(&course, "x1.xml", &args).expect(1);
    run.says(&["x1.xml:8:", "CLX0107", "nonexistent"]);
    run.says(&["warning[CLX0409]", "PlantUML"]);
    check(&course, "out", include_str!("../cases/course-x.x1.sha256"));
}

#[test]
fn targets_with_four_other_languages() {
    let course = course_x();
    let _built = CLX.build(&course, "x2.xml", &[]).expect(0);
    check(&course, "output/x2", include_str!("../cases/course-x.x2.sha256"));
}

#[test]
fn targets_with_few_kinds_and_no_speaker_file() {
    let course = course_x();
    let _built = CLX.build(&course, "x3.xml", &[]).expect(0);
    check(&course, "output/x3", include_str!("../cases/course-x.x3.sha256"));
}

#[test]
fn worker_processes_make_the_same_trees() {
    let course = course_x();
    let _built = CLX.build(&course, "x2.xml", &["--workers", "direct"]).expect(0);
    check(&course, "output/x2", include_str!("../cases/course-x.x2.sha256"));
}

#[test]
fn wrong_specs_build_nothing() {
    let course = course_x();
    CLX.build(&course, "bad1.xml", &[]).expect(3).says(&["bad1.xml", "CLX0115", "prog-lang"]);
    CLX.build(&course, "bad2.xml", &[]).expect(3).says(&["bad2.xml:1:", "well-formed"]);
    let run = CLX.build(&course, "bad3.xml", &[]).expect(3);
    for word in ["`foo`", "`fr`", "`pdf`", "path"] {
        run.says(&["bad3.xml", word]);
    }
    assert!(course.files("output").is_empty());
}

#[test]
fn demo_course_builds_without_a_problem() {
    let course = TestCourse::copy_of("examples/demo-course");
    let run = CLX.build(&course, "demo.xml", &["-O", "json"]).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    assert_eq!(report["status"], "success");
    assert_eq!(report["error_count"], 0);
    let files = course.files("output");
    assert_eq!(Some(files.len() as u64), report["total_files"].as_u64());
    assert!(files.keys().all(|path| !path.starts_with("students") || !path.contains("Speaker")));
}
