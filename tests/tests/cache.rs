//! `clx cache`: what builds remember.

use clx_tests::e2e::{Clx, Run, TestCourse};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

fn course() -> TestCourse {
    let source = format!("# %%\nx = 1\n\n# %% [markdown]\n# {}\n", "Prose. ".repeat(1000));
    TestCourse::with_topics(&[("a", &source), ("b", "# %%\ny = 2\n")])
}

fn cache(course: &TestCourse, command: &str, args: &[&str]) -> Run {
    let spec = course.spec("course.xml");
    CLX.run(&[&["cache", command, spec.to_str().expect("UTF-8")], args].concat())
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

/// Builds and returns how many outputs were made.
fn made(course: &TestCourse) -> u64 {
    let run = CLX.build(course, "course.xml", &["-O", "json"]).expect(0);
    json(&run)["outputs_made"].as_u64().expect("a number")
}

#[test]
fn empty_cache_is_counted_and_checked() {
    let course = course();
    let counted = json(&cache(&course, "stats", &["--format", "json"]).expect(0));
    assert_eq!((&counted["results"], &counted["outputs"]), (&0.into(), &0.into()));
    let checked = cache(&course, "verify", &[]).expect(0);
    assert!(checked.stdout.contains("all are in order"), "{}", checked.stdout);
}

#[test]
fn pruning_leaves_what_the_outputs_are_made_of() {
    let course = course();
    let n_outputs = made(&course);
    let args = ["--max-age", "0", "--max-size", "0", "--format", "json"];
    let pruned = json(&cache(&course, "prune", &args).expect(0));
    assert_eq!(pruned["results"], 0);
    assert_eq!(made(&course), 0);
    // The first version of a page is no output any more.
    course.write("slides/module_100_m/topic_100_b/slides_b.py", "# %%\ny = 3\n");
    assert!(made(&course) > 0);
    let pruned = json(&cache(&course, "prune", &args).expect(0));
    assert!(pruned["results"].as_u64().is_some_and(|n| 0 < n && n < n_outputs), "{pruned}");
    assert_eq!(made(&course), 0);
}

#[test]
fn damage_is_found_dropped_and_made_again() {
    let course = course();
    let n_outputs = made(&course);
    let packs = course.root().join(".clx/blobs/packs");
    for pack in std::fs::read_dir(&packs).expect("packs").map(|entry| entry.expect("readable")) {
        std::fs::write(pack.path(), "torn").expect("written");
    }
    let checked = json(&cache(&course, "verify", &["--format", "json"]).expect(1));
    assert!(checked["damaged_blobs"].as_array().is_some_and(|blobs| !blobs.is_empty()));
    let again = made(&course);
    assert!(0 < again && again <= n_outputs, "{again}");
    let _clean = cache(&course, "verify", &[]).expect(0);
}

#[test]
fn cleared_cache_makes_all_anew_and_keeps_its_outputs() {
    let course = course();
    let n_outputs = made(&course);
    let cleared = cache(&course, "clear", &[]).expect(0);
    assert!(cleared.stdout.contains("the next build makes all anew"), "{}", cleared.stdout);
    assert_eq!(made(&course), n_outputs);
}

#[test]
fn broken_spec_is_named() {
    let course = course();
    course.write("course-specs/course.xml", "<course>");
    cache(&course, "stats", &[]).expect(3).says(&["course.xml", "error"]);
}
