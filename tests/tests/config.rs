//! The configuration: layers, what is told about them, and what a course may not do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use clx_process::Spawn;
use clx_testkit::fake_kernel::{FakeKernel, FakeStart, run_if_asked};
use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use serde_json::Value;

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

/// The kernel's own role; see [`run_if_asked`].
#[test]
fn fake_kernel() {
    run_if_asked();
}

/// Where the user's file lies, below the directory for configuration.
const USER: &str = "clx/config.toml";

/// A course, and a user's directory for configuration.
struct Bench {
    course: TestCourse,
    home: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let course = TestCourse::with_topics(&[("a", "# %%\nprint(1)\n")]);
        Self { course, home: tempfile::tempdir().expect("a temp dir") }
    }

    fn user(&self, text: &str) -> &Self {
        let path = self.user_file();
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
        self
    }

    fn user_file(&self) -> PathBuf {
        self.home.path().join(USER)
    }

    /// Says how to start a command in the course.
    fn command(&self, args: &[&str]) -> Spawn {
        CLX.command(args).env("XDG_CONFIG_HOME", self.home.path()).current_dir(self.course.root())
    }

    fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).start().expect("clx starts"))
    }

    fn build(&self, args: &[&str]) -> Spawn {
        self.command(&[&["build", "course-specs/course.xml"], args].concat())
    }

    /// Returns what `clx config show` tells about a key.
    fn shown(command: &Spawn, key: &str) -> Value {
        let run = finish(command.start().expect("clx starts")).expect(0);
        let keys = run.json()["keys"].as_array().expect("a list").clone();
        keys.into_iter().find(|shown| shown["key"] == key).expect("the key is listed")
    }

    fn show(&self) -> Spawn {
        self.command(&["config", "show", "--format", "json"])
    }
}

#[test]
fn flag_wins_over_variable_course_user_and_default() {
    let bench = Bench::new();
    let key = "display.output_mode";
    let shown = |command: &Spawn| {
        let shown = Bench::shown(command, key);
        (shown["value"].clone(), shown["origin"].clone(), shown["line"].clone())
    };
    let found =
        |value: &str, origin: &str, line: Option<u32>| (value.into(), origin.into(), line.into());
    assert_eq!(shown(&bench.show()), found("default", "default", None));
    bench.user("[display]\noutput_mode = \"verbose\"\n");
    assert_eq!(shown(&bench.show()), found("verbose", "user", Some(2)));
    bench.course.write("clx.toml", "# ours\n\n[display]\noutput_mode = \"quiet\"\n");
    assert_eq!(shown(&bench.show()), found("quiet", "project", Some(4)));
    bench.course.write(".clx/config.toml", "display.output_mode = \"github\"\n");
    assert_eq!(shown(&bench.show()), found("github", "project", Some(1)));
    let with_variable = |command: Spawn| command.env("CLX_DISPLAY__OUTPUT_MODE", "json");
    assert_eq!(shown(&with_variable(bench.show())), found("json", "variable", None));
    let build = |args: &[&str]| {
        let never = [&["--execute", "never"], args].concat();
        finish(with_variable(bench.build(&never)).start().expect("clx starts")).expect(0)
    };
    assert_eq!(build(&[]).json()["status"], "success");
    assert_eq!(build(&["-O", "quiet"]).stdout, "");
}

#[test]
fn every_command_takes_what_is_configured() {
    // There is no kernel, which a build needs by default.
    let _lacks = finish(Bench::new().build(&[]).start().expect("clx starts")).expect(4);
    let bench = Bench::new();
    bench.user("execution.execute = \"never\"\n[paths]\nstate_dir = \"state\"\n");
    let _built = finish(bench.build(&[]).start().expect("clx starts")).expect(0);
    let state = bench.home.path().join("clx/state");
    assert!(state.join("cache.db").is_file());
    let spec = "course-specs/course.xml";
    let stats = bench.run(&["cache", "stats", spec, "--format", "json"]).expect(0).json();
    assert_eq!(stats["path"], state.join("cache.db").to_str().expect("UTF-8"));
    let plan = bench.run(&["plan", spec, "--format", "json"]).expect(0).json();
    assert_eq!((&plan["sources"], &plan["fresh"]), (&1.into(), &1.into()));
    let source = "slides/module_100_m/topic_100_a/slides_a.py";
    let explained = bench.run(&["explain", source, "--format", "json"]).expect(0).json();
    assert_eq!(explained["made"], 0);
}

#[test]
fn job_that_takes_longer_than_its_limit_is_stopped() {
    let bench = Bench::new();
    let kernels = tempfile::tempdir().expect("a temp dir");
    FakeKernel::new(FakeStart::Ready).install(kernels.path(), "python3");
    let source = "slides/module_100_m/topic_100_a/slides_a.py";
    bench.course.write(source, "# %%\nhang\n");
    bench.user("[worker_management.notebook]\nmax_job_time = 1\n");
    let build = bench.build(&[]).env("JUPYTER_PATH", kernels.path().join("share/jupyter"));
    let run = finish(build.start().expect("clx starts")).expect(1);
    run.says(&["error[CLX0302]"]);
}

#[test]
fn file_of_a_course_chooses_no_program() {
    let bench = Bench::new();
    let marker = bench.home.path().join("it-ran");
    let program = bench.course.root().join("tools/drawio.sh");
    bench.course.write("tools/drawio.sh", format!("#!/bin/sh\ntouch '{}'\n", marker.display()));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    let diagram = "<mxfile><diagram name=\"One\"><mxGraphModel><root><mxCell id=\"0\"/><mxCell \
                   id=\"1\" parent=\"0\"/><mxCell id=\"2\" value=\"x\" vertex=\"1\" \
                   parent=\"1\"/></root></mxGraphModel></diagram></mxfile>";
    bench.course.write("slides/module_100_m/topic_100_a/drawio/flow.drawio", diagram);
    let chosen = format!("[external_tools]\ndrawio_executable = \"{}\"\n", program.display());
    bench.course.write("clx.toml", &chosen);
    let build = || bench.build(&["--execute", "never", "--diagrams", "if-available"]);
    let run = finish(build().start().expect("clx starts")).expect(0);
    run.says(&["clx.toml:2:1: warning[CLX0906]", "`external_tools.drawio_executable`"]);
    run.says(&["hint:", "clx config set external_tools.drawio_executable"]);
    assert!(!marker.exists(), "the program of the course was run");
    // The same in the user's file is what the user wants.
    bench.user(&chosen);
    for workers in ["in-process", "direct"] {
        let build = build().args(["--workers", workers]);
        let _no_picture = finish(build.start().expect("clx starts")).expect(1);
        assert!(marker.exists(), "the program of the user was not run: {workers}");
        fs::remove_file(&marker).expect("removed");
    }
}

#[test]
fn registry_is_named_by_a_flag_or_the_configuration() {
    let bench = Bench::new();
    let pull = || {
        // No engine, so nothing is fetched.
        let command = bench.command(&["docker", "pull"]);
        let command = command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
        finish(command.start().expect("clx starts"))
    };
    pull().expect(2).says(&["error: no registry is named"]);
    bench.user("docker.registry = \"registry.example.org/clx\"\n");
    let _no_engine = pull().expect(4);
}

#[test]
fn validation_looks_at_the_configuration_too() {
    let bench = Bench::new();
    let _fine = bench.run(&["validate", "course-specs/course.xml"]).expect(0);
    bench.course.write("clx.toml", "[images]\nmode = \"shard\"\n");
    let run = bench.run(&["validate", "course-specs/course.xml"]).expect(3);
    run.says(&["clx.toml:2:8: error[CLX0903]", "`images.mode` cannot be `\"shard\"`"]);
    run.says(&["hint: did you mean `shared`?"]);
}

#[test]
fn file_of_a_course_names_no_place_outside() {
    let bench = Bench::new();
    bench.course.write("clx.toml", "[paths]\nstate_dir = \"../elsewhere\"\n");
    let run = finish(bench.build(&["--execute", "never"]).start().expect("clx starts")).expect(0);
    run.says(&["clx.toml:2:13: warning[CLX0906]", "`../elsewhere`"]);
    assert!(!bench.course.root().join("../elsewhere").exists());
    assert!(bench.course.root().join(".clx/cache.db").is_file());
    bench.course.write("clx.toml", "[paths]\nstate_dir = \"state\"\n");
    let _built =
        finish(bench.build(&["--execute", "never"]).start().expect("clx starts")).expect(0);
    assert!(bench.course.root().join("state/cache.db").is_file());
}

#[test]
fn unknown_key_is_a_warning_with_a_suggestion() {
    let bench = Bench::new();
    bench.course.write("clx.toml", "[execution]\nspare_kernles = 2\n");
    let build = |args: &[&str]| {
        let args = [&["--execute", "never"], args].concat();
        finish(bench.build(&args).start().expect("clx starts")).expect(0)
    };
    let run = build(&[]);
    run.says(&["clx.toml:2:1: warning[CLX0904]", "`execution.spare_kernles`"]);
    run.says(&["hint: did you mean `execution.spare_kernels`?"]);
    assert!(!build(&["-O", "quiet"]).stderr.contains("CLX0904"));
    bench.course.write("clx.toml", "[logging]\nlog_level = \"INFO\"\n");
    build(&[]).says(&["clx.toml:1:2: warning[CLX0905]", "no use for `logging`"]);
}

#[test]
fn wrong_values_of_all_sources_are_told_and_nothing_is_built() {
    let bench = Bench::new();
    bench.course.write("clx.toml", "[execution]\nspare_kernels = 65 # many\n");
    bench.user("[cache]\nmax_age = \"old\"\n");
    let build = |args: &[&str]| bench.build(args).env("CLX_WATCH__DEBOUNCE", "soon");
    let run = finish(build(&[]).start().expect("clx starts")).expect(3);
    run.says(&["error[CLX0903]", "CLX_WATCH__DEBOUNCE: `watch.debounce` cannot be `soon`"]);
    run.says(&["clx.toml:2:17: error[CLX0903]: `execution.spare_kernels` cannot be `65`"]);
    run.says(&["2 | spare_kernels = 65 # many"]);
    run.says(&["hint: write a whole number from 0 to 64"]);
    run.says(&["config.toml:2:11: error[CLX0903]", "`cache.max_age` cannot be `\"old\"`"]);
    assert!(!bench.course.root().join("output").exists());
    let json = finish(build(&["-O", "json"]).start().expect("clx starts")).expect(3).json();
    assert_eq!(json["error_count"], 3);
    for command in [
        &["plan", "course-specs/course.xml"][..],
        &["cache", "stats", "course-specs/course.xml"],
        &["config", "show"],
    ] {
        bench.run(command).expect(3).says(&["clx.toml:2:17: error[CLX0903]"]);
    }
    // What is no longer TOML is told with its place, too.
    bench.course.write("clx.toml", "[execution\n");
    bench.run(&["config", "show"]).expect(3).says(&["clx.toml:1:11: error[CLX0902]"]);
}

#[test]
fn setting_a_key_keeps_comments_and_checks_first() {
    let bench = Bench::new();
    bench.user("# mine\n[execution]\nspare_kernels = 2 # two\n");
    let run = bench.run(&["config", "set", "execution.spare_kernels", "4"]).expect(0);
    assert!(run.stdout.starts_with("Set `execution.spare_kernels` to 4 in "), "{}", run.stdout);
    let text = || fs::read_to_string(bench.user_file()).expect("a file");
    let after = "# mine\n[execution]\nspare_kernels = 4 # two\n";
    assert_eq!(text(), after);
    let set = |args: &[&str]| bench.run(&[&["config", "set"], args].concat());
    set(&["execution.spare_kernels", "-1"]).expect(3).says(&["error[CLX0903]", "`-1`"]);
    let wrong = set(&["execution.spare_kernel", "1"]).expect(2);
    wrong.says(&["hint: did you mean `execution.spare_kernels`?"]);
    set(&["logging.log_level", "INFO"]).expect(2).says(&["error[CLX0905]"]);
    let project = ["--location", "project"];
    let refused = set(&[&["kernels.python", "xpython"][..], &project].concat()).expect(3);
    refused.says(&["error[CLX0906]", "`kernels.python`"]);
    assert_eq!(text(), after);
    assert!(!bench.course.root().join("clx.toml").exists());
    let _set = set(&[&["execution.spare_kernels", "3"][..], &project].concat()).expect(0);
    let course = fs::read_to_string(bench.course.root().join("clx.toml")).expect("a file");
    assert_eq!(course, "[execution]\nspare_kernels = 3\n");
    // It wins over the user's own, which is told.
    let user = set(&["execution.spare_kernels", "5"]).expect(0);
    user.says(&["It has no effect here:", "clx.toml:2 sets it"]);
    let unset = bench.run(&["config", "unset", "execution.spare_kernels"]).expect(0);
    assert!(unset.stdout.starts_with("Removed `execution.spare_kernels` from "));
    assert_eq!(text(), "# mine\n[execution]\n");
}

#[test]
fn new_file_replaces_no_other() {
    let bench = Bench::new();
    let init = |args: &[&str]| bench.run(&[&["config", "init"], args].concat());
    let _written = init(&[]).expect(0);
    let template = fs::read_to_string(bench.user_file()).expect("a file");
    assert!(template.contains("\n[execution]\n") && template.contains("\n#spare_kernels = 1\n"));
    bench.user("# mine\n");
    init(&[]).expect(4).says(&["error[CLX0907]", "is there already"]);
    assert_eq!(fs::read_to_string(bench.user_file()).expect("a file"), "# mine\n");
    let _replaced = init(&["--force"]).expect(0);
    assert_eq!(fs::read_to_string(bench.user_file()).expect("a file"), template);
    let _of_course = init(&["--location", "project"]).expect(0);
    let course = fs::read_to_string(bench.course.root().join("clx.toml")).expect("a file");
    assert!(!course.contains("plantuml_jar") && !course.contains("[kernels]"));
    assert_eq!(bench.run(&["config", "show"]).expect(0).stderr, "");
}

#[test]
fn places_are_listed_with_what_is_there() {
    let bench = Bench::new();
    let lines = || {
        let run = bench.run(&["config", "locate"]).expect(0);
        let (course, home) = (bench.course.root(), bench.home.path());
        let shown = run.stdout.replace(course.to_str().expect("UTF-8"), "COURSE");
        let shown = shown.replace(home.to_str().expect("UTF-8"), "HOME");
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<_> = shown.lines().map(words).collect();
        // Whether this machine has one is not known here.
        lines.into_iter().filter(|line| !line.starts_with("system")).collect::<Vec<_>>()
    };
    bench.user("");
    let before = [
        "LOCATION FILE STATE",
        "project COURSE/.clx/config.toml not there",
        "project COURSE/clx.toml not there",
        "user HOME/clx/config.toml used",
    ];
    assert_eq!(lines(), before);
    bench.course.write("clx.toml", "");
    bench.course.write(".clx/config.toml", "");
    let after = [
        "LOCATION FILE STATE",
        "project COURSE/.clx/config.toml used",
        "project COURSE/clx.toml not used: the one above is",
        "user HOME/clx/config.toml used",
    ];
    assert_eq!(lines(), after);
    let json = bench.run(&["config", "locate", "--format", "json"]).expect(0).json();
    assert_eq!(json["places"][1]["state"], "hidden");
}

#[test]
fn values_are_shown_by_section_and_as_a_file() {
    let bench = Bench::new();
    bench.course.write("clx.toml", "[watch]\nport = 8080\n");
    let show = |args: &[&str]| bench.run(&[&["config", "show"], args].concat()).expect(0).stdout;
    let section = |text: &str| {
        let from = text.find("[watch]").expect("the section");
        text[from..].lines().take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: Vec<_> = section(&show(&["--origin"])).iter().map(|line| words(line)).collect();
    let place = bench.course.root().join("clx.toml");
    let port = format!("port 8080 {}:2", place.display());
    assert_eq!(shown, ["[watch]", "debounce 0.02 default", &port]);
    assert_eq!(
        section(&show(&["--format", "toml"])),
        ["[watch]", "debounce = 0.02", "port = 8080"]
    );
    // What is printed as a file is one.
    bench.user(&show(&["--format", "toml"]));
    assert_eq!(bench.run(&["config", "show"]).expect(0).stderr, "");
    let schema = bench.run(&["config", "schema"]).expect(0).json();
    let maximum = schema.pointer("/properties/watch/properties/port/maximum");
    assert_eq!(maximum, Some(&65_535.into()));
}
