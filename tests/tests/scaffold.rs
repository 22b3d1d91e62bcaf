//! `clx init` and `clx new topic`: what they make builds at once.

use std::fs;
use std::path::Path;

use clx_tests::e2e::{Clx, Run, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const SPEC: &str = "course-specs/course.xml";

/// Runs clx in a directory.
fn run_in(directory: &Path, args: &[&str]) -> Run {
    finish(CLX.command(args).current_dir(directory).start().expect("clx starts"))
}

/// Makes a course with one topic more.
fn course(topic: &[&str]) -> (tempfile::TempDir, Run) {
    let dir = tempfile::tempdir().expect("a temp dir");
    let _made = run_in(dir.path(), &["init"]).expect(0);
    let run = run_in(dir.path(), &[&["new", "topic"], topic].concat());
    (dir, run)
}

fn spec(dir: &tempfile::TempDir) -> String {
    fs::read_to_string(dir.path().join(SPEC)).expect("a spec")
}

#[test]
fn new_course_builds_and_is_fine_in_every_language() {
    for language in ["python", "cpp", "csharp", "java", "typescript"] {
        let dir = tempfile::tempdir().expect("a temp dir");
        let title = format!("A & B <{language}>");
        let args = ["init", "my course", "--language", language, "--title", &title];
        let made = run_in(dir.path(), &args).expect(0);
        let expected = format!(
            "Made the course `{title}` in my course\n\nNext:\n  clx build 'my course/course-specs/course.xml'\n"
        );
        assert_eq!((made.stdout, made.stderr.as_str()), (expected, ""));
        let course = dir.path().join("my course");
        let built = run_in(&course, &["build", SPEC, "-O", "quiet"]).expect(0);
        assert!(built.stderr.starts_with("Built 54 files (54 written)"), "{}", built.stderr);
        let page =
            "output/speaker/De/A _ B _x_/Folien/Html/Speaker/Erste Schritte/01 Willkommen.html";
        let page = page.replace("_x_", &format!("_{language}_"));
        assert!(course.join(&page).is_file(), "{page}");
        let checked = run_in(&course, &["validate", SPEC]).expect(0);
        let expected = format!("{SPEC} is fine: 0 errors, 0 warnings.\n");
        assert_eq!((checked.stdout, checked.stderr.as_str()), (expected, ""));
    }
}

#[test]
fn course_is_named_after_its_directory() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let made = run_in(dir.path(), &["init", "python-intro"]).expect(0);
    assert!(made.stdout.starts_with("Made the course `Python intro` in python-intro\n"));
}

#[test]
fn nothing_is_written_over_and_nothing_is_left_behind() {
    let dir = tempfile::tempdir().expect("a temp dir");
    fs::write(dir.path().join("README.md"), "mine").expect("written");
    let refused = run_in(dir.path(), &["init"]).expect(2);
    assert_eq!(
        refused.stderr,
        "error: this is there already: ./README.md\n  \
         hint: nothing was written; move them away, or name another directory\n"
    );
    assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 1);
    assert_eq!(fs::read_to_string(dir.path().join("README.md")).expect("there"), "mine");
}

#[test]
fn new_topic_has_its_page_and_the_spec_a_line() {
    let (dir, made) =
        course(&["for_loops", "--title-de", "Zählschleifen", "--section", "First Steps"]);
    let made = made.expect(0);
    assert_eq!(
        made.stdout,
        "Made slides/module_100_first_steps/topic_120_for_loops/slides_for_loops.py\n\
         Added `for_loops` to section 1 (First Steps) of course-specs/course.xml\n\
         Its code is not run (evaluate=\"no\"), like that of the topic before it\n\n\
         Next:\n  clx build course-specs/course.xml --only for_loops\n"
    );
    let text = spec(&dir);
    let line = "        <topic evaluate=\"no\">for_loops</topic>\n";
    let other = tempfile::tempdir().expect("a temp dir");
    let title = dir.path().file_name().expect("a name").to_string_lossy().replace('-', " ");
    let _made = run_in(other.path(), &["init", "--title", &title]).expect(0);
    let name = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.contains("<de>") && !line.contains("<en>"))
            .map(str::to_owned)
            .collect()
    };
    assert!(text.contains(line), "{text}");
    assert_eq!(name(&text.replace(line, "")), name(&spec(&other)));
    let _built = run_in(dir.path(), &["build", SPEC]).expect(0);
    for page in [
        "De/*/Folien/Html/Completed/Erste Schritte/03 Zählschleifen.html",
        "En/*/Slides/Html/Completed/First Steps/03 For loops.html",
    ] {
        let (language, rest) = page.split_once("/*/").expect("a star");
        let courses = dir.path().join("output/public").join(language);
        let course =
            fs::read_dir(courses).expect("built").next().expect("a course").expect("readable");
        assert!(course.path().join(rest).is_file(), "{page}");
    }
    let _fine = run_in(dir.path(), &["validate", SPEC]).expect(0);
}

#[test]
fn topic_that_cannot_be_made_changes_nothing() {
    for (topic, status, said) in [
        (
            &["values"][..],
            2,
            "error: a topic `values` is there already: slides/module_100_first_steps/topic_110_values\n  \
             hint: choose another name\n",
        ),
        (
            &["loops", "--section", "Frist Steps"],
            2,
            "error: the spec has no section `Frist Steps`\n  hint: did you mean `First Steps`?\n",
        ),
        (
            &["../loops"],
            2,
            "error: `../loops` is no name for a topic\n  \
             hint: use letters, digits, `_` and `-`, such as `for_loops`\n",
        ),
        (
            &["loops", "--title-en", "{{ x }}"],
            2,
            "error: the title `{{ x }}` cannot be used\n  \
             hint: leave out quotation marks, backslashes, line breaks and double braces\n",
        ),
    ] {
        let (dir, refused) = course(topic);
        let refused = refused.expect(status);
        assert_eq!((refused.stdout.as_str(), refused.stderr.as_str()), ("", said));
        assert!(!spec(&dir).contains("loops"));
        let module = dir.path().join("slides/module_100_first_steps");
        assert_eq!(fs::read_dir(module).expect("readable").count(), 2);
    }
}

#[test]
fn topic_that_the_spec_does_not_name_is_no_free_name() {
    let (dir, _made) = course(&["loops"]);
    let other = dir.path().join("slides/module_200_more/topic_100_lists");
    fs::create_dir_all(other).expect("made");
    let refused = run_in(dir.path(), &["new", "topic", "lists"]).expect(2);
    assert_eq!(
        refused.stderr,
        "error: a topic `lists` is there already: slides/module_200_more/topic_100_lists\n  \
         hint: the spec does not name it yet: add `<topic>lists</topic>` to a section\n"
    );
}

#[test]
fn section_without_topics_gets_a_module_of_its_own() {
    let (dir, _made) = course(&["loops"]);
    let more = "<section><name><de>Mehr</de><en>More, &amp; Later</en></name></section></sections>";
    fs::write(dir.path().join(SPEC), spec(&dir).replace("</sections>", more)).expect("written");
    let made = run_in(dir.path(), &["new", "topic", "lists"]).expect(0);
    let slides = "slides/module_200_more_later/topic_100_lists/slides_lists.py";
    assert!(made.stdout.starts_with(&format!("Made {slides}\n")), "{}", made.stdout);
    let built = run_in(dir.path(), &["build", SPEC, "--only", "lists", "--execute", "never"]);
    assert!(built.expect(0).stderr.contains("Built 18 files"));
}

#[test]
fn spec_is_found_if_it_is_the_only_one() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let refused = run_in(dir.path(), &["new", "topic", "loops"]).expect(2);
    assert_eq!(
        refused.stderr,
        "error: there is no course spec in course-specs\n  \
         hint: change to the course root, or name a spec; `clx init` makes a new course\n"
    );
    let (dir, _made) = course(&["loops"]);
    fs::copy(dir.path().join(SPEC), dir.path().join("course-specs/b.xml")).expect("copied");
    let refused = run_in(dir.path(), &["new", "topic", "lists"]).expect(2);
    assert_eq!(
        refused.stderr,
        "error: the course has several specs\n  \
         hint: name one with `--spec`: course-specs/b.xml, course-specs/course.xml\n"
    );
    let _made =
        run_in(dir.path(), &["new", "topic", "lists", "--spec", "course-specs/b.xml"]).expect(0);
}
