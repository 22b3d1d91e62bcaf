//! Builds after some files of some topics have changed: the rest of the course is not looked at, and the
//! result is that of a whole build.

use std::fs;

use clx_tests::e2e::{Clx, TestCourse};
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const A: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const B: &str = "slides/module_100_m/topic_100_b/slides_b.py";

/// A title that gives no file name, which is a warning.
const UNUSABLE: &str = "?";

fn notebook(german: &str, english: &str, code: &str) -> String {
    let title = format!("{{{{ header(\"{german}\", \"{english}\") }}}}");
    format!("# j2 from 'macros.j2' import header\n# {title}\n# %% tags=[\"keep\"]\n{code}\n")
}

fn build(course: &TestCourse, args: &[&str]) -> Value {
    CLX.build(course, "course.xml", &[&["-O", "json"], args].concat()).expect(0).json()
}

fn settle(course: &TestCourse) -> Value {
    course.until_traced(|| build(course, &[]))
}

/// Changes a settled course, builds it, and compares output trees and report with those of a clean build.
#[track_caller]
fn check(course: &TestCourse, change: impl FnOnce(&TestCourse)) -> Value {
    settle(course);
    change(course);
    let report = build(course, &[]);
    let clean = course.sources();
    let whole = build(&clean, &[]);
    assert_eq!(course.files("output"), clean.files("output"));
    for key in ["course_name", "total_files", "files_processed", "error_count", "status"] {
        assert_eq!(report[key], whole[key], "{key}");
    }
    let sorted = |report: &Value| {
        let mut warnings: Vec<String> =
            report["warnings"].as_array().expect("a list").iter().map(Value::to_string).collect();
        warnings.sort();
        warnings
    };
    assert_eq!(sorted(&report), sorted(&whole));
    let n = |key: &str| report[key].as_u64().expect("a number");
    assert_eq!(n("files_written") + n("files_unchanged"), n("total_files"));
    // What was left is what the next build finds.
    assert_eq!(settle(course)["files_written"], 0);
    report
}

fn course() -> TestCourse {
    let a = notebook("Eins", UNUSABLE, "x = 1");
    let b = notebook("Zwei", "Two", "y = 2");
    TestCourse::with_topics(&[("a", &a), ("b", &b), ("c", &notebook("Drei", "Three", "z = 3"))])
}

#[test]
fn text_of_a_notebook() {
    let course = course();
    let report = check(&course, |course| course.write(B, notebook("Zwei", "Two", "y = 20")));
    let made = report["outputs_made"].as_u64().expect("a number");
    assert_eq!(report["files_written"], made);
    assert!(made > 0 && report["outputs_cached"].as_u64() > Some(made));
    assert_eq!(report["warning_count"], 1, "that of the other topic");
}

#[test]
fn results_of_other_topics_are_not_looked_up() {
    let course = course();
    settle(&course);
    let before = course.files("output");
    course.poison();
    course.write(B, notebook("Zwei", "Two", "y = 20"));
    build(&course, &[]);
    let mut changed = course.files("output");
    changed.retain(|path, content| before.get(path) != Some(content));
    assert!(!changed.is_empty());
    for (path, content) in &changed {
        assert!(path.contains("02 ") && content != b"poison", "{path}");
    }
}

#[test]
fn warnings_come_and_go() {
    let course = course();
    let report = check(&course, |course| course.write(B, notebook("Zwei", UNUSABLE, "y = 2")));
    assert_eq!(report["warning_count"], 2);
    let report = check(&course, |course| {
        course.write(A, notebook("Eins", "One", "x = 1"));
        course.write(B, notebook("Zwei", "Two", "y = 2"));
    });
    assert_eq!(report["warning_count"], 0);
}

#[test]
fn title_names_other_files() {
    let course = course();
    let report = check(&course, |course| course.write(B, notebook("Zwo", "Two", "y = 2")));
    assert!(report["files_removed"].as_u64() > Some(0));
}

#[test]
fn files_come_and_go() {
    let course = course();
    let data = "slides/module_100_m/topic_100_b/data.csv";
    check(&course, |course| course.write(data, "1,2\n"));
    check(&course, |course| course.write(data, "3,4\n"));
    check(&course, |course| course.remove(data));
    // The notebooks after it have other numbers.
    let more = "slides/module_100_m/topic_100_a/slides_more.py";
    check(&course, |course| course.write(more, notebook("Mehr", "More", "m = 0")));
    check(&course, |course| course.remove(more));
}

#[test]
fn output_that_was_deleted_by_hand_is_restored_with_the_change() {
    let course = course();
    let report = check(&course, |course| {
        let tree = course.files("output");
        let page = tree.keys().find(|path| path.contains("03 Drei")).expect("an output");
        course.remove(&format!("output/{page}"));
        course.write(B, notebook("Zwei", "Two", "y = 20"));
    });
    let made = report["outputs_made"].as_u64().expect("a number");
    assert_eq!(report["files_written"], made + 1);
}

#[test]
fn files_with_effect_on_other_topics() {
    let course = course();
    // A topic that is also copied as a whole.
    let spec = "course-specs/course.xml";
    let text = fs::read_to_string(course.root().join(spec)).expect("the spec");
    let group = "<dir-groups><dir-group><name>Extra</name><path>slides/module_100_m</path>\
                 <subdirs><subdir>topic_100_b</subdir></subdirs></dir-group></dir-groups></course>";
    course.write(spec, text.replace("</course>", group));
    let report = check(&course, |course| course.write(B, notebook("Zwei", "Two", "y = 20")));
    assert!(report["files_written"].as_u64() > report["outputs_made"].as_u64());
}

#[test]
fn errors_are_told_and_mended() {
    let course = course();
    settle(&course);
    course.write(B, notebook("Zwei", "Two", "y = 20") + "\n# %% tags=[\n");
    let report = CLX.build(&course, "course.xml", &["-O", "json"]).json();
    assert!(report["error_count"].as_u64() > Some(0) || report["warning_count"].as_u64() > Some(1));
    check(&course, |course| course.write(B, notebook("Zwei", "Two", "y = 2")));
}
