//! Commands that tell about a course and build nothing: validate, outline, decks, orphans, man.

use std::fs;
use std::path::Path;

use clx_tests::e2e::{Clx, Run, TestCourse, finish};
use serde_json::{Value, json};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const A: &str = "slides/module_100_m/topic_100_a/slides_a.py";
const SPEC: &str = "course-specs/course.xml";

fn run(course: &TestCourse, args: &[&str]) -> Run {
    let command = CLX.command(args).env_remove("GITHUB_WORKSPACE").current_dir(course.root());
    finish(command.start().expect("clx starts"))
}

/// A course with problems of every sort that is found in slides without running them.
fn faulty() -> TestCourse {
    let faults = "# j2 from 'macros.j2' import header\n\
                  # {{ header(\"Eins\", \"One\") }}\n\n\
                  # %% [markdown] lang=\"de\" tags=[\"sldie\"]\n\
                  # ![x](img/none.png)\n\
                  # [y](week.csv), [z](data.csv)\n\n\
                  # %% tags=[\"keep\"\n\
                  x = 1\n";
    let course =
        TestCourse::with_topics(&[("a", faults), ("b", "# %% [markdown]\n# {{ oops }}\n")]);
    course.write("slides/module_100_m/topic_100_a/data.csv", "1,2\n");
    course
}

#[test]
fn all_problems_of_slides_are_told_with_their_lines() {
    let course = faulty();
    let found = run(&course, &["validate", SPEC]).expect(1);
    assert_eq!(
        found.stderr,
        "slides/module_100_m/topic_100_a/slides_a.py:4: warning[CLX0230]: unknown tag `sldie` on markdown cell 2
    # %% [markdown] lang=\"de\" tags=[\"sldie\"]
slides/module_100_m/topic_100_a/slides_a.py:4: warning[CLX0252]: the cell of prose in `de` has no counterpart in `en`
  hint: add the missing cell, or leave `lang` out of a cell that is for all languages
slides/module_100_m/topic_100_a/slides_a.py:5: warning[CLX0250]: the picture or video `img/none.png` is no file of the topic
  hint: correct the path, which is relative to the topic, or add the file
slides/module_100_m/topic_100_a/slides_a.py:6: warning[CLX0251]: the linked file `week.csv` is no file of the topic
  hint: correct the path, which is relative to the topic, or add the file
slides/module_100_m/topic_100_a/slides_a.py:8: warning[CLX0220]: the options `tags=[\"keep\"` cannot be parsed; the cell has no tags
    # %% tags=[\"keep\"
  hint: write `key=value` with JSON values, such as `tags=[\"keep\"] lang=\"en\"`
slides/module_100_m/topic_100_b/slides_b.py:2: error[CLX0201]: undefined value: `oops` is undefined
    # {{ oops }}
  hint: define the name with `set` or import it, or correct it
"
    );
    assert_eq!(found.stdout, "course-specs/course.xml has problems: 1 error, 5 warnings.\n");
}

#[test]
fn course_root_stands_for_its_only_spec() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]);
    let named = run(&course, &["targets", SPEC]).expect(0).stdout;
    course.write("course-specs/a directory.xml/note", "");
    let root = course.root().display().to_string();
    for command in [&["targets"][..], &["targets", "."], &["targets", &root]] {
        assert_eq!(run(&course, command).expect(0).stdout, named, "{command:?}");
    }
    assert!(run(&course, &["outline"]).expect(0).stdout.contains("# "));

    let spec = fs::read_to_string(course.root().join(SPEC)).expect("a spec");
    course.write("course-specs/b.xml", &spec);
    assert_eq!(
        run(&course, &["targets"]).expect(2).stderr,
        "error: the course has several specs\n  \
         hint: name one: course-specs/b.xml, course-specs/course.xml\n"
    );
    assert_eq!(run(&course, &["targets", "course-specs/b.xml"]).expect(0).stdout, named);
    assert_eq!(
        run(&course, &["build", "slides"]).expect(2).stderr,
        "error: there is no course spec in slides/course-specs\n  \
         hint: change to the course root, or name a spec; `clx init` makes a new course\n"
    );
}

#[test]
fn sarif_names_file_and_line() {
    let course = faulty();
    let log = run(&course, &["validate", SPEC, "--format", "sarif"]).expect(1).json();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let error = results.iter().find(|result| result["level"] == "error").expect("an error");
    assert_eq!(
        *error,
        json!({
            "ruleId": "CLX0201",
            "level": "error",
            "message": { "text": error["message"]["text"] },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": "slides/module_100_m/topic_100_b/slides_b.py" },
                "region": { "startLine": 2 },
            } }],
        })
    );
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    let is_ruled = |result: &Value| rules.iter().any(|rule| rule["id"] == result["ruleId"]);
    assert!(results.iter().all(is_ruled), "{rules:?}");
}

#[test]
fn sarif_of_a_clean_course_has_no_results() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]);
    let log = run(&course, &["validate", SPEC, "--format", "sarif"]).expect(0).json();
    assert_eq!(log["runs"][0]["results"], json!([]));
}

#[test]
fn problems_are_data() {
    let course = faulty();
    let found = run(&course, &["validate", SPEC, "--format", "json"]).expect(1).json();
    assert_eq!((&found["error_count"], &found["spec"]), (&json!(1), &json!(SPEC)));
    let problems = found["problems"].as_array().expect("a list");
    assert_eq!(problems.len(), 6);
    let missing = problems.iter().find(|problem| problem["code"] == "CLX0251").expect("found");
    assert_eq!(
        *missing,
        json!({
            "severity": "high",
            "code": "CLX0251",
            "category": "missing_file",
            "message": "the linked file `week.csv` is no file of the topic",
            "location": { "file": A, "line": 6 },
            "hint": "correct the path, which is relative to the topic, or add the file",
        })
    );
}

#[test]
fn spec_of_which_nothing_can_be_built_is_told_apart() {
    let course = TestCourse::with_topics(&[("a", "")]);
    course.write(SPEC, "<course><name>");
    let found = run(&course, &["validate", SPEC]).expect(3);
    assert_eq!(found.stdout, "course-specs/course.xml has problems: 1 error, 0 warnings.\n");
    course.write_spec("<topic>nowhere</topic>");
    let found = run(&course, &["validate", SPEC]).expect(1);
    found.says(&["CLX0107", "nowhere"]);
}

#[test]
fn pictures_that_diagrams_make_are_there() {
    let course = TestCourse::with_topics(&[(
        "a",
        "# %% [markdown]\n# <img src=\"img/one.png\"> ![two](img/two.png)\n",
    )]);
    let diagram = "slides/module_100_m/topic_100_a/pu/one.pu";
    course.write(diagram, "@startuml\na -> b\n@enduml\n\n@startuml two\na -> b\n@enduml\n");
    let _fine = run(&course, &["validate", SPEC]).expect(0);
    course.write(diagram, "@startuml\na -> b\n");
    let found = run(&course, &["validate", SPEC]);
    found.says(&["CLX0250", "img/two.png"]);
    found.says(&["one.pu:1", "CLX0801"]);
}

#[test]
fn topic_of_one_file_takes_along_what_it_shows_only() {
    let course = TestCourse::with_topics(&[]);
    course.write_spec("<topic>one</topic>");
    course.write(
        "slides/m/topic_100_one.py",
        "# %% [markdown]\n# ![x](img/x.png)\n# <img src=\"img/y.png\">\n",
    );
    for picture in ["x", "y"] {
        course.write(&format!("slides/m/img/{picture}.png"), "png");
    }
    let found = run(&course, &["validate", SPEC]).expect(0);
    assert_eq!(
        found.stderr,
        "slides/m/topic_100_one.py:2: warning[CLX0250]: the picture or video `img/x.png` does not come along to the outputs\n  \
         hint: a topic that is a single file takes along only what it names as `<img src=\"…\">` with \
         double quotes; make it a directory to take along all\n"
    );
}

#[test]
fn decks_are_listed_with_their_outputs() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n"), ("b", "# %%\ny = 1\n")]);
    course.write_spec("<topic>a</topic>\n<topic html=\"no\">b</topic>\n");
    assert_eq!(
        run(&course, &["decks", SPEC]).expect(0).stdout,
        "SECTION  TOPIC  NO  OUTPUTS  FILE\n\
         1 Part   a      01  18       slides/module_100_m/topic_100_a/slides_a.py\n\
         1 Part   b      02  12       slides/module_100_m/topic_100_b/slides_b.py\n\n\
         Course: 2 decks, 30 outputs.\n"
    );
    let list = run(&course, &["decks", SPEC, "--format", "json"]).expect(0).json();
    assert_eq!(
        list["decks"][0],
        json!({
            "section": 1, "section_name": "Part", "topic": "a", "number": 1, "title": "slides_a",
            "file": A, "outputs": 18,
        })
    );
    course.write_spec("");
    let said = run(&course, &["decks", SPEC]).expect(0).stdout;
    assert_eq!(said, "The course has no slides yet. `clx new topic NAME` makes some.\n");
}

#[test]
fn orphans_are_files_that_no_spec_uses() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n"), ("b", "# %%\ny = 1\n")]);
    let none = "No orphans: 1 spec read, every file below slides/ is used.\n";
    assert_eq!(run(&course, &["orphans"]).expect(0).stdout, none);
    course.write("slides/module_100_m/topic_120_old/slides_old.py", "");
    course.write("slides/module_100_m/topic_120_old/img/x.png", "");
    course.write("slides/module_100_m/notes.md", "");
    course.write("slides/_archive/topic_100_x/slides_x.py", "");
    course.write("slides/module_100_m/topic_100_a/build/x.o", "");
    course.write("slides/module_100_m/.gitkeep", "");
    assert_eq!(
        run(&course, &["orphans"]).expect(0).stdout,
        "FILES  PATH\n\
         1      slides/module_100_m/notes.md\n\
         2      slides/module_100_m/topic_120_old/\n\n\
         3 files not used; 1 spec read.\n"
    );
    course.write_spec("<topic>a</topic>");
    let list = run(&course, &["orphans", SPEC, "--format", "json"]).expect(0).json();
    let paths: Vec<_> = list["orphans"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|orphan| orphan["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        paths,
        [
            "slides/module_100_m/notes.md",
            "slides/module_100_m/topic_100_b",
            "slides/module_100_m/topic_120_old"
        ]
    );
}

#[test]
fn names_that_are_no_text_are_told() {
    use std::os::unix::ffi::OsStrExt;
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]);
    let name = std::ffi::OsStr::from_bytes(b"slides/module_100_m/caf\xe9.md");
    fs::write(course.root().join(name), "").expect("written");
    let list = run(&course, &["orphans", "--format", "json"]).expect(0).json();
    assert_eq!(list["orphans"][0]["path"], "slides/module_100_m/caf\u{fffd}.md");
    let name = std::ffi::OsStr::from_bytes(b"slides/module_100_m/topic_100_a/slides_\xe9.py");
    fs::write(course.root().join(name), "# %%\n# {{ oops }}\n").expect("written");
    for format in ["text", "json", "sarif"] {
        let found = run(&course, &["validate", SPEC, "--format", format]).expect(1);
        assert!(found.stdout.contains("1 error") || found.stdout.contains("CLX0201"));
    }
    assert_eq!(
        run(&course, &["decks", SPEC, "--format", "json"]).expect(0).json()["decks"][1]["number"],
        2
    );
}

#[test]
fn broken_page_template_is_found() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]);
    course.write("templates/html/page.html.j2", "{% if %}");
    let found = run(&course, &["validate", SPEC]).expect(3);
    found.says(&["templates/html/page.html.j2:1", "CLX0600"]);
}

#[test]
fn what_diagrams_include_is_no_orphan() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n")]);
    course.write(
        "slides/module_100_m/topic_100_a/pu/a.pu",
        "@startuml\n!include ../../style.iuml\na -> b\n@enduml\n",
    );
    course.write("slides/module_100_m/style.iuml", "skinparam monochrome true\n");
    let said = run(&course, &["orphans"]).expect(0).stdout;
    assert_eq!(said, "No orphans: 1 spec read, every file below slides/ is used.\n");
}

#[test]
fn several_specs_of_one_course_use_files_together() {
    let course = TestCourse::with_topics(&[("a", "# %%\nx = 1\n"), ("b", "# %%\ny = 1\n")]);
    let both = fs::read_to_string(course.spec("course.xml")).expect("a spec");
    for topic in ["a", "b"] {
        let other = if topic == "a" { "b" } else { "a" };
        let spec = both.replace(&format!("<topic>{other}</topic>"), "");
        course.write(&format!("course-specs/{topic}.xml"), spec);
    }
    course.remove(SPEC);
    let said = run(&course, &["orphans"]).expect(0).stdout;
    assert_eq!(said, "No orphans: 2 specs read, every file below slides/ is used.\n");
    let said = run(&course, &["orphans", "course-specs/a.xml"]).expect(0).stdout;
    assert!(said.contains("slides/module_100_m/topic_100_b/"), "{said}");
    course.write("course-specs/b.xml", "<course>");
    let _refused = run(&course, &["orphans"]).expect(3);
}

#[test]
fn outline_is_markdown_or_json() {
    let course = TestCourse::with_topics(&[(
        "a",
        "# j2 from 'macros.j2' import header\n# {{ header(\"Eins\", \"One: 1\") }}\n",
    )]);
    let said = run(&course, &["outline", SPEC, "-L", "de"]).expect(0).stdout;
    assert_eq!(said, "# Kurs\n\n## Teil\n\n- Eins\n");
    let outline = run(&course, &["outline", SPEC, "--format", "json"]).expect(0).json();
    assert_eq!(
        outline,
        json!({
            "course_name": "Course",
            "language": "en",
            "sections": [{
                "name": "Part",
                "topics": [{
                    "id": "a",
                    "notebooks": [{ "number": 1, "title": "One: 1", "file": A }],
                }],
            }],
        })
    );
    let _written = run(&course, &["outline", SPEC, "-d", "outlines"]).expect(0);
    let _written = run(&course, &["outline", SPEC, "-d", "outlines", "--format", "json"]).expect(0);
    let names: Vec<_> = course.files("outlines").into_keys().collect();
    assert_eq!(names, ["Course.json", "Course.md", "Kurs.json", "Kurs.md"]);
    let _written = run(&course, &["outline", SPEC, "-d", "german", "-L", "de"]).expect(0);
    assert_eq!(course.files("german").into_keys().collect::<Vec<_>>(), ["Kurs.md"]);
    let refused = run(&course, &["outline", SPEC, "-L", "fr"]).expect(2);
    assert_eq!(refused.stderr, "error: the course has no language `fr`\n  hint: it has de, en\n");
}

#[test]
fn reference_page_is_that_of_the_program() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let page = fs::read_to_string(page).expect("the page");
    let said = CLX.run(&["man", "--markdown"]).expect(0).stdout;
    assert!(page == said, "docs/reference/cli.md is out of date: run `cargo xtask gen-docs`");
    assert!(!said.contains("clx worker run"), "hidden commands are left out");
}

#[test]
fn manual_pages_and_completions_know_the_commands() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = dir.path().join("man1");
    let path = path.to_str().expect("UTF-8");
    let said = CLX.run(&["man", "--dir", path]).expect(0).stdout;
    assert_eq!(said, format!("The manual pages are in {path}\n"));
    for page in ["clx.1", "clx-build.1", "clx-git-sync.1"] {
        let page = fs::read_to_string(Path::new(path).join(page)).expect("a page");
        assert!(page.contains(".TH clx"), "{page}");
    }
    assert!(!Path::new(path).join("clx-worker.1").exists());
    assert!(CLX.run(&["man"]).expect(0).stdout.contains("clx\\-orphans(1)"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = CLX.run(&["completions", shell]).expect(0).stdout;
        assert!(script.contains("orphans") && script.contains("sync"), "{shell}");
        assert!(!script.contains("started by clx itself"), "{shell}: hidden commands");
    }
}
