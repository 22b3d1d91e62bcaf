//! Builds of a part: what is made, and that everything else stays as it is.

use std::collections::BTreeMap;
use std::fs;

use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use clx_tests::live::Watching;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// Two sections of two topics; directory groups of the first section and of the course.
const SPEC: &str = r#"<course>
  <name><de>Kurs</de><en>Course</en></name>
  <prog-lang>python</prog-lang>
  <sections>
    <section id="start">
      <name><de>Anfang</de><en>Beginning</en></name>
      <topics><topic>a</topic><topic>b</topic></topics>
      <dir-group><name>Start</name><path>extra</path></dir-group>
    </section>
    <section>
      <name><de>Ende</de><en>End</en></name>
      <topics><topic>c</topic><topic>d</topic></topics>
    </section>
  </sections>
  <dir-group><name>All</name><path>extra</path></dir-group>
</course>
"#;

/// Outputs of a topic: languages, formats and kinds of its notebook and of the data file beside it.
const PER_TOPIC: usize = 36;

/// Copies of the directory group: languages and audiences.
const PER_GROUP: usize = 4;

type Files = BTreeMap<String, Vec<u8>>;

fn source(id: &str) -> String {
    format!("slides/module_100_m/topic_100_{id}/slides_{id}.py")
}

fn course() -> TestCourse {
    let course = TestCourse::default();
    course.write("course-specs/course.xml", SPEC);
    course.write("extra/x.txt", "extra");
    for id in ["a", "b", "c", "d"] {
        course.write(&source(id), format!("# %%\n{id} = 1\n"));
        course.write(&format!("slides/module_100_m/topic_100_{id}/{id}.csv"), id);
    }
    course
}

fn build(course: &TestCourse, args: &[&str]) -> Run {
    CLX.build(course, "course.xml", args)
}

/// Builds a course for the first time and returns what was made.
fn made(args: &[&str]) -> Files {
    let course = course();
    let _built = build(&course, args).expect(0);
    course.files("output")
}

/// A course that is built as a whole, and its outputs.
fn built() -> (TestCourse, Files) {
    let course = course();
    let _built = build(&course, &[]).expect(0);
    let files = course.files("output");
    assert_eq!(files.len(), 4 * PER_TOPIC + 2 * PER_GROUP);
    (course, files)
}

/// Returns the output of a topic that has this number, as English completed code.
fn script(section: &str, number: u8, id: &str) -> String {
    format!("public/En/Course/Slides/Python/Completed/{section}/{number:02} slides_{id}.py")
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

/// Checks that a first build of a selection makes those outputs of a whole build that `is_wanted`
/// tells, byte by byte.
#[track_caller]
fn check(whole: &Files, args: &[&str], n: usize, is_wanted: impl Fn(&str) -> bool) {
    let expected: Files = whole
        .iter()
        .filter(|(path, _)| is_wanted(path))
        .map(|(p, b)| (p.clone(), b.clone()))
        .collect();
    assert_eq!(expected.len(), n, "{args:?}");
    assert_eq!(made(args), expected, "{args:?}");
}

#[test]
fn each_selector_makes_its_part_of_the_whole() {
    let (_course, whole) = built();
    let of_b = |path: &str| path.contains("slides_b") || path.ends_with("/b.csv");
    check(&whole, &["--only", "b"], PER_TOPIC, of_b);
    check(&whole, &["--only", "slides/module_100_m/topic_100_b/"], PER_TOPIC, of_b);
    let in_end = |path: &str| path.contains("/End/") || path.contains("/Ende/");
    for name in ["End", "Ende", "2", "c,d"] {
        check(&whole, &["--only", name], 2 * PER_TOPIC, in_end);
    }
    let in_start =
        |path: &str| ["/Beginning/", "/Anfang/", "/Start/"].iter().any(|it| path.contains(it));
    check(&whole, &["--only", "start"], 2 * PER_TOPIC + PER_GROUP, in_start);
    check(
        &whole,
        &["--only", "start", "--only", "c", "--only", "d"],
        4 * PER_TOPIC + PER_GROUP,
        |path| !path.contains("/All/"),
    );
    let for_speaker = |path: &str| path.starts_with("speaker/");
    let n_speaker = 4 * PER_TOPIC / 3 + 2 * PER_GROUP / 2;
    check(&whole, &["--kind", "speaker"], n_speaker, for_speaker);
    check(&whole, &["--speaker-only"], n_speaker, for_speaker);
    let not_html = |path: &str| !path.contains("/Html/");
    check(&whole, &["--format", "notebook,code"], 4 * PER_TOPIC * 2 / 3 + 2 * PER_GROUP, not_html);
}

#[test]
fn selectors_together_select_what_all_select() {
    let (_course, whole) = built();
    let args = ["--only", "d", "--kind", "completed", "--format", "code", "-L", "en"];
    let script = script("End", 2, "d");
    let data = "public/En/Course/Slides/Python/Completed/End/d.csv";
    check(&whole, &args, 2, |path| path == script || path == data);
}

#[test]
fn nothing_outside_of_the_selection_is_touched_or_told() {
    let (course, before) = built();
    let (of_a, of_c) = (script("Beginning", 1, "a"), script("End", 1, "c"));
    for path in [&of_a, &of_c] {
        course.remove(&format!("output/{path}"));
    }
    // One topic is broken and one is gone; a whole build would tell the one and sweep the other.
    course.write(&source("b"), "# %%\nx = {{ nothing }}\n");
    course
        .write("course-specs/course.xml", SPEC.replace("<topic>d</topic>", "<topic>gone</topic>"));
    course.remove("extra/x.txt");
    let run = build(&course, &["--only", "a", "-O", "json"]).expect(0);
    assert_eq!(json(&run)["errors"], serde_json::json!([]));
    assert_eq!(
        (&json(&run)["files_written"], &json(&run)["files_removed"]),
        (&1.into(), &0.into())
    );
    let mut expected = before.clone();
    expected.remove(&of_c);
    assert_eq!(course.files("output"), expected, "one is back, the other is not");
    let whole = build(&course, &[]).expect(1);
    whole.says(&["slides_b.py:2:", "error[CLX0201]"]);
    whole.says(&["CLX0107", "`gone`"]);
    let after = course.files("output");
    assert!(after.contains_key(&of_c) && !after.contains_key(&script("End", 2, "d")));
}

#[test]
fn kinds_and_formats_are_swept_within_what_is_selected() {
    let (course, before) = built();
    course.write("course-specs/course.xml", SPEC.replace("<topic>d</topic>", ""));
    let is_of_d = |path: &str| path.contains("slides_d") || path.ends_with("/d.csv");
    let check = |args: &[&str], is_swept: &dyn Fn(&str) -> bool| {
        let _part = build(&course, args).expect(0);
        let left: Vec<_> =
            before.keys().filter(|path| !(is_of_d(path) && is_swept(path))).collect();
        assert_eq!(course.files("output").keys().collect::<Vec<_>>(), left, "{args:?}");
    };
    check(&["--only", "1"], &|_| false);
    check(&["--kind", "completed", "--format", "html"], &|path| path.contains("/Html/Completed/"));
    let is_speaker = |path: &str| path.starts_with("speaker/");
    check(&["--kind", "speaker"], &|path| path.contains("/Html/Completed/") || is_speaker(path));
    check(&[], &|_| true);
}

#[test]
fn data_of_two_topics_at_one_place_stays_that_of_the_first() {
    let course = course();
    for id in ["a", "b"] {
        course.write(&format!("slides/module_100_m/topic_100_{id}/same.csv"), id);
    }
    let _built = build(&course, &[]).expect(0);
    let before = course.files("output");
    let run = build(&course, &["--only", "b"]).expect(0);
    run.says(&["CLX0130", "topic_100_b/same.csv"]);
    assert_eq!(course.files("output"), before);
}

#[test]
fn unknown_names_are_told_with_the_nearest_and_nothing_is_built() {
    let (course, before) = built();
    let run = build(&course, &["--only", "a,Beginnin"]).expect(3);
    run.says(&["course-specs/course.xml: error[CLX0138]", "no section or topic `Beginnin`"]);
    run.says(&["hint: did you mean `Beginning`?"]);
    assert_eq!(run.stderr.matches("CLX0138").count(), 1);
    assert_eq!(course.files("output"), before);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    CLX.run(&["plan", spec, "--only", "e"]).expect(3).says(&["CLX0138", "`e`"]);
    let _usage = build(&course, &["--kind", "everyone"]).expect(2);
    let _usage = build(&course, &["--format", "pdf"]).expect(2);
    let _usage = build(&course, &["--jobs", "0"]).expect(2);
}

#[test]
fn selection_of_nothing_is_told() {
    let course = course();
    let target = "<output-targets><output-target name=\"students\"><path>output</path>\
                  <kinds><kind>completed</kind></kinds></output-target></output-targets></course>";
    course.write("course-specs/course.xml", SPEC.replace("</course>", target));
    let run = build(&course, &["--kind", "speaker"]).expect(3);
    run.says(&["CLX0136", "no target has the kind `speaker`"]);
    run.says(&["hint: there are: completed"]);
    assert_eq!(course.files("output"), Files::new());
    let spec = SPEC.replace("<topic>c</topic><topic>d</topic>", "");
    course.write("course-specs/course.xml", spec);
    build(&course, &["--only", "End"])
        .expect(3)
        .says(&["CLX0136", "`--only` names has no outputs"]);
}

/// Builds until the trace of a build with these arguments is kept, so that the next may be quick.
fn settle(course: &TestCourse, args: &[&str]) {
    let n_traces = || fs::read_dir(course.root().join(".clx/traces")).map_or(0, Iterator::count);
    let before = n_traces();
    for _ in 0..100 {
        let _built = build(course, args).expect(0);
        if n_traces() > before {
            return;
        }
    }
    panic!("no build with {args:?} left a trace");
}

#[test]
fn part_that_is_done_says_nothing_about_the_whole_and_the_reverse() {
    let parts: [&[&str]; 3] =
        [&["--only", "a"], &["--kind", "completed"], &["--format", "code", "--only", "a"]];
    let course = course();
    for part in parts {
        settle(&course, part);
    }
    settle(&course, &[]);
    assert_eq!(course.files("output").len(), 4 * PER_TOPIC + 2 * PER_GROUP);
    course.write(&source("b"), "# %%\nb = 2\n");
    for part in parts {
        let _built = build(&course, part).expect(0);
    }
    let report = json(&build(&course, &["-O", "json"]).expect(0));
    assert_eq!(report["outputs_made"], 18 - 6, "two thirds of `b` are left");
    let path = script("Beginning", 1, "a");
    course.remove(&format!("output/{path}"));
    let report = json(&build(&course, &["--only", "a", "-O", "json"]).expect(0));
    assert_eq!(report["files_written"], 1);
}

#[test]
fn plan_and_explain_take_selectors() {
    let course = course();
    let spec = course.spec("course.xml");
    let common = ["plan", spec.to_str().expect("UTF-8"), "--execute", "never", "--format", "json"];
    let plan = |args: &[&str]| json(&CLX.run(&[&common, args].concat()).expect(0));
    let files = |plan: &serde_json::Value| {
        let steps = plan["steps"].as_array().expect("a list").iter();
        steps.map(|step| (step["file"].clone(), step["made"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(plan(&[])["sources"], 4);
    let part = plan(&["--only", "b", "--kind", "completed", "--output-format", "html"]);
    assert_eq!(files(&part), [(source("b").into(), 2.into())]);
    assert_eq!(part["copies"].as_array().map(Vec::len), Some(2));
    let path = course.root().join(source("c"));
    let path = path.to_str().expect("UTF-8");
    let explain = ["explain", path, "--execute", "never", "--format", "json"];
    let selected = ["--only", "c", "--output-format", "code", "-L", "de"];
    assert_eq!(json(&CLX.run(&[&explain[..], &selected].concat()).expect(0))["made"], 3);
    let other = CLX.run(&[&explain[..], &["--only", "b"]].concat()).expect(1);
    other.says(&["slides_c.py is neither a source"]);
}

#[test]
fn watch_builds_its_part_only() {
    let course = course();
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let args =
        ["watch", spec, "--port", "0", "--execute", "never", "--only", "a", "--kind", "speaker"];
    let mut watching = Watching::start(CLX.command(&args));
    let n_of_a = PER_TOPIC / 3;
    assert_eq!(course.files("output").len(), n_of_a);
    course.write(&source("b"), "# %%\nb = 2\n");
    let _unconcerned = watching.built();
    assert_eq!(course.files("output").len(), n_of_a);
    course.write(&source("a"), "# %%\na = 2\n");
    let _built = watching.built();
    let files = course.files("output");
    let path = "speaker/En/Course/Slides/Python/Speaker/Beginning/01 slides_a.py";
    assert!(String::from_utf8_lossy(&files[path]).contains("a = 2"));
    assert_eq!(files.len(), n_of_a);
    watching.interrupt();
    assert_eq!(watching.end(), 0);
}

#[test]
fn one_job_at_a_time_leaves_no_other_begun() {
    const CELLS: usize = 20;
    let kernels = tempfile::tempdir().expect("a temp dir");
    FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
    let log = kernels.path().join("log");
    let course = course();
    for id in ["a", "b", "c", "d"] {
        let cell = format!("# %% tags=[\"keep\"]\nlog {} {id}\n\n", log.display());
        course.write(&source(id), cell.repeat(CELLS));
    }
    for workers in ["in-process", "direct"] {
        let args = ["--kind", "completed", "--no-cache", "-j", "1", "--notebook-workers", "4"];
        let workers = ["--workers", workers];
        let command = CLX.executing(&course, kernels.path(), &[&args[..], &workers].concat());
        let _built = finish(command.start().expect("clx starts")).expect(0);
        let lines = fs::read_to_string(&log).expect("a log");
        let mut ids: Vec<_> = lines.lines().collect();
        assert_eq!(ids.len(), 4 * CELLS);
        ids.dedup();
        assert_eq!(ids.len(), 4, "{workers:?}: {ids:?}");
        fs::remove_file(&log).expect("removed");
    }
}
