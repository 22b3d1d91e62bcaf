//! `clx watch`: what a change rebuilds, what is told to people and browsers, and how it ends.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clx_process::Spawn;
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, TestCourse};
use clx_tests::live::Watching;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

const TOPIC: &str = "slides/module_100_m/topic_100_a";
const SOURCE: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const PAGE: &str = "public/En/Course/Slides/Html/Completed/Part/01 slides_a.html";

/// Where the page is served.
const ADDRESS: &str = "default/public/En/Course/Slides/Html/Completed/Part/01 slides_a.html";

/// A notebook with prose and a cell.
fn notebook(prose: &str, cell: &str) -> String {
    format!("# %% [markdown] lang=\"en\"\n# {prose}\n\n# %% tags=[\"keep\"]\n{cell}\n")
}

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

    fn command(&self, args: &[&str]) -> Spawn {
        let spec = self.course.spec("course.xml");
        let spec = spec.to_str().expect("paths of tests are UTF-8");
        let watch = ["watch", spec, "--port", "0", "--diagrams", "if-available"];
        let path = self.kernels.path().join("share/jupyter");
        CLX.command(&[&watch, args].concat()).env("JUPYTER_PATH", path)
    }

    fn watch(&self) -> Watching {
        Watching::start(self.command(&[]))
    }

    fn save(&self, prose: &str, cell: &str) {
        self.course.write(SOURCE, notebook(prose, cell));
    }

    fn output(&self, path: &str) -> PathBuf {
        self.course.root().join("output").join(path)
    }

    fn page(&self) -> String {
        fs::read_to_string(self.output(PAGE)).unwrap_or_default()
    }
}

#[test]
fn prose_is_written_and_announced_without_running_code() {
    let bench =
        Bench::new(&[("a", &notebook("Hello", "print one")), ("b", &notebook("B", "print b"))]);
    let mut watching = bench.watch();
    let mut events = watching.listen(ADDRESS);
    bench.save("Good day", "print one");
    let told = events.next("reload", "Completed");
    assert!(told.contains(&format!("\"/{ADDRESS}\"")), "{told}");
    assert!(!told.contains("slides_b"), "{told}");
    assert!(watching.page(ADDRESS).contains("Good day"), "it is there when it is announced");
    let printed = watching.built();
    assert!(printed.contains(&format!("Changed: {SOURCE}")), "{printed}");
    assert!(!printed.contains("code run"), "{printed}");
}

#[test]
fn twenty_quick_saves_give_one_build() {
    let bench = Bench::new(&[("a", &notebook("Hello", "print one"))]);
    // However slow the machine is, they come within this time.
    let mut watching = Watching::start(bench.command(&["--debounce", "2"]));
    for n in 0..20 {
        bench.save(&format!("Save {n}"), "print one");
    }
    let _built = watching.built();
    assert!(bench.page().contains("Save 19"));
    bench.save("The end", "print one");
    let _built = watching.built();
    assert!(bench.page().contains("The end"));
    assert_eq!(watching.closings().len(), 3, "one before, one for all, one after");
}

#[test]
fn data_file_runs_the_notebook_that_sees_it() {
    let bench =
        Bench::new(&[("a", &notebook("A", "read data.txt")), ("b", &notebook("B", "print b"))]);
    bench.course.write(&format!("{TOPIC}/data.txt"), "one");
    let mut watching = bench.watch();
    assert!(bench.page().contains("<pre>one"));
    bench.course.write(&format!("{TOPIC}/data.txt"), "two");
    let printed = watching.built();
    assert!(printed.contains("code run 1 time"), "{printed}");
    assert!(bench.page().contains("<pre>two"));
}

#[test]
fn diagram_and_its_include_draw_the_picture_anew() {
    let Ok(jar) = std::env::var("CLX_TEST_PLANTUML_JAR") else {
        // Not through the captured output of tests: a skipped test must be seen.
        let line = b"SKIPPED: CLX_TEST_PLANTUML_JAR names no PlantUML\n";
        return std::io::stderr().write_all(line).expect("a standard error");
    };
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    let (diagram, include) = (format!("{TOPIC}/pu/plan.pu"), format!("{TOPIC}/pu/names.iuml"));
    let source = "@startuml\n!include names.iuml\nFIRST -> Bob : greets\n@enduml\n";
    bench.course.write(&diagram, source);
    bench.course.write(&include, "!define FIRST Alice\n");
    let picture = bench.output(PAGE).with_file_name("img").join("plan.svg");
    let shows = |word| fs::read_to_string(&picture).expect("a picture").contains(word);
    let command = bench.command(&["--image-format", "svg"]).env("PLANTUML_JAR", jar);
    let mut watching = Watching::start(command);
    assert!(shows("Alice"));
    bench.course.write(&include, "!define FIRST Carol\n");
    let _built = watching.built();
    assert!(shows("Carol"));
    bench.course.write(&diagram, source.replace("greets", "waves"));
    let _built = watching.built();
    assert!(shows("waves"));
}

#[test]
fn template_makes_pages_anew_and_runs_nothing() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    let mut watching = bench.watch();
    bench.course.write("templates/html/style.css", "body { color: teal }");
    // The directories may be seen before the file.
    while !bench.page().contains("color: teal") {
        assert!(!watching.built().contains("code run"));
    }
    bench.course.write("templates/html/page.html.j2", "{{ nonsense");
    let printed = watching.line(&["error", "page.html.j2"]);
    assert!(printed.contains("templates/html"), "{printed}");
    fs::remove_file(bench.course.root().join("templates/html/page.html.j2")).expect("removed");
    let _built = watching.built();
    assert!(bench.page().contains("color: teal"));
}

#[test]
fn spec_adds_a_topic_and_its_faults_are_told_until_mended() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    bench.course.write("slides/module_100_m/topic_200_b/slides_b.py", notebook("B", "print two"));
    let mut watching = bench.watch();
    let second = "public/En/Course/Slides/Html/Completed/Part/02 slides_b.html";
    assert!(!bench.output(second).exists());
    let mut events = watching.listen(ADDRESS);
    bench.course.write("course-specs/course.xml", "<course>");
    let printed = watching.built();
    assert!(printed.contains("course.xml") && printed.contains("Nothing was built"), "{printed}");
    assert!(events.next("problems", "course.xml").contains("CLX01"));
    bench.course.write_spec("    <topic>a</topic>\n    <topic>b</topic>\n");
    let _built = watching.built();
    assert!(bench.output(second).exists());
    assert_eq!(events.next("problems", "[]"), "[]");
}

#[test]
fn watch_begins_with_a_spec_that_is_wrong() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    bench.course.write("course-specs/course.xml", "<course>");
    let mut watching = bench.watch();
    bench.course.write_spec("    <topic>a</topic>\n");
    assert!(watching.built().contains("Built"));
    assert!(bench.page().contains("<pre>one"));
}

#[test]
fn error_stays_until_it_is_mended_and_is_not_tried_again() {
    let bench = Bench::new(&[
        ("a", &notebook("A", "fail ValueError no")),
        ("b", &notebook("B", "print b")),
    ]);
    let mut watching = Watching::start_only(bench.command(&[]));
    let printed = watching.built();
    assert!(printed.contains("ValueError") && printed.contains("1 error"), "{printed}");
    let other = "slides/module_100_m/topic_100_b/slides_b.py";
    let mut events = watching.listen(ADDRESS);
    assert!(events.next("problems", "ValueError").contains(SOURCE), "who comes late sees it, too");
    bench.course.write(other, notebook("Bee", "print b"));
    let printed = watching.built();
    assert!(printed.contains("ValueError") && printed.contains("1 error"), "{printed}");
    assert!(!printed.contains("code run"), "it would fail again: {printed}");
    bench.save("A", "fail ValueError no");
    assert!(watching.built().contains("code run 1 time"), "saved again, it is tried again");
    bench.save("A", "print mended");
    let printed = watching.built();
    assert!(!printed.contains("error"), "{printed}");
    assert!(bench.page().contains("<pre>mended"));
    assert_eq!(events.next("problems", "[]"), "[]");
}

#[test]
fn new_and_removed_sources_change_the_outputs() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    let mut watching = bench.watch();
    let second = "public/En/Course/Slides/Html/Completed/Part/02 slides_z.html";
    let source = format!("{TOPIC}/slides_z.py");
    bench.course.write(&source, notebook("Z", "print z"));
    let _built = watching.built();
    assert!(bench.output(second).exists());
    fs::remove_file(bench.course.root().join(source)).expect("removed");
    let printed = watching.built();
    assert!(printed.contains("removed"), "{printed}");
    assert!(!bench.output(second).exists());
}

#[test]
fn what_is_written_into_output_trees_is_no_change() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    let mut watching = bench.watch();
    fs::write(bench.output("public/notes.txt"), "mine").expect("written");
    fs::write(bench.output(PAGE), "by hand").expect("written");
    bench.course.write(".clx/note", "of clx");
    bench.course.write(&format!("{TOPIC}/.slides_a.py.swp"), "of an editor");
    bench.save("Another", "print one");
    let printed = watching.built();
    assert!(printed.contains(&format!("Changed: {SOURCE}\n")), "{printed}");
    assert_eq!(watching.closings().len(), 2);
}

#[test]
fn work_on_outdated_input_is_cancelled() {
    let marker = tempfile::tempdir().expect("a temp dir");
    let began = marker.path().join("began");
    // The first kernel tells that it runs by ending; the next one hangs.
    let hang = format!("abort-once {}\nhang", began.display());
    let bench = Bench::new(&[("a", &notebook("A", &hang)), ("b", &notebook("B", "print b"))]);
    let mut watching = Watching::start_only(bench.command(&[]));
    while !began.exists() {
        std::thread::yield_now();
    }
    bench.save("A", "print ended");
    let printed = watching.built();
    assert!(bench.page().contains("<pre>ended"), "{printed}");
    assert_eq!(watching.closings().len(), 1, "the interrupted one closes nothing");
}

#[test]
fn interrupt_ends_with_0_between_builds_and_130_within_one() {
    let bench = Bench::new(&[("a", &notebook("A", "print one"))]);
    let watching = bench.watch();
    watching.interrupt();
    assert_eq!(watching.end(), 0);

    let marker = tempfile::tempdir().expect("a temp dir");
    let began = marker.path().join("began");
    bench.save("A", &format!("abort-once {}\nhang", began.display()));
    let watching = Watching::start_only(bench.command(&[]));
    while !began.exists() {
        std::thread::yield_now();
    }
    watching.interrupt();
    watching.interrupt();
    assert_eq!(watching.end(), 130);
}

#[test]
fn port_in_use_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let course = TestCourse::with_topics(&[("a", &notebook("A", "print one"))]);
    let spec = course.spec("course.xml");
    let spec = spec.to_str().expect("UTF-8");
    let run = CLX.run(&["build", spec, "--watch", "--serve", &port]).expect(4);
    run.says(&["error:", &port]);
}
