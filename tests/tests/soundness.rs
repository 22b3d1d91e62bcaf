//! Each input of a build is changed in turn, and exactly the steps that depend on it run.
//!
//! What only a new clx changes, its bundled macros and the versions of its renderers, cannot be
//! changed here.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// A Java that draws the first word of each line of a diagram, and the second of what it includes.
const JAVA: &str = include_str!("../cases/java");

/// Outputs of a notebook: two languages, three kinds, three formats; of these pages, and of those the
/// ones that show what code printed.
const OUTPUTS: u64 = 18;
const PAGES: u64 = 6;
const RUN_PAGES: u64 = 4;

/// Places of a picture: each directory with notebooks has one.
const PICTURES: u64 = 18;

const A: &str = "slides/module_100_m/topic_100_a";
const B: &str = "slides/module_100_m/topic_100_b";

/// Code and prose in two languages; `data.txt` lies beside it.
const SOURCE_A: &str = "# j2 from 'macros.j2' import header\n# {{ header(\"Titel\", \"Title\") }}\n\n# %% [markdown] lang=\"de\"\n# Hallo\n\n\
                        # %% [markdown] lang=\"en\"\n# Hello\n\n# %%\nread data.txt\n";

/// Its code reads the picture of a diagram.
const SOURCE_B: &str = "# %%\nread img/plan.svg\n\n# %%\nprint b\n";

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// A course with everything that outputs depend on, and tools that do next to nothing.
struct Bench {
    course: TestCourse,
    tools: tempfile::TempDir,
}

/// What a build did.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    made: u64,
    runs: u64,
}

impl Bench {
    fn new() -> Self {
        let course = TestCourse::with_topics(&[("a", SOURCE_A), ("b", SOURCE_B)]);
        course.write(&format!("{A}/data.txt"), "data");
        let diagram = "@startuml\n!include names.iuml\nAlice -> Bob\n@enduml\n";
        course.write(&format!("{B}/pu/plan.puml"), diagram);
        course.write(&format!("{B}/pu/names.iuml"), "' included\n");
        course.write("templates/html/style.css", "body { color: teal }");
        let bench = Self { course, tools: tempfile::tempdir().expect("a temp dir") };
        bench.tool("java/bin/java", JAVA);
        bench.tool("java/release", "JAVA_VERSION=21");
        bench.tool("plantuml.jar", "jar");
        for name in ["python3", "other"] {
            bench.kernel(name);
        }
        bench
    }

    /// Writes a file of the tools, executable.
    fn tool(&self, path: &str, content: &str) {
        let path = self.tools.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(&path, content).expect("written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, executable).expect("set");
    }

    /// Installs a kernel that an interpreter of a virtual environment starts.
    fn kernel(&self, name: &str) {
        let directory = FakeKernel::new(FakeStart::Ready).install(self.tools.path(), name);
        let file = directory.join("kernel.json");
        let mut spec = read_json(&file);
        let program = spec["argv"][0].as_str().expect("a program").to_owned();
        self.tool("bin/python", &format!("#!/bin/sh\nexec '{program}' \"$@\"\n"));
        self.tool("pyvenv.cfg", "include-system-site-packages = false\n");
        self.tool("lib/python3.12/site-packages/numpy-2.0.dist-info/METADATA", "");
        let python = self.tools.path().join("bin/python");
        spec["argv"][0] = python.to_str().expect("UTF-8").into();
        spec["language"] = "python".into();
        std::fs::write(file, spec.to_string()).expect("written");
    }

    fn run(&self, args: &[&str]) -> Run {
        let command = CLX
            .executing(&self.course, self.tools.path(), args)
            .env("JAVA_HOME", self.tools.path().join("java"))
            .env("PLANTUML_JAR", self.tools.path().join("plantuml.jar"));
        finish(command.start().expect("clx starts"))
    }

    fn build(&self, args: &[&str]) -> Done {
        let usual = ["-O", "json", "--image-format", "svg"];
        let report = self.run(&[&usual, args].concat()).expect(0).json();
        let number = |key: &str| report[key].as_u64().expect("a number");
        Done { made: number("outputs_made"), runs: number("code_runs") }
    }

    fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        self.course.files("output")
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.course.files("").remove(path).expect("a file"));
        let text = text.expect("UTF-8");
        assert!(text.contains(from), "{path} has no {from}");
        self.course.write(path, text.replace(from, to));
    }

    /// Changes something and builds: `made` outputs are made and code runs `runs` times; what changes in
    /// the trees has one of `words` in its path. Changed back, everything is known.
    #[track_caller]
    fn flip(
        &self,
        what: &str,
        change: &dyn Fn(&Self),
        args: &[&str],
        done: (u64, u64),
        words: &[&str],
    ) {
        let before = self.outputs();
        let sources = self.course.sources();
        change(self);
        let (made, runs) = done;
        assert_eq!(self.build(args), Done { made, runs }, "{what}");
        let changed = changed(&before, &self.outputs());
        let stray: Vec<_> =
            changed.iter().filter(|path| !words.iter().any(|word| path.contains(word))).collect();
        assert!(stray.is_empty(), "{what} changed {stray:?}");
        assert!(words.is_empty() || !changed.is_empty(), "{what} changed nothing");
        for directory in ["slides", "course-specs", "templates"] {
            self.course.remove(directory);
            for (path, content) in sources.files(directory) {
                self.course.write(&format!("{directory}/{path}"), content);
            }
        }
        assert_eq!(self.build(&[]), Done { made: 0, runs: 0 }, "{what}, changed back");
        assert!(self.outputs() == before, "{what}, changed back, gives other files");
    }
}

fn read_json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON")
}

fn changed(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys());
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn sources_and_what_lies_beside_them() {
    let bench = Bench::new();
    assert_eq!(bench.build(&[]), Done { made: 2 * OUTPUTS + PICTURES, runs: 2 });
    assert_eq!(bench.build(&[]), Done { made: 0, runs: 0 });
    let source = format!("{A}/slides_a.py");
    let of_a = ["slides_a", "Title", "Titel"];
    bench.flip("prose", &|b| b.replace(&source, "Hello", "Good day"), &[], (OUTPUTS, 0), &of_a);
    bench.flip(
        "code",
        &|b| b.replace(&source, "read data.txt", "read data.txt\nprint more"),
        &[],
        (OUTPUTS, 1),
        &of_a,
    );
    bench.flip(
        "a tag that hides a cell from the kernel",
        &|b| b.replace(&source, "# %%\nread", "# %% tags=[\"skip-execution\"]\nread"),
        &[],
        (OUTPUTS, 1),
        &of_a,
    );
    bench.flip(
        "a file that code sees",
        &|b| b.course.write(&format!("{A}/data.txt"), "other"),
        &[],
        (RUN_PAGES, 1),
        &[".html", "data.txt"],
    );
    bench.flip(
        "a file more that code sees",
        &|b| b.course.write(&format!("{A}/more.txt"), "more"),
        &[],
        (RUN_PAGES, 1),
        &["more.txt"],
    );
    bench.flip(
        "the source of a diagram",
        &|b| b.replace(&format!("{B}/pu/plan.puml"), "Alice", "Carol"),
        &[],
        (PICTURES + RUN_PAGES, 1),
        &["plan.svg", "slides_b.html"],
    );
    bench.flip(
        "a file that a diagram includes",
        &|b| b.course.write(&format!("{B}/pu/names.iuml"), "' changed\n"),
        &[],
        (PICTURES + RUN_PAGES, 1),
        &["plan.svg", "slides_b.html", "names.iuml"],
    );
    bench.flip("the time of a file", &|b| b.course.write(&source, SOURCE_A), &[], (0, 0), &[]);
    bench.flip(
        "the place of a topic",
        &|b| {
            let to = b.course.root().join("slides/module_200_n");
            std::fs::create_dir_all(&to).expect("made");
            std::fs::rename(b.course.root().join(A), to.join("topic_300_a")).expect("renamed");
        },
        &[],
        (0, 0),
        &[],
    );
}

#[test]
fn options_of_course_and_command_line() {
    let bench = Bench::new();
    assert_eq!(bench.build(&[]), Done { made: 2 * OUTPUTS + PICTURES, runs: 2 });
    let spec = "course-specs/course.xml";
    let insert = |text: &'static str| {
        move |b: &Bench| b.replace(spec, "  <prog-lang>", &format!("  {text}\n  <prog-lang>"))
    };
    let topic = |attribute: &'static str| {
        move |b: &Bench| b.replace(spec, "<topic>a<", &format!("<topic {attribute}>a<"))
    };
    let both = ["Title", "Titel", "slides_b"];
    let style = "templates/html/style.css";
    bench.flip("style", &|b| b.replace(style, "teal", "red"), &[], (2 * PAGES, 0), &[".html"]);
    bench.flip(
        "template",
        &|b| {
            let page = "<html lang=\"{{ language }}\"><body>{{ cells }}</body></html>";
            b.course.write("templates/html/page.html.j2", page);
        },
        &[],
        (2 * PAGES, 0),
        &[".html"],
    );
    bench.flip("author", &insert("<author>Ada</author>"), &[], (2 * OUTPUTS, 0), &both);
    bench.flip(
        "organisation in one language",
        &insert("<organization><de>Werk</de><en></en></organization>"),
        &[],
        (OUTPUTS, 0),
        // The slides of this course do not show it.
        &[],
    );
    bench.flip(
        "evaluate",
        &topic("evaluate=\"no\""),
        &[],
        (RUN_PAGES, 0),
        &["Title.html", "Titel.html"],
    );
    bench.flip("skip-errors", &topic("skip-errors=\"yes\""), &[], (RUN_PAGES, 1), &[]);
    bench.flip("no html", &topic("html=\"no\""), &[], (0, 0), &["Html/"]);
    bench.flip(
        "inline pictures",
        &insert("<image-options inline-svg=\"yes\"/>"),
        &[],
        (PAGES, 0),
        &[],
    );
    bench.flip(
        "names of course and section",
        &|b| b.replace(spec, "Part", "Chapter"),
        &[],
        (0, 0),
        &["/Part/", "/Chapter/"],
    );
    bench.flip(
        "order of topics",
        &|b| b.course.write_spec("    <topic>b</topic>\n    <topic>a</topic>\n"),
        &[],
        (0, 0),
        &["01 ", "02 "],
    );
    bench.flip(
        "image mode",
        &|_| {},
        &["--image-mode", "shared"],
        (2 * OUTPUTS, 0),
        &["img/", ".html", ".ipynb", ".py"],
    );
    bench.flip("cell limit", &|_| {}, &["--cell-timeout", "50"], (0, 0), &[]);
    bench.flip("kernel", &|_| {}, &["--kernel", "python=other"], (2 * RUN_PAGES, 2), &[]);
    bench.flip(
        // Those of the other topic are known from `evaluate`.
        "execution",
        &|_| {},
        &["--execute", "never"],
        (RUN_PAGES, 0),
        &[".html"],
    );
}

/// Not changed back: the time at which a tool was installed is part of its identity.
#[test]
fn kernels_and_tools() {
    let bench = Bench::new();
    assert_eq!(bench.build(&[]), Done { made: 2 * OUTPUTS + PICTURES, runs: 2 });
    let runs = Done { made: 2 * RUN_PAGES, runs: 2 };
    let packages = "lib/python3.12/site-packages";
    bench.tool(&format!("{packages}/scipy-1.0.dist-info/METADATA"), "");
    assert_eq!(bench.build(&[]), runs, "a package more");
    bench.tool(&format!("{packages}/PyJWT-2.6.0.egg-info"), "");
    assert_eq!(bench.build(&[]), runs, "an old-fashioned package");
    let numpy: PathBuf = bench.tools.path().join(packages);
    std::fs::rename(numpy.join("numpy-2.0.dist-info"), numpy.join("numpy-2.1.dist-info"))
        .expect("renamed");
    assert_eq!(bench.build(&[]), runs, "another version of a package");
    let python = bench.tools.path().join("bin/python");
    let script = std::fs::read_to_string(python).expect("a script");
    bench.tool("bin/python", &format!("{script}# 3.13\n"));
    assert_eq!(bench.build(&[]), runs, "another interpreter");
    let spec = bench.tools.path().join("share/jupyter/kernels/python3/kernel.json");
    let mut kernel = read_json(&spec);
    kernel["env"]["MODE"] = "fast".into();
    std::fs::write(spec, kernel.to_string()).expect("written");
    assert_eq!(bench.build(&[]), runs, "a variable of the kernel");
    bench.tool("share/jupyter/kernels/other/helper.jar", "");
    assert_eq!(bench.build(&[]), Done { made: 0, runs: 0 }, "a kernel that nobody uses");

    // The pictures are the same, so their code need not run again.
    let drawn = Done { made: PICTURES + RUN_PAGES, runs: 0 };
    bench.tool("java/release", "JAVA_VERSION=25");
    assert_eq!(bench.build(&[]), drawn, "another Java");
    bench.tool("plantuml.jar", "another jar");
    assert_eq!(bench.build(&[]), drawn, "another PlantUML");
    bench.tool("java/bin/java", &JAVA.replace("<svg ", "<svg class=\"new\" "));
    bench.tool("java/release", "JAVA_VERSION=26");
    assert_eq!(bench.build(&[]), Done { made: PICTURES + RUN_PAGES, runs: 1 }, "other pictures");
    assert_eq!(bench.build(&[]), Done { made: 0, runs: 0 });
}

#[test]
fn page_that_lacks_a_picture_is_made_again_when_there_is_one() {
    let bench = Bench::new();
    let svg = ["--image-format", "svg"];
    let spec = "course-specs/course.xml";
    let inline = "<image-options inline-svg=\"yes\"/><sections>";
    bench.replace(spec, "<sections>", inline);
    bench.course.write(&format!("{B}/slides_b.py"), "# %% [markdown]\n# ![Plan](img/plan.svg)\n");
    // Not part of what identifies a Java.
    bench.tool("java/bin/java.fails", "");
    bench.run(&svg).expect(1).says(&["plan.puml", "error[CLX08"]);
    let page =
        || bench.outputs()["public/En/Course/Slides/Html/Completed/Part/02 slides_b.html"].clone();
    let has_picture = || String::from_utf8_lossy(&page()).contains("Alice");
    assert!(!has_picture());
    std::fs::remove_file(bench.tools.path().join("java/bin/java.fails")).expect("removed");
    let _built = bench.run(&svg).expect(0);
    assert!(has_picture());
}
