//! Builds with nothing to do, and what brings work back.

use std::fs;
use std::path::PathBuf;

use clx_tests::e2e::{Clx, TestCourse};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const SOURCE: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const DATA: &str = "slides/module_100_m/topic_100_a/data.csv";

fn course() -> TestCourse {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n"), ("b", "# %%\ny = 2\n")]);
    course.write(DATA, "1,2\n");
    course
}

fn report(course: &TestCourse, args: &[&str]) -> serde_json::Value {
    let run = CLX.build(course, "course.xml", &[&["-O", "json"], args].concat()).expect(0);
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

fn settled() -> TestCourse {
    let course = course();
    course.until_traced(|| report(&course, &[]));
    course
}

/// Replaces what a build opens first if it looks for work.
fn lock_out(course: &TestCourse) {
    for name in ["cache.db", "jobs.db"] {
        let path = course.root().join(".clx").join(name);
        for file in [path.with_extension("db-wal"), path.with_extension("db-shm")] {
            fs::remove_file(file).ok();
        }
        fs::write(path, "this is no database").expect("written");
    }
}

fn outputs(course: &TestCourse) -> Vec<PathBuf> {
    let tree = course.files("output");
    tree.keys().map(|path| course.root().join("output").join(path)).collect()
}

#[test]
fn build_with_nothing_to_do_opens_no_database_and_reports_the_same() {
    let course = settled();
    let before = report(&course, &["--no-cache"]);
    let again = report(&course, &[]);
    lock_out(&course);
    let report = report(&course, &[]);
    assert_eq!(report["files_unchanged"], before["total_files"]);
    for key in ["files_written", "outputs_made", "files_removed", "error_count"] {
        assert_eq!(report[key], 0, "{key}");
    }
    for key in ["course_name", "total_files", "outputs_cached", "warnings", "status"] {
        assert_eq!(report[key], again[key], "{key}");
    }
}

#[test]
fn other_request_is_another_build() {
    let course = settled();
    lock_out(&course);
    let _refused = CLX.build(&course, "course.xml", &["-L", "de"]).expect(4);
    let _refused = CLX.build(&course, "course.xml", &["--no-cache"]).expect(4);
}

#[test]
fn whatever_changes_is_noticed() {
    let course = settled();
    let changed = |change: &dyn Fn()| {
        change();
        let report = report(&course, &[]);
        let n = |key: &str| report[key].as_u64().expect("a number");
        (n("outputs_made"), n("files_written"), n("files_removed"))
    };
    let first = outputs(&course).remove(0);
    assert_eq!(changed(&|| {}), (0, 0, 0));
    let (made, written, _) = changed(&|| course.write(SOURCE, "# %%\nx = 2\n"));
    assert!(made > 0 && written > 0, "source: {made} made, {written} written");
    let (made, written, _) = changed(&|| course.write(DATA, "3,4\n"));
    assert!(made == 0 && written > 0, "data: {made} made, {written} written");
    let restored = (0, 1, 0);
    assert_eq!(changed(&|| fs::remove_file(&first).expect("removed")), restored);
    assert_eq!(changed(&|| fs::write(&first, "by hand").expect("written")), restored);
    let (_, _, removed) = changed(&|| course.write_spec("<topic>a</topic>\n"));
    assert!(removed > 0);
}

#[test]
fn what_a_check_dropped_is_made_again() {
    let course = settled();
    let packs = fs::read_dir(course.root().join(".clx/blobs/packs")).expect("packs");
    packs.for_each(|pack| fs::write(pack.expect("readable").path(), "torn").expect("written"));
    let spec = course.spec("course.xml");
    let _damaged = CLX.run(&["cache", "verify", spec.to_str().expect("UTF-8")]).expect(1);
    assert!(report(&course, &[])["outputs_made"].as_u64().is_some_and(|made| made > 0));
}

#[test]
fn cleared_cache_is_filled_again() {
    let course = settled();
    let spec = course.spec("course.xml");
    let _cleared = CLX.run(&["cache", "clear", spec.to_str().expect("UTF-8")]).expect(0);
    assert!(report(&course, &[])["outputs_made"].as_u64().is_some_and(|made| made > 0));
}
