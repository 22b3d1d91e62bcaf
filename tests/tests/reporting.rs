//! What builds tell: events, annotations for GitHub, and where the time went.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use clx_tests::live::Watching;
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

const SOURCE: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const DATA: &str = "slides/module_100_m/topic_100_a/data.csv";

/// A cell that every kind of output has.
const CELL: &str = "# %% tags=[\"keep\"]\n";

/// A course and a kernel for its language.
struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
}

impl Bench {
    fn new(topics: &[(&str, &str)]) -> Self {
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        Self { course: TestCourse::with_topics(topics), kernels }
    }

    fn run(&self, args: &[&str]) -> Run {
        let command = CLX.executing(&self.course, self.kernels.path(), args);
        finish(command.start().expect("clx starts"))
    }

    /// Builds, and returns the events.
    #[track_caller]
    fn events(&self, args: &[&str], status: i32) -> Vec<Value> {
        let run = self.run(&[&["--events", "-", "-O", "quiet"], args].concat()).expect(status);
        parse(&run.stdout)
    }
}

#[track_caller]
fn parse(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().expect("a name")).collect()
}

#[track_caller]
fn the<'e>(events: &'e [Value], name: &str) -> &'e Value {
    let mut found = events.iter().filter(|event| event["event"] == name);
    let event = found.next().unwrap_or_else(|| panic!("no `{name}` in {events:?}"));
    assert!(found.next().is_none(), "more than one `{name}` in {events:?}");
    event
}

/// Adds `EVENT.FIELD` for each field; problems are documented elsewhere.
fn add_fields(prefix: &str, value: &Value, fields: &mut BTreeSet<String>) {
    for (name, value) in value.as_object().expect("an object") {
        let path = format!("{prefix}{name}");
        for element in value.as_array().into_iter().flatten().filter(|value| value.is_object()) {
            add_fields(&format!("{path}[]."), element, fields);
        }
        fields.insert(path);
    }
}

/// Returns `EVENT.FIELD` for each field that the page documents.
fn documented() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/events.md");
    let page = fs::read_to_string(page).expect("the page");
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let (mut fields, mut event) = (BTreeSet::new(), String::new());
    let mut common = Vec::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            event = quoted(title).remove(0);
            fields.extend(common.iter().map(|field| format!("{event}.{field}")));
        } else if line.starts_with("- `") {
            common.push(quoted(line).remove(0));
        } else if let Some(row) = line.strip_prefix("| `") {
            let first = row.split(" | ").next().expect("a cell");
            fields.extend(
                quoted(&format!("`{first}")).iter().map(|field| format!("{event}.{field}")),
            );
        }
    }
    fields
}

#[test]
fn events_and_fields_are_those_of_the_reference() {
    let bench = Bench::new(&[
        ("a", &format!("{CELL}print begun\n\n{CELL}hang\n")),
        ("b", &format!("{CELL}print b\n")),
    ]);
    bench.course.write(DATA, "1,2\n");
    let failed = bench.events(&["--cell-timeout", "3"], 1);
    bench.course.write_spec("<topic>b</topic>\n");
    let swept = bench.events(&[], 0);
    let mut found = BTreeSet::new();
    for event in failed.iter().chain(&swept) {
        let name = event["event"].as_str().expect("a name");
        add_fields(&format!("{name}."), event, &mut found);
    }
    assert_eq!(found, documented());
}

#[test]
fn events_tell_the_same_as_the_report() {
    let bench = Bench::new(&[
        ("a", &format!("{CELL}print a\n")),
        ("b", &format!("{CELL}fail ValueError wrong\n")),
    ]);
    bench.course.write(DATA, "1,2\n");
    let file = bench.course.root().join("events.jsonl");
    let file = file.to_str().expect("paths of tests are UTF-8");
    let report = bench.run(&["--events", file, "-O", "json"]).expect(1).json();
    let events = parse(&fs::read_to_string(file).expect("events"));
    assert_eq!(names(&events[..3]), ["begin", "course", "planned"]);
    assert_eq!(events.last(), Some(the(&events, "end")));
    assert_eq!(the(&events, "begin")["version"], 1);
    assert_eq!(the(&events, "course")["name"], report["course_name"]);
    let end = the(&events, "end");
    assert_eq!((&end["status"], &end["exit_status"]), (&"failed".into(), &1.into()));
    for key in ["error_count", "warning_count", "outputs_made", "files_written", "code_runs"] {
        assert_eq!(end[key], report[key], "{key}");
    }
    let of = |name: &'static str| events.iter().filter(move |event| event["event"] == name);
    let sum =
        |name, field: &str| of(name).map(|event| event[field].as_u64().expect("n")).sum::<u64>();
    assert_eq!(of("step").count(), 2);
    assert_eq!(report["outputs_made"], sum("step", "outputs_made"));
    assert_eq!(report["outputs_failed"], sum("step", "outputs_failed"));
    assert_eq!(the(&events, "planned")["copies"], sum("copied", "files"));
    let written: Vec<_> =
        of("written").flat_map(|event| event["paths"].as_array()).flatten().collect();
    assert_eq!(report["files_written"], written.len());
    assert!(written.iter().all(|path| Path::new(path.as_str().expect("a path")).is_file()));
    let problems: Vec<_> = of("problem").map(|event| event["problem"].clone()).collect();
    assert_eq!(report["errors"], Value::from(problems));
}

#[test]
fn build_with_nothing_to_do_tells_that_all_is_in_place() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    bench.course.write(DATA, "1,2\n");
    // A trace is kept when the sources are old enough for the clock of the file system.
    let quick =
        (0..100).map(|_| bench.events(&[], 0)).find(|events| !names(events).contains(&"step"));
    let events = quick.expect("a build that looks at nothing");
    assert_eq!(names(&events), ["begin", "course", "planned", "copied", "end"]);
    let planned = the(&events, "planned");
    let total = planned["outputs"].as_u64().zip(planned["copies"].as_u64());
    assert_eq!(
        the(&events, "copied")["files"].as_u64(),
        total.map(|(outputs, copies)| outputs + copies)
    );
    assert_eq!(the(&events, "end")["status"], "success");
}

#[test]
fn build_of_a_changed_topic_counts_what_it_did_not_look_at() {
    let topic = format!("{CELL}print a\n");
    let bench = Bench::new(&[("a", &topic), ("b", &topic)]);
    let is_quick = |events: &Vec<Value>| !names(events).contains(&"step");
    assert!((0..100).any(|_| is_quick(&bench.events(&[], 0))), "a build that looks at nothing");
    bench.course.write(SOURCE, format!("{CELL}print changed\n"));
    let events = bench.events(&[], 0);
    let n = |event: &Value, field: &str| event[field].as_u64().expect("a number");
    let (planned, step) = (the(&events, "planned"), the(&events, "step"));
    assert_eq!((n(planned, "sources"), &step["source"]), (2, &SOURCE.into()));
    let outputs = n(step, "outputs_cached") + n(step, "outputs_made");
    let copied = n(the(&events, "copied"), "files");
    assert!(copied > 0 && n(step, "outputs_made") > 0, "{events:?}");
    assert_eq!(outputs + copied, n(planned, "outputs") + n(planned, "copies"));
}

#[test]
fn refused_spec_has_a_beginning_its_problems_and_an_end() {
    let bench = Bench::new(&[]);
    bench.course.write_spec("<topic>nowhere</topic>\n<topic>nothing</topic>\n");
    let events = bench.events(&["-L", "fr"], 3);
    assert_eq!(names(&events[..1]), ["begin"]);
    let end = the(&events, "end");
    assert_eq!((&end["status"], &end["exit_status"]), (&"refused".into(), &3.into()));
    let n_problems = events.iter().filter(|event| event["event"] == "problem").count();
    assert!(n_problems > 0 && end["error_count"] == n_problems, "{events:?}");
}

#[test]
fn build_that_cannot_go_on_says_why() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    bench.course.write(".clx/cache.db", "this is no database");
    let events = bench.events(&[], 4);
    let end = the(&events, "end");
    assert_eq!((&end["status"], &end["exit_status"]), (&"fatal".into(), &4.into()));
    assert!(end["message"].as_str().is_some_and(|message| message.contains("cache.db")), "{end}");
    assert!(end["outputs_made"].is_null());
}

#[test]
fn build_goes_on_without_a_place_for_events() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    let run = bench.run(&["--events", "/dev/full"]).expect(0);
    run.says(&["warning:", "/dev/full gets no more events", "No space left"]);
    assert_eq!(run.stderr.matches("no more events").count(), 1, "{}", run.stderr);
    assert!(!bench.course.files("output").is_empty());
    let command =
        CLX.executing(&bench.course, bench.kernels.path(), &["--no-cache", "--events", "-"]);
    let mut child = command.start().expect("clx starts");
    drop(child.take_stdout());
    let _built = finish(child).expect(0);
}

#[test]
fn place_that_cannot_be_is_refused_before_anything_is_built() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    let file = bench.course.root().join("no directory/events");
    let file = file.to_str().expect("paths of tests are UTF-8");
    bench.run(&["--events", file]).expect(4).says(&["error:", file, "No such file"]);
    bench.run(&["--events", "-", "-O", "json"]).expect(2).says(&["error:", "standard output"]);
    assert!(bench.course.files("output").is_empty());
}

#[test]
fn each_build_of_a_watch_has_a_beginning_and_an_end() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    let file = bench.course.root().join("events.jsonl");
    let file = file.to_str().expect("paths of tests are UTF-8");
    let args = ["--watch", "--serve", "0", "--events", file];
    let mut watching = Watching::start(CLX.executing(&bench.course, bench.kernels.path(), &args));
    bench.course.write(SOURCE, format!("{CELL}print b\n"));
    let _built = watching.built();
    watching.interrupt();
    assert_eq!(watching.end(), 0);
    let events = parse(&fs::read_to_string(file).expect("events"));
    let names = names(&events);
    let pairs: Vec<_> = names.into_iter().filter(|name| ["begin", "end"].contains(name)).collect();
    assert_eq!(pairs, ["begin", "end", "begin", "end"]);
}

#[test]
fn problems_become_annotations_of_lines_in_the_repository() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n\n{CELL}fail ValueError wrong\n"))]);
    let repository = bench.course.root().parent().expect("a temp dir").to_owned();
    let summary = repository.join("summary.md");
    let build = |args: &[&str]| {
        let args = [&["-O", "github"], args].concat();
        let command = CLX.executing(&bench.course, bench.kernels.path(), &args);
        let command = command
            .env("GITHUB_WORKSPACE", repository.as_os_str())
            .env("GITHUB_STEP_SUMMARY", summary.as_os_str());
        finish(command.start().expect("clx starts"))
    };
    let run = build(&[]).expect(1);
    let annotation =
        format!("::error file=course/{SOURCE},line=5,title=CLX0501::ValueError: wrong%0A");
    assert!(run.stdout.starts_with(&annotation), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.says(&["Built", "but with 1 error"]);
    let text = fs::read_to_string(&summary).expect("a summary");
    assert!(text.starts_with("### Course\n\nBuilt "), "{text}");
    assert!(text.contains("| error CLX0501 |") && text.contains("ValueError: wrong |"), "{text}");
    bench.course.write_spec("<topic>nowhere</topic>\n");
    let refused = build(&["--events", "-"]).expect(2);
    refused.says(&["error:", "standard output"]);
    let refused = build(&[]);
    assert!(refused.stdout.starts_with("::error file=course/course-specs/course.xml,line="));
    let all = fs::read_to_string(&summary).expect("a summary");
    assert!(all.starts_with(&text) && all.matches("### ").count() == 2, "{all}");
}

#[test]
fn annotations_are_for_whoever_asks() {
    let bench = Bench::new(&[("a", &format!("{CELL}fail ValueError wrong\n"))]);
    let summary = bench.course.root().join("summary.md");
    let command = CLX.executing(&bench.course, bench.kernels.path(), &[]);
    let command =
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", summary.as_os_str());
    let run = finish(command.start().expect("clx starts")).expect(1);
    assert!(!run.stdout.contains("::") && !run.stderr.contains("::error"), "{}", run.stderr);
    assert!(!summary.exists());
}

#[test]
fn report_tells_where_the_time_went() {
    let hang = format!("{CELL}print begun\nhang\n");
    let bench = Bench::new(&[("a", &hang), ("b", &format!("{CELL}print b\n"))]);
    let args = ["--cell-timeout", "1", "--no-progress"];
    let run = bench.run(&args).expect(1);
    let lines: Vec<_> = run.stderr.lines().collect();
    let begin = lines.iter().position(|line| *line == "Slowest steps:").expect("a title");
    assert!(lines[begin + 1].ends_with(&format!(" s  {SOURCE}")), "{}", run.stderr);
    assert!(lines[begin + 2].ends_with("slides_b.py"), "{}", run.stderr);
    let path = lines[begin + 3];
    assert!(path.starts_with("Critical path: ") && path.ends_with(" %), slides_a.py"), "{path}");
    assert!(lines[begin + 4].starts_with("Built "), "{}", run.stderr);
    let quiet = bench.run(&[&args[..], &["-O", "quiet"]].concat()).expect(1);
    assert!(!quiet.stderr.contains("Slowest"), "{}", quiet.stderr);
    let report = bench.run(&[&args[..], &["-O", "json"]].concat()).expect(1).json();
    let seconds = |value: &Value| value.as_f64().expect("a number");
    let slowest = report["slowest_steps"].as_array().expect("a list");
    assert_eq!(slowest.len(), 1, "the other one is cached: {slowest:?}");
    assert_eq!(slowest[0]["source"], SOURCE);
    assert_eq!(report["critical_path"], report["slowest_steps"]);
    let critical = seconds(&report["critical_path_seconds"]);
    assert!(critical >= 1.0 && critical <= seconds(&report["duration_seconds"]), "{report}");
}

#[test]
fn cache_saves_what_its_results_once_took() {
    let bench = Bench::new(&[("a", &format!("{CELL}print a\n"))]);
    let made = bench.run(&["-O", "json"]).expect(0).json();
    assert_eq!(made["cache_saved_seconds"], 0.0);
    bench.course.remove("output");
    // Else outputs are put back, and no result is looked up.
    bench.course.remove(".clx/traces");
    let known = bench.run(&["-O", "json"]).expect(0).json();
    let took = made["slowest_steps"][0]["duration_seconds"].as_f64().expect("a number");
    let saved = known["cache_saved_seconds"].as_f64().expect("a number");
    assert!(saved >= took && saved < took + 1e-3, "{saved} s of {took} s, running code included");
    assert_eq!(known["slowest_steps"], Value::Array(Vec::new()));
}
