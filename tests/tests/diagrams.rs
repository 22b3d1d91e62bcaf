//! Diagrams by the real PlantUML and draw.io, in whole builds. Where `CLX_TEST_PLANTUML_JAR` names no
//! PlantUML and `CLX_TEST_DRAWIO` no folder of draw.io, the tests say so and do nothing.

use std::io::Write;

use clx_process::Spawn;
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const TOPIC: &str = "slides/module_100_m/topic_100_a";
const DIAGRAM: &str = "@startuml\nAlice -> Bob : greets\n@enduml\n";

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// Not through the captured output of tests: a skipped test must be seen.
fn skip(reason: &str) {
    let line = format!("SKIPPED: {reason}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("a standard error");
}

/// A course with a diagram, and a kernel for its notebook.
struct Bench {
    course: TestCourse,
    kernels: tempfile::TempDir,
    jar: String,
}

impl Bench {
    /// Makes a course whose notebook has this cell; `None` without PlantUML.
    fn new(cell: &str, diagram: &str) -> Option<Self> {
        let Ok(jar) = std::env::var("CLX_TEST_PLANTUML_JAR") else {
            skip("CLX_TEST_PLANTUML_JAR names no PlantUML");
            return None;
        };
        let kernels = tempfile::tempdir().expect("a temp dir");
        FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
        let course = TestCourse::with_topics(&[("a", &format!("# %%\n{cell}\n"))]);
        course.write(&format!("{TOPIC}/pu/plan.pu"), diagram);
        Some(Self { course, kernels, jar })
    }

    fn command(&self, args: &[&str]) -> Spawn {
        let command = CLX.executing(&self.course, self.kernels.path(), args);
        command.env("PLANTUML_JAR", &self.jar)
    }

    fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).start().expect("clx starts"))
    }

    fn report(&self) -> serde_json::Value {
        let run = self.run(&["-O", "json"]).expect(0);
        serde_json::from_str(&run.stdout).expect("one JSON object")
    }

    fn output(&self, name: &str) -> Option<Vec<u8>> {
        let section = "output/public/En/Course/Slides/Html/Completed/Part";
        std::fs::read(self.course.root().join(section).join(name)).ok()
    }
}

#[test]
fn pictures_lie_beside_notebooks_and_are_drawn_once() {
    let Some(bench) = Bench::new("print x", DIAGRAM) else { return };
    // What an earlier tool left there loses.
    bench.course.write(&format!("{TOPIC}/img/plan.png"), "stale");
    let first = bench.report();
    assert_eq!(first["code_runs"], 1);
    assert!(bench.output("img/plan.png").is_some_and(|bytes| bytes.starts_with(b"\x89PNG")));
    let second = bench.report();
    assert_eq!((&second["outputs_made"], &second["files_written"]), (&0.into(), &0.into()));
    bench.course.write(&format!("{TOPIC}/pu/plan.pu"), DIAGRAM.replace("greets", "waves"));
    let third = bench.report();
    assert_eq!(
        (&third["outputs_made"], &third["code_runs"]),
        (&18.into(), &0.into()),
        "one picture"
    );
}

#[test]
fn notebook_that_reads_a_picture_waits_for_it() {
    let Some(bench) = Bench::new("read img/plan.svg", DIAGRAM) else { return };
    let _built = bench.run(&["--image-format", "svg"]).expect(0);
    let page = String::from_utf8(bench.output("01 slides_a.html").expect("made")).expect("UTF-8");
    assert!(page.contains("greets"), "the code saw the picture");
    bench.course.write(&format!("{TOPIC}/pu/plan.pu"), DIAGRAM.replace("greets", "waves"));
    let _built = bench.run(&["--image-format", "svg"]).expect(0);
    let page = String::from_utf8(bench.output("01 slides_a.html").expect("made")).expect("UTF-8");
    assert!(page.contains("waves"), "and ran again when it changed");
}

#[test]
fn pages_hold_pictures_where_the_course_wants_it() {
    let Some(bench) = Bench::new("print x", DIAGRAM) else { return };
    let source = "# %% [markdown]\n# <img src=\"img/plan.png\" alt=\"Who greets\">\n";
    bench.course.write(&format!("{TOPIC}/slides_a.py"), source);
    let _built = bench.run(&[]).expect(0);
    let page = |bench: &Bench| {
        String::from_utf8(bench.output("01 slides_a.html").expect("made")).expect("UTF-8")
    };
    assert!(page(&bench).contains("<img src=\"img/plan.png\""));

    let spec = bench.course.spec("course.xml");
    let text = std::fs::read_to_string(&spec).expect("a spec");
    let inline = text.replace("<sections>", "<image-options inline-svg=\"yes\"/><sections>");
    std::fs::write(&spec, inline).expect("written");
    let _built = bench.run(&[]).expect(0);
    let with_picture = page(&bench);
    assert!(with_picture.contains("aria-label=\"Who greets\""));
    assert!(with_picture.contains("<svg") && with_picture.contains("greets</text>"));
    assert!(bench.output("img/plan.png").is_some() && bench.output("img/plan.svg").is_none());

    bench.course.write(&format!("{TOPIC}/pu/plan.pu"), DIAGRAM.replace("greets", "waves"));
    let _built = bench.run(&[]).expect(0);
    assert!(page(&bench).contains("waves</text>"), "a changed picture makes the page anew");
}

#[test]
fn each_block_of_a_source_is_a_picture() {
    let two = format!("{DIAGRAM}\n@startuml login\nBob -> Carol : asks\n@enduml\n");
    let Some(bench) = Bench::new("print x", &two) else { return };
    let _built = bench.run(&["--image-format", "both"]).expect(0);
    for name in ["img/plan.png", "img/plan.svg", "img/login.png", "img/login.svg"] {
        assert!(bench.output(name).is_some(), "{name}");
    }
    bench.course.write(&format!("{TOPIC}/pu/plan.pu"), DIAGRAM);
    let _built = bench.run(&["--image-format", "both"]).expect(0);
    assert!(bench.output("img/login.png").is_none(), "what is no longer drawn goes");
}

#[test]
fn wrong_diagram_is_named_by_its_line_and_the_rest_is_built() {
    let wrong = "@startuml\nAlice -> Bob : greets\nthis is no diagram at all ->>>\n@enduml\n";
    let Some(bench) = Bench::new("print x", wrong) else { return };
    let run = bench.run(&[]).expect(1);
    run.says(&["pu/plan.pu:3:", "error[CLX08"]);
    assert!(bench.output("img/plan.png").is_none());
    assert!(bench.output("01 slides_a.html").is_some());
}

#[test]
fn changed_include_draws_again() {
    let including = "@startuml\n!include names.iuml\nFIRST -> Bob : greets\n@enduml\n";
    let Some(bench) = Bench::new("print x", including) else { return };
    let names = format!("{TOPIC}/pu/names.iuml");
    bench.course.write(&names, "!define FIRST Alice\n");
    let _built = bench.run(&[]).expect(0);
    let before = bench.output("img/plan.png").expect("drawn");
    assert_eq!(bench.report()["outputs_made"], 0);
    bench.course.write(&names, "!define FIRST Carol\n");
    let _built = bench.run(&[]).expect(0);
    assert!(bench.output("img/plan.png").expect("drawn") != before, "Carol is in the picture");
}

/// Builds a course with a draw.io file; `None` without draw.io.
fn build_drawio(source: &str) -> Option<(TestCourse, Run)> {
    let Ok(folder) = std::env::var("CLX_TEST_DRAWIO") else {
        skip("CLX_TEST_DRAWIO names no folder of draw.io");
        return None;
    };
    let tools = std::path::Path::new(&folder).parent().expect("units lie in the tool folder");
    let course = TestCourse::with_topics(&[("a", "# %% [markdown]\n# ![](img/flow.png)\n")]);
    course.write(&format!("{TOPIC}/drawio/flow.drawio"), source);
    let spec = course.spec("course.xml");
    let args = ["build", spec.to_str().expect("UTF-8"), "--image-format", "both"];
    let command = CLX.command(&args).env("CLX_TOOLS_DIR", tools);
    let run = finish(command.start().expect("clx starts"));
    Some((course, run))
}

#[test]
fn each_page_of_a_drawio_file_is_a_picture() {
    let page = |name: &str, label: &str| {
        format!(
            "<diagram name=\"{name}\"><mxGraphModel><root><mxCell id=\"0\"/>\
             <mxCell id=\"1\" parent=\"0\"/><mxCell id=\"2\" value=\"{label}\" vertex=\"1\" \
             parent=\"1\"><mxGeometry width=\"120\" height=\"40\" as=\"geometry\"/></mxCell>\
             </root></mxGraphModel></diagram>"
        )
    };
    let source = format!("<mxfile>{}{}</mxfile>", page("One", "first"), page("Two", "second"));
    let Some((course, run)) = build_drawio(&source) else { return };
    let _built = run.expect(0);
    let files = course.files("output/public/En/Course/Slides/Html/Completed/Part/img");
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["flow-Two.png", "flow-Two.svg", "flow.png", "flow.svg"]);
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("flow.svg").contains("first") && text("flow-Two.svg").contains("second"));
    assert!(files["flow.png"].starts_with(b"\x89PNG"));
}

#[test]
fn broken_drawio_file_is_named_by_its_line_and_the_rest_is_built() {
    let Some((course, run)) = build_drawio("<mxfile>\n  <diagram>\n</mxfile>\n") else { return };
    let run = run.expect(1);
    run.says(&["drawio/flow.drawio:3:", "error[CLX08"]);
    assert!(!course.files("output").is_empty());
}
