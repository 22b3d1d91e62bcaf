//! `clx build --verify`: what is known is made afresh and compared.

use std::fs;

use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course that was built, with a kernel, and a directory that clx knows nothing of.
struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
    outside: tempfile::TempDir,
}

impl Bench {
    /// The cells of topic `a` can name the directory as `DIR`; the other topic prints `steady`.
    fn new(cells: &str) -> Self {
        let (kernels, outside) = (tempfile::tempdir(), tempfile::tempdir());
        let (kernels, outside) = (kernels.expect("a temp dir"), outside.expect("a temp dir"));
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        fs::write(outside.path().join("value"), "earlier value").expect("written");
        let cells = cells.replace("DIR", outside.path().to_str().expect("UTF-8"));
        let a = format!("# %% tags=[\"keep\"]\n{cells}\n");
        let steady = "# %% tags=[\"keep\"]\nprint steady\n";
        let course = TestCourse::with_topics(&[("a", &a), ("b", steady)]);
        let bench = Self { course, kernels, outside };
        let first = bench.report(&[], 0);
        assert_eq!(first["sources_verified"], Value::Null);
        bench
    }

    fn build(&self, args: &[&str]) -> Run {
        let args = [args, &["-O", "json"]].concat();
        let command = CLX.executing(&self.course, self.kernels.path(), &args);
        finish(command.start().expect("clx starts"))
    }

    #[track_caller]
    fn report(&self, args: &[&str], status: i32) -> Value {
        self.build(args).expect(status).json()
    }

    fn pages(&self) -> String {
        let files = self.course.files("output");
        let pages = files.iter().filter(|(path, _)| path.ends_with(".html"));
        pages.map(|(_, content)| String::from_utf8_lossy(content)).collect()
    }
}

fn codes(report: &Value, kind: &str) -> Vec<String> {
    let problems = report[kind].as_array().expect("a list").iter();
    problems.map(|problem| problem["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn what_is_the_same_is_left_alone() {
    let bench = Bench::new("print fixed");
    let before = bench.course.files("output");
    let n_results = bench.course.results(CLX).len();
    let report = bench.report(&["--verify"], 0);
    assert_eq!(report["sources_verified"], 2);
    assert_eq!((&report["files_written"], &report["outputs_made"]), (&0.into(), &0.into()));
    assert!(report["code_runs"].as_u64() > Some(0), "code is run afresh, too");
    assert!(bench.course.files("output") == before);
    assert_eq!(bench.course.results(CLX).len(), n_results, "nothing is kept twice");
    assert_eq!(bench.report(&["--verify=1"], 0)["sources_verified"], 1);
}

#[test]
fn what_depends_on_something_unknown_is_an_error_and_replaced() {
    let bench = Bench::new("read DIR/value");
    fs::write(bench.outside.path().join("value"), "later value").expect("written");
    assert_eq!(bench.report(&[], 0)["outputs_made"], 0, "nobody knows of the file");
    let report = bench.report(&["--verify"], 1);
    let errors = codes(&report, "errors");
    assert!(!errors.is_empty() && errors.iter().all(|code| code == "CLX0411"), "{report}");
    let message = report["errors"][0]["message"].as_str().expect("a text");
    assert!(message.contains("earlier") && message.contains("later"), "{message}");
    let pages = bench.pages();
    assert!(pages.contains("later value") && !pages.contains("earlier value"));
    let again = bench.report(&["--verify"], 0);
    assert_eq!(again["sources_verified"], 2);
    assert_eq!(again["files_written"], 0);
}

#[test]
fn what_differs_each_time_is_a_warning_and_stays() {
    let bench = Bench::new("log DIR/value x\nread DIR/value");
    let before = bench.course.files("output");
    let report = bench.report(&["--verify"], 0);
    let warnings = codes(&report, "warnings");
    assert!(!warnings.is_empty() && warnings.iter().all(|code| code == "CLX0412"), "{report}");
    assert_eq!(report["files_written"], 0);
    assert!(bench.course.files("output") == before);
}

#[test]
fn what_cannot_be_made_afresh_is_an_error_and_stays() {
    let bench = Bench::new("read DIR/value");
    let before = bench.course.files("output");
    fs::remove_file(bench.outside.path().join("value")).expect("removed");
    let report = bench.report(&["--verify"], 1);
    assert!(codes(&report, "errors").contains(&"CLX0411".to_owned()), "{report}");
    assert!(bench.course.files("output") == before);
}

#[test]
fn wrong_results_of_a_cache_are_found() {
    let bench = Bench::new("print fixed");
    let right = bench.course.files("output");
    bench.course.poison();
    let report = bench.report(&["--verify"], 1);
    assert!(codes(&report, "errors").iter().all(|code| code == "CLX0411"), "{report}");
    assert!(bench.course.files("output") == right);
}
