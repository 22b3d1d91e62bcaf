//! What `clx build` does beyond the first build: nothing twice, what was lost again, what is no
//! longer wanted away, and how it ends when it cannot go on.

use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use clx_process::Waited;
use clx_tests::e2e::{Clx, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const HELLO: &str = "# %% [markdown] lang=\"en\"\n# Hello\n\n# %%\nx = 1\n";
const CODE: &str = "output/public/En/Course/Slides/Python/Completed/Part/01 slides_a.py";

fn report(run: &clx_tests::e2e::Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("one JSON object on standard output")
}

#[test]
fn second_build_writes_nothing_and_takes_all_from_the_cache() {
    let course = TestCourse::with_topics(&[("a", HELLO), ("b", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    let inode = std::fs::metadata(course.root().join(CODE)).expect("written").ino();
    let second = report(&CLX.build(&course, "course.xml", &["-O", "json"]).expect(0));
    assert_eq!((&second["files_written"], &second["outputs_made"]), (&0.into(), &0.into()));
    assert_eq!(second["outputs_cached"], second["total_files"]);
    assert_eq!(std::fs::metadata(course.root().join(CODE)).expect("there").ino(), inode);
}

#[test]
fn deleted_and_edited_outputs_come_back() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    let before = course.files("output");
    std::fs::remove_file(course.root().join(CODE)).expect("removed");
    let other = CODE.replace("Completed", "Code-Along");
    course.write(&other, "edited by hand");
    let second = report(&CLX.build(&course, "course.xml", &["-O", "json"]).expect(0));
    assert_eq!((&second["files_written"], &second["outputs_made"]), (&2.into(), &0.into()));
    assert_eq!(course.files("output"), before);
}

#[test]
fn edited_source_is_made_again_and_no_other() {
    let course = TestCourse::with_topics(&[("a", HELLO), ("b", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    course.write("slides/module_100_m/topic_100_a/slides_a.py", HELLO.replace('1', "2"));
    let second = report(&CLX.build(&course, "course.xml", &["-O", "json"]).expect(0));
    assert_eq!((&second["outputs_made"], &second["outputs_cached"]), (&18.into(), &18.into()));
    let code = String::from_utf8(course.files("")[CODE].clone()).expect("UTF-8");
    assert!(code.contains("x = 2"), "{code}");
}

#[test]
fn removed_topic_goes_and_foreign_files_stay() {
    let course = TestCourse::with_topics(&[("a", HELLO), ("b", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    let section = "output/public/En/Course/Slides/Python/Completed/Part";
    course.write(&format!("{section}/notes.txt"), "mine");
    course.write("output/public/En/Course/.git/HEAD", "ref: refs/heads/main");
    course.write_spec("    <topic>a</topic>\n");
    let second = report(&CLX.build(&course, "course.xml", &["-O", "json"]).expect(0));
    assert_eq!(second["files_removed"], 18);
    let files = course.files("output");
    assert_eq!(files.len(), 18 + 2);
    assert!(files.keys().all(|path| !path.contains("slides_b")));
}

#[test]
fn language_that_a_target_drops_goes() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    let spec = std::fs::read_to_string(course.spec("course.xml")).expect("a spec");
    let target = |languages: &str| {
        let target = format!(
            "<output-targets><output-target name=\"t\"><path>output/t</path><languages>{languages}\
             </languages></output-target></output-targets></course>"
        );
        course.write("course-specs/course.xml", spec.replace("</course>", &target));
    };
    let [de, en] = ["de", "en"].map(|code| format!("<language>{code}</language>"));
    target(&format!("{de}{en}"));
    let _both = CLX.build(&course, "course.xml", &[]).expect(0);
    let _selected = CLX.build(&course, "course.xml", &["-L", "en"]).expect(0);
    let has_german = || course.files("output").keys().any(|path| path.contains("/De/"));
    assert!(has_german(), "only what the spec drops goes");
    target(&en);
    let _one = CLX.build(&course, "course.xml", &[]).expect(0);
    assert!(!has_german());
}

#[test]
fn foreign_file_at_an_output_path_is_kept_until_adopted() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    course.write(CODE, "somebody's work");
    let run = CLX.build(&course, "course.xml", &[]).expect(1);
    run.says(&["CLX0401", "01 slides_a.py"]);
    assert_eq!(course.files("")[CODE], b"somebody's work");
    assert_eq!(course.files("output").len(), 18);
    let _adopted = CLX.build(&course, "course.xml", &["--adopt"]).expect(0);
    assert_ne!(course.files("")[CODE], b"somebody's work");
}

#[test]
fn selection_builds_a_part_and_sweeps_no_other() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    let before = course.files("output");
    let _part = CLX.build(&course, "course.xml", &["-L", "de", "--speaker-only"]).expect(0);
    assert_eq!(course.files("output"), before);
}

#[test]
fn each_wrong_source_fails_alone_with_its_line() {
    let undefined = "# %%\nx = {{ nothing }}\n";
    let metadata = "# %%\nx = 1\n\n# %% tags={\"a\": 1}\ny = 2\n";
    let course =
        TestCourse::with_topics(&[("a", HELLO), ("b", undefined), ("c", metadata), ("d", "")]);
    course.write("slides/module_100_m/topic_100_d/slides_d.py", b"# %%\n# \xff\n");
    let run = CLX.build(&course, "course.xml", &[]).expect(1);
    run.says(&["slides_b.py:2:", "error[CLX0201]", "nothing"]);
    run.says(&["slides_c.py:4:", "error[CLX0212]", "tags"]);
    run.says(&["slides_d.py:2:", "error[CLX0123]", "UTF-8"]);
    run.says(&["3 errors", "36 outputs missing"]);
    assert_eq!(course.files("output").len(), 18);
}

#[test]
fn wrong_topics_are_all_named_at_once() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    course.write_spec(
        "    <topic>a</topic>\n    <topic>loops</topic>\n    <topic>../a</topic>\n    \
         <topic>m/a</topic>\n",
    );
    let run = CLX.build(&course, "course.xml", &[]).expect(3);
    run.says(&["course.xml:8:", "CLX0107", "`loops`"]);
    run.says(&["course.xml:9:", "CLX0104", "`../a`"]);
    run.says(&["course.xml:10:", "CLX0104", "`m/a`"]);
    assert!(course.files("output").is_empty());
}

#[test]
fn duplicate_ids_are_a_warning_and_the_first_wins() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    course.write("slides/module_200_n/topic_100_a/slides_a.py", "# %%\nother = 1\n");
    let run = CLX.build(&course, "course.xml", &[]).expect(0);
    run.says(&["course.xml:7:", "warning[CLX0121]", "module_100_m", "module_200_n"]);
    let code = String::from_utf8(course.files("")[CODE].clone()).expect("UTF-8");
    assert!(code.contains("x = 1"), "{code}");
}

#[test]
fn usage_and_missing_spec_have_their_statuses() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    CLX.run(&["build"]).expect(2).says(&["no course spec in course-specs"]);
    let _unknown = CLX.run(&["bulid"]).expect(2);
    CLX.build(&course, "none.xml", &[]).expect(3).says(&["none.xml", "CLX0100"]);
    CLX.build(&course, "none.xml", &["--watch"]).expect(3).says(&["none.xml", "CLX0100"]);
    CLX.build(&course, "course.xml", &["-T", "nobody"]).expect(3).says(&["nobody"]);
    let _help = CLX.run(&["--help"]).expect(0);
}

#[test]
fn newer_queue_file_is_refused_and_left_alone() {
    let course = TestCourse::with_topics(&[("a", HELLO)]);
    let _first = CLX.build(&course, "course.xml", &[]).expect(0);
    let jobs = course.root().join(".clx/jobs.db");
    raise_version(&jobs);
    // A build with nothing to do opens no file.
    course.write("slides/module_100_m/topic_100_a/slides_a.py", "# %%\nx = 2\n");
    let run = CLX.build(&course, "course.xml", &[]).expect(4);
    run.says(&["jobs.db", "version 99", "knows 4"]);
}

/// Writes `user_version`, bytes 60 to 63 of a SQLite file, behind the program's back.
fn raise_version(path: &std::path::Path) {
    std::fs::remove_file(path.with_extension("db-wal")).ok();
    std::fs::remove_file(path.with_extension("db-shm")).ok();
    let mut bytes = std::fs::read(path).expect("a file");
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn interrupt_ends_with_130_and_the_next_build_finishes() {
    let sources: Vec<(String, String)> = (0..60)
        .map(|n| (format!("t{n}"), HELLO.replace("Hello", &format!("Hello {n}")).repeat(40)))
        .collect();
    let topics: Vec<(&str, &str)> =
        sources.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let course = TestCourse::with_topics(&topics);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let args = ["build", spec, "--execute", "never", "--notebook-workers", "1"];
    let child = CLX.command(&args).start().expect("clx starts");
    // The state directory is there when the signals are caught.
    let jobs = course.root().join(".clx/jobs.db");
    while !jobs.exists() {
        std::thread::yield_now();
    }
    child.interrupt().expect("it runs");
    let run = finish(child);
    // It may have been caught before the signal was, or have finished before it came.
    assert!([0, 130].contains(&run.status), "{}{}", run.status, run.stderr);
    let _rest = CLX.build(&course, "course.xml", &[]).expect(0);
    assert_eq!(course.files("output").len(), 60 * 18);
}

#[test]
fn killed_build_leaves_whole_files_and_the_next_one_finishes() {
    let sources: Vec<(String, String)> = (0..40)
        .map(|n| (format!("t{n}"), HELLO.replace("Hello", &format!("Hello {n}")).repeat(20)))
        .collect();
    let topics: Vec<(&str, &str)> =
        sources.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let whole = TestCourse::with_topics(&topics);
    let _all = CLX.build(&whole, "course.xml", &[]).expect(0);
    let expected = whole.files("output");

    let course = TestCourse::with_topics(&topics);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let args = ["build", spec, "--execute", "never", "--workers", "direct"];
    let mut child = CLX.command(&args).start().expect("clx starts");
    while course.files("output/public").len() < 20 {
        let ended = child.wait(Duration::ZERO).expect("the child can be waited for");
        assert_eq!(ended, Waited::TimedOut, "it ended early: {}", child.tail());
    }
    child.kill().expect("it can be killed");
    for (path, bytes) in course.files("output/public") {
        assert!(expected[&format!("public/{path}")] == bytes, "{path}");
    }
    let _rest = CLX.build(&course, "course.xml", &[]).expect(0);
    assert!(course.files("output") == expected, "the trees differ");
}
