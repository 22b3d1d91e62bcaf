//! `clx plan` and `clx explain`: what a build would do, and why.

use std::fs;

use clx_tests::e2e::{Clx, Run, TestCourse};
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const A: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const B: &str = "slides/module_100_m/topic_100_b/slides_b.py";

fn course() -> TestCourse {
    TestCourse::with_topics(&[("a", "# %%\nx = 1\n"), ("b", "# %%\ny = 2\n")])
}

fn plan(course: &TestCourse, args: &[&str]) -> Run {
    let spec = course.spec("course.xml");
    let command = ["plan", spec.to_str().expect("UTF-8"), "--execute", "never"];
    CLX.run(&[&command, args].concat()).expect(0)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

fn steps(course: &TestCourse) -> Vec<Value> {
    json(&plan(course, &["--format", "json"]))["steps"].as_array().expect("a list").clone()
}

fn build(course: &TestCourse) {
    let _built = CLX.build(course, "course.xml", &[]).expect(0);
}

fn explain(course: &TestCourse, path: &str, status: i32) -> Run {
    let path = course.root().join(path);
    let path = path.to_str().expect("UTF-8");
    CLX.run(&["explain", path, "--execute", "never"]).expect(status)
}

#[test]
fn course_that_was_never_built_is_all_to_build() {
    let course = course();
    let steps = steps(&course);
    assert_eq!(steps.len(), 2);
    for step in &steps {
        assert_eq!(step["cause"], "new");
        assert_eq!(step["made"], step["outputs"].as_array().expect("a list").len());
        assert_eq!(step["expected_seconds"], Value::Null);
    }
    assert!(course.files("output").is_empty());
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    let course = course();
    build(&course);
    let said = plan(&course, &[]).stdout;
    assert!(said.starts_with("Course: nothing to do") && said.lines().count() == 1, "{said}");
}

#[test]
fn changed_source_is_named_with_the_component_and_its_last_time() {
    let course = course();
    build(&course);
    course.write(A, "# %%\nx = 2\n");
    let steps = steps(&course);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0]["file"], A);
    assert_eq!(steps[0]["cause"], "changed");
    assert_eq!(steps[0]["components"], serde_json::json!(["source"]));
    assert!(steps[0]["expected_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    let said = plan(&course, &[]).stdout;
    assert!(said.contains("changed: source") && said.contains("1 source to build"), "{said}");
    build(&course);
    assert!(self::steps(&course).is_empty());
}

#[test]
fn only_what_has_changed_since_the_last_build_is_looked_at() {
    let course = course();
    course.until_traced(|| CLX.build(&course, "course.xml", &["-O", "json"]).expect(0).json());
    course.poison();
    let same = |args: &[&str]| plan(&course, &[&["--diagrams", "if-available"], args].concat());
    let said = same(&[]).stdout;
    assert_eq!(said, "Course: nothing to do, 36 outputs of 2 sources are in place.\n");
    course.write(A, "# %%\nx = 2\n");
    let foreseen = json(&same(&["--format", "json"]));
    assert_eq!(foreseen["steps"].as_array().map(Vec::len), Some(1));
    assert_eq!(foreseen["steps"][0]["file"], A);
    assert_eq!([&foreseen["sources"], &foreseen["fresh"]], [2, 1]);
    assert_eq!(foreseen["removals"], serde_json::json!([]));
}

#[test]
fn spec_that_moves_a_component_of_all_sources_is_named() {
    let course = course();
    build(&course);
    let spec = course.spec("course.xml");
    let text = fs::read_to_string(&spec).expect("readable");
    fs::write(&spec, text.replace("<course>", "<course><author>Ada</author>")).expect("written");
    let steps = steps(&course);
    assert_eq!(steps.len(), 2);
    assert!(
        steps.iter().all(|step| step["components"] == serde_json::json!(["author"])),
        "{steps:?}"
    );
}

#[test]
fn deleted_output_is_put_back_and_nothing_is_made() {
    let course = course();
    build(&course);
    let output = course.files("output").keys().next().expect("an output").clone();
    fs::remove_file(course.root().join("output").join(&output)).expect("removed");
    let steps = steps(&course);
    assert_eq!((steps.len(), &steps[0]["made"], &steps[0]["placed"]), (1, &0.into(), &1.into()));
    let said = plan(&course, &[]).stdout;
    assert!(said.contains("1 to put in place") && said.contains("missing"), "{said}");
}

#[test]
fn outputs_of_a_topic_that_left_the_spec_are_to_be_removed() {
    let course = course();
    build(&course);
    course.write_spec("<topic>a</topic>\n");
    let plan = json(&plan(&course, &["--format", "json"]));
    let removals = plan["removals"].as_array().expect("a list");
    assert!(!removals.is_empty() && plan["steps"].as_array().expect("a list").is_empty(), "{plan}");
}

#[test]
fn source_and_output_are_explained_without_naming_the_spec() {
    let course = course();
    build(&course);
    course.write(A, "# %%\nx = 2\n");
    let said = explain(&course, A, 0).stdout;
    assert!(said.contains("changed: source") && said.contains("to be made"), "{said}");
    let said = explain(&course, B, 0).stdout;
    assert!(said.contains("all results are known") && said.contains("in place"), "{said}");
    let output = course.files("output").keys().next().expect("an output").clone();
    let said = explain(&course, &format!("output/{output}"), 0).stdout;
    assert!(said.contains(&output), "{said}");
    assert_eq!(said.matches("output/").count(), 1, "{said}");
}

#[test]
fn file_that_no_course_knows_is_one_error() {
    let course = course();
    course.write("notes.txt", "mine");
    explain(&course, "notes.txt", 1).says(&["notes.txt", "neither", "course.xml"]);
    let elsewhere = tempfile::tempdir().expect("a temp dir");
    let path = elsewhere.path().join("x.py");
    let run = CLX.run(&["explain", path.to_str().expect("UTF-8")]).expect(1);
    run.says(&["course-specs", "--spec"]);
}
