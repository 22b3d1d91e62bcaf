//! Pages with outputs: what runs when, what a failing cell says, and what becomes of kernels.

use std::path::Path;
use std::time::{Duration, Instant};

use clx_process::Waited;
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course and a kernel for its language.
struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
}

impl Bench {
    fn new(topics: &[(&str, &str)]) -> Self {
        Self::starting(topics, FakeStart::Ready)
    }

    fn starting(topics: &[(&str, &str)], start: FakeStart) -> Self {
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(start).install(kernels.path(), "python3");
        Self { course: TestCourse::with_topics(topics), kernels }
    }

    fn run(&self, args: &[&str]) -> Run {
        let command = CLX.executing(&self.course, self.kernels.path(), args);
        finish(command.start().expect("clx starts"))
    }

    /// Builds, and returns how often code ran.
    #[track_caller]
    fn runs(&self) -> u64 {
        let run = self.run(&["-O", "json"]).expect(0);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("one JSON object");
        report["code_runs"].as_u64().expect("a number")
    }

    fn page(&self, path: &str) -> String {
        let path = self.course.root().join("output").join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

const EN: &str = "public/En/Course/Slides/Html/Completed/Part/01 slides_a.html";
const SPEAKER: &str = "speaker/En/Course/Slides/Html/Speaker/Part/01 slides_a.html";
const SOURCE: &str = "slides/module_100_m/topic_100_a/slides_a.py";

/// Prose in two languages and one cell for both.
const SHARED: &str = "# %% [markdown] lang=\"de\"\n# Hallo\n\n# %% [markdown] lang=\"en\"\n# Hello\n\n\
                      # %% tags=[\"keep\"]\nprint same\n";

#[test]
fn equal_code_runs_once_for_all_languages_and_kinds() {
    let bench = Bench::new(&[("a", SHARED)]);
    assert_eq!(bench.runs(), 1);
    for page in [EN, SPEAKER] {
        assert!(bench.page(page).contains("<pre>same\n"), "{page} shows what the cell printed");
    }
    let code_along = EN.replace("Completed", "Code-Along");
    assert!(!bench.page(&code_along).contains("<pre>same\n"), "a page without execution");
    assert_eq!(bench.runs(), 0);
}

#[test]
fn prose_and_template_run_nothing() {
    let bench = Bench::new(&[("a", SHARED)]);
    assert_eq!(bench.runs(), 1);
    bench.course.write(SOURCE, SHARED.replace("Hello", "Good day"));
    assert_eq!(bench.runs(), 0);
    assert!(bench.page(EN).contains("Good day"));
    bench.course.write("templates/html/style.css", "body { color: teal }");
    assert_eq!(bench.runs(), 0);
    assert!(bench.page(EN).contains("color: teal"));
}

#[test]
fn different_code_of_languages_and_kinds_runs_apart() {
    let source = "# %% lang=\"de\"\nprint eins\n\n# %% lang=\"en\"\nprint one\n";
    assert_eq!(Bench::new(&[("a", source)]).runs(), 2, "two languages");
    let source = "# %%\nprint one\n\n# %% tags=[\"private\"]\nprint secret\n";
    let bench = Bench::new(&[("a", source)]);
    assert_eq!(bench.runs(), 2, "the speaker sees more");
    assert!(bench.page(SPEAKER).contains("<pre>secret\n"));
    assert!(!bench.page(EN).contains("secret"));
}

#[test]
fn support_file_runs_the_notebooks_that_see_it() {
    let bench = Bench::new(&[("a", "# %%\nread data.txt\n"), ("b", "# %%\nprint b\n")]);
    let beside = "slides/module_100_m/topic_100_a/data.txt";
    bench.course.write(beside, "one");
    assert_eq!(bench.runs(), 2);
    assert!(bench.page(EN).contains("<pre>one"));
    bench.course.write(beside, "two");
    assert_eq!(bench.runs(), 1, "the other topic does not see it");
    assert!(bench.page(EN).contains("<pre>two"));
    // A second notebook of the topic, whose name no code has.
    let neighbour = "slides/module_100_m/topic_100_a/slides_z.py";
    bench.course.write(neighbour, "# %%\nprint z\n");
    assert_eq!(bench.runs(), 1);
    bench.course.write(neighbour, "# %% [markdown]\n# Prose\n\n# %%\nprint z\n");
    assert_eq!(bench.runs(), 0, "prose of a neighbour runs nothing");
}

#[test]
fn code_runs_in_a_directory_of_its_own() {
    let bench = Bench::new(&[("a", "# %%\nread img/picture.svg\n")]);
    bench.course.write("slides/module_100_m/topic_100_a/img/picture.svg", "<svg/>");
    assert_eq!(bench.runs(), 1);
    assert!(bench.page(EN).contains("&lt;svg/&gt;"), "images of the topic are there");
    let left = std::fs::read_dir(bench.course.root().join(".clx/kernels")).expect("there").count();
    assert_eq!(left, 0, "the directory goes with the kernel");
}

#[test]
fn failing_cell_is_named_by_its_line_and_the_rest_is_built() {
    let source = "# %% [markdown]\n# Title\n\n# %%\nprint fine\n\n# %%\nprint more\n\
                  fail NameError name 'x' is not defined\n";
    let bench = Bench::new(&[("a", source), ("b", "# %%\nprint b\n")]);
    let run = bench.run(&[]).expect(1);
    run.says(&["slides_a.py:8:", "error[CLX0501]", "NameError", "name 'x' is not defined"]);
    run.says(&["1 error", "4 outputs missing"]);
    assert!(!bench.course.root().join("output").join(EN).exists(), "no page without its outputs");
    assert!(bench.page(&EN.replace("01 slides_a", "02 slides_b")).contains("<pre>b\n"));
    assert!(bench.page(&EN.replace("Completed", "Code-Along")).contains("Title"));
}

#[test]
fn tags_and_attributes_decide_about_running_and_errors() {
    let fails = "# %% tags=[\"raises-exception\"]\nfail ValueError wanted\n\n\
                 # %% tags=[\"skip-execution\"]\nfail ValueError skipped\n\n# %%\nprint after\n";
    let bench = Bench::new(&[("a", fails)]);
    assert_eq!(bench.runs(), 1);
    let page = bench.page(EN);
    assert!(page.contains("wanted") && page.contains("<pre>after\n"));

    let bench = Bench::new(&[("a", "# %%\nfail ValueError bad\n\n# %%\nprint after\n")]);
    bench.course.write_spec("    <topic skip-errors=\"yes\">a</topic>\n");
    let run = bench.run(&["-O", "verbose"]).expect(0);
    run.says(&["slides_a.py:2:", "warning[CLX0505]", "ValueError"]);
    assert!(bench.page(EN).contains("<pre>after\n") && !bench.page(EN).contains("output_error\""));

    bench.course.write_spec("    <topic evaluate=\"no\">a</topic>\n");
    assert_eq!(bench.runs(), 0);
    assert!(!bench.page(EN).contains("<pre>after\n"));
}

#[test]
fn missing_kernel_is_told_once_and_pages_are_made_without_outputs() {
    let bench = Bench::new(&[("a", SHARED), ("b", SHARED)]);
    let nowhere = tempfile::tempdir().expect("a temp dir");
    let build = |args: &[&str]| {
        finish(CLX.executing(&bench.course, nowhere.path(), args).start().expect("clx starts"))
    };
    let run = build(&[]).expect(4);
    run.says(&["error[CLX0408]", "Python", "python3"]);
    run.says(&["hint", "clx setup kernels --language python"]);
    assert_eq!(run.stderr.matches("CLX0408").count(), 1);
    assert!(bench.page(EN).contains("The code on this page was not executed"));
    let _warned = build(&["--execute", "if-available"]).expect(0);
    assert_eq!(bench.runs(), 1, "a kernel that came later is used");
    assert!(!bench.page(EN).contains("was not executed"));
}

#[test]
fn cell_that_never_ends_is_stopped_at_its_limit() {
    let bench = Bench::new(&[("a", "# %%\nprint first\n\n# %%\nhang\n")]);
    let run = bench.run(&["--cell-timeout", "1"]).expect(1);
    run.says(&["slides_a.py:5:", "error[CLX0502]", "1 s"]);
}

#[test]
fn dying_kernel_is_tried_again_and_named_when_it_always_dies() {
    let bench = Bench::new(&[("a", "# %%\nprint one\n\n# %%\ndie 3\n")]);
    let run = bench.run(&[]).expect(1);
    run.says(&["slides_a.py:5:", "error[CLX0503]", "exit status 3", "3 attempts"]);
}

#[test]
fn kernel_that_dies_once_is_replaced_and_the_build_says_so() {
    let marker = tempfile::tempdir().expect("a temp dir");
    let died = marker.path().join("died");
    let source = format!("# %%\nprint one\nabort-once {}\nprint two\n", died.display());
    let bench = Bench::new(&[("a", &source)]);
    let run = bench.run(&["-O", "verbose"]).expect(0);
    // A kernel whose port another process has taken meanwhile is replaced, too, and told first.
    run.says(&["slides_a.py: warning[CLX0407]"]);
    run.says(&["SIGABRT"]);
    assert!(bench.page(EN).contains("<pre>one\ntwo\n"), "outputs of the second kernel only");
    assert_eq!(bench.runs(), 0);
}

#[test]
fn kernel_that_is_always_killed_is_given_up() {
    let bench = Bench::new(&[("a", "# %%\nprint begun\nhang\n")]);
    let mut child = CLX
        .executing(&bench.course, bench.kernels.path(), &["--spare-kernels", "0"])
        .start()
        .expect("clx starts");
    let kernels = bench.course.root().join(".clx/kernels");
    for _ in 0..3 {
        kill_kernel(&kernels, &mut child);
    }
    let run = finish(child).expect(1);
    run.says(&["slides_a.py", "error[CLX0503]", "SIGKILL", "3 attempts"]);
    assert!(!run.stderr.contains("CLX0407"), "told once: {}", run.stderr);
}

/// Waits for a kernel that runs below `kernels`, kills it, and waits until its directory is gone.
fn kill_kernel(kernels: &Path, clx: &mut clx_process::Child) {
    let (directory, pid) = running(kernels, clx);
    let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it runs");
    while directory.exists() {
        wait_a_little(clx);
    }
}

/// Returns the directory of a kernel and the process that works in it.
fn running(kernels: &Path, clx: &mut clx_process::Child) -> (std::path::PathBuf, i32) {
    loop {
        for entry in std::fs::read_dir(kernels).into_iter().flatten().flatten() {
            let work = entry.path().join("work");
            let found = processes().find(|pid| {
                std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == work)
            });
            if let Some(pid) = found {
                return (entry.path(), pid);
            }
        }
        wait_a_little(clx);
    }
}

fn processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").expect("there").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn wait_a_little(clx: &mut clx_process::Child) {
    let waited = clx.wait(Duration::from_millis(5)).expect("the child can be waited for");
    assert_eq!(waited, Waited::TimedOut, "clx ended early: {}", clx.tail());
}

#[test]
fn killed_build_leaves_no_kernel() {
    for workers in ["in-process", "direct"] {
        let bench = Bench::new(&[("a", "# %%\nprint begun\nhang-deaf\n")]);
        let mut child = CLX
            .executing(&bench.course, bench.kernels.path(), &["--workers", workers])
            .start()
            .expect("clx starts");
        let (directory, _) = running(&bench.course.root().join(".clx/kernels"), &mut child);
        child.kill().expect("it can be killed");
        let killed = Instant::now();
        let work = directory.join("work");
        let is_alive = || {
            processes().any(|pid| {
                std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == work)
            })
        };
        while is_alive() {
            assert!(killed.elapsed() < Duration::from_secs(2), "{workers}: a kernel lives on");
            std::thread::yield_now();
        }
        // What the killed one left is removed by the next.
        bench.course.write(SOURCE, "# %%\nprint done\n");
        assert_eq!(bench.runs(), 1);
        assert!(!directory.exists(), "{workers}: the directory of the dead kernel is left");
    }
}

#[test]
fn longest_notebook_of_the_last_build_is_begun_first() {
    let quick = "# %%\nprint quick\n";
    let bench =
        Bench::new(&[("a", quick), ("b", "# %%\nprint other\n"), ("c", "# %%\nflood 8000000\n")]);
    let order = |args: &[&str]| -> Vec<String> {
        let common = ["-O", "verbose", "--notebook-workers", "1"];
        let run = bench.run(&[&common, args].concat()).expect(0);
        let of_source =
            |line: &str| line.split('/').find(|part| part.starts_with("topic_")).map(str::to_owned);
        run.stderr.lines().filter(|line| line.contains(" code run")).filter_map(of_source).collect()
    };
    let first = order(&[]);
    let again = order(&["--no-cache"]);
    assert_eq!(first.len(), 3, "{first:?}");
    assert_eq!(again[0], "topic_100_c", "{again:?}");
}
