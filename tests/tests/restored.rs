//! Builds after which only outputs have changed: they are put back, and nothing else is looked at.

use std::fs;

use clx_tests::e2e::{Clx, TestCourse};
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const DATA: &str = "slides/module_100_m/topic_100_a/data.csv";

fn notebook(code: &str) -> String {
    format!(
        "# j2 from 'macros.j2' import header\n# {{{{ header(\"Gleich\", \"Same\") }}}}\n\
         # %% tags=[\"keep\"]\n{code}\n"
    )
}

fn course() -> TestCourse {
    let course = TestCourse::with_topics(&[("a", &notebook("x = 1")), ("b", &notebook("y = 2"))]);
    course.write(DATA, "1,2\n");
    course
}

fn build(course: &TestCourse) -> Value {
    CLX.build(course, "course.xml", &["-O", "json"]).expect(0).json()
}

fn n(report: &Value, key: &str) -> u64 {
    report[key].as_u64().expect("a number")
}

/// Changes the outputs of a settled course and builds it.
fn check(change: impl FnOnce(&TestCourse)) -> (TestCourse, Value) {
    let course = course();
    let first = course.until_traced(|| build(&course));
    let before = course.files("output");
    // Whoever looks a result up gets another one.
    course.poison();
    change(&course);
    let report = build(&course);
    assert_eq!(course.files("output"), before);
    for key in ["course_name", "total_files", "files_processed", "warnings", "status"] {
        assert_eq!(report[key], first[key], "{key}");
    }
    assert_eq!(
        n(&report, "files_written") + n(&report, "files_unchanged"),
        n(&first, "total_files")
    );
    // The next build knows of it.
    assert_eq!(n(&course.until_traced(|| build(&course)), "files_written"), 0);
    (course, report)
}

#[test]
fn all_that_is_gone_comes_back() {
    let (course, report) = check(|course| {
        let copy = |path: &&String| path.ends_with("data.csv");
        assert!(course.files("output").keys().any(|path| copy(&path)));
        course.remove("output");
    });
    assert_eq!(report["files_written"], report["total_files"]);
    assert_eq!(n(&report, "outputs_made"), 0);
    assert!(course.files("output").len() > 20);
}

#[test]
fn what_was_changed_by_hand_is_written_again_and_what_is_beside_it_stays() {
    let (course, report) = check(|course| {
        let (page, _) = course.files("output").into_iter().next().expect("an output");
        course.write(&format!("output/{page}"), "by hand");
    });
    assert_eq!(n(&report, "files_written"), 1);
    course.write("output/mine.txt", "mine");
    let page = course.files("output").into_keys().find(|path| path != "mine.txt");
    course.remove(&format!("output/{}", page.expect("an output")));
    assert_eq!(n(&build(&course), "files_written"), 1);
    assert_eq!(course.files("output")["mine.txt"], b"mine");
}

#[test]
fn written_files_are_told() {
    let course = course();
    course.until_traced(|| build(&course));
    let (page, _) = course.files("output").into_iter().next().expect("an output");
    course.remove(&format!("output/{page}"));
    let run = CLX.build(&course, "course.xml", &["-O", "quiet", "--events", "-"]).expect(0);
    let events: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let written: Vec<_> = events.iter().filter(|event| event["event"] == "written").collect();
    assert_eq!(written.len(), 1, "{}", run.stdout);
    let path = written[0]["paths"][0].as_str().expect("a path");
    assert!(path.ends_with(&page), "{path}");
}

#[test]
fn content_that_the_store_has_lost_is_made_again() {
    let course = course();
    course.until_traced(|| build(&course));
    let before = course.files("output");
    course.remove("output");
    fs::remove_dir_all(course.root().join(".clx/blobs/packs")).expect("removed");
    let report = build(&course);
    assert_eq!(course.files("output"), before);
    assert!(n(&report, "outputs_made") > 0);
}

#[test]
fn another_request_that_wrote_to_the_same_places_is_not_repeated() {
    let course = course();
    course.write_spec("    <topic>a</topic>\n");
    course.until_traced(|| build(&course));
    let before = course.files("output");
    let spec = fs::read_to_string(course.spec("course.xml")).expect("a spec");
    course.write("course-specs/other.xml", spec.replace("<topic>a</topic>", "<topic>b</topic>"));
    let other = || CLX.build(&course, "other.xml", &["-O", "json"]).expect(0);
    course.until_traced(other);
    let between = course.files("output");
    let code = between.iter().find(|(path, _)| path.ends_with("Same.py")).expect("code");
    assert_ne!(before[code.0], *code.1);
    build(&course);
    assert_eq!(course.files("output")[code.0], before[code.0]);
    other();
    assert_eq!(course.files("output")[code.0], between[code.0]);
}

#[test]
fn directory_in_the_way_is_told_as_ever() {
    let course = course();
    course.until_traced(|| build(&course));
    let (page, _) = course.files("output").into_iter().next().expect("an output");
    course.remove(&format!("output/{page}"));
    course.write(&format!("output/{page}/mine.txt"), "mine");
    let run = CLX.build(&course, "course.xml", &[]).expect(1);
    run.says(&["CLX", "directory"]);
    assert_eq!(course.files("output")[&format!("{page}/mine.txt")], b"mine");
}
