//! Targets, languages, kinds and formats: who gets which outputs.

use std::path::PathBuf;

use clx_core::{Language, OutputFormat};
use clx_course::{ImageMode, Selection, outputs, targets};

use crate::temp_course::{TempCourse, files, spec, summary};

/// A course with one notebook, one image and one data file.
fn three_files(html: &str, targets: &str) -> TempCourse {
    let topics = format!("<topics><topic{html}>x</topic></topics>");
    let course = TempCourse::new(&spec(&topics, targets));
    course.touch(&[
        "slides/m/t_1_x/slides_a.py",
        "slides/m/t_1_x/img/i.png",
        "slides/m/t_1_x/d.csv",
    ]);
    course
}

fn counts(course: &TempCourse, selection: &Selection) -> [usize; 3] {
    let (plan, findings) = course.plan_of(selection);
    assert_eq!(summary(&findings), [""; 0]);
    let copies = |suffix: &str| {
        let copies = plan.copies.iter().flat_map(|copy| &copy.destinations);
        copies.filter(|path| path.extension().is_some_and(|own| own == suffix)).count()
    };
    let notebooks = plan.notebooks.iter().map(|notebook| notebook.outputs.len()).sum();
    [notebooks, copies("png"), copies("csv")]
}

#[test]
fn every_variant_gets_every_file() {
    let course = three_files("", "");
    assert_eq!(counts(&course, &Selection::default()), [18, 18, 18]);
    let shared = Selection { image_mode: ImageMode::Shared, ..Selection::default() };
    assert_eq!(counts(&course, &shared), [18, 4, 18]);
    let german_speaker = Selection {
        languages: vec![Language::DE],
        kinds: vec!["speaker".to_owned()],
        ..Selection::default()
    };
    assert_eq!(counts(&course, &german_speaker), [3, 3, 3]);
    let no_html = Selection {
        formats: vec![OutputFormat::Code, OutputFormat::Notebook],
        ..Selection::default()
    };
    assert_eq!(counts(&course, &no_html), [12, 12, 12]);
}

#[test]
fn html_no_suppresses_html_of_notebooks_only() {
    for word in ["no", "false", "off", "0", "NO"] {
        let course = three_files(&format!(" html='{word}'"), "");
        assert_eq!(counts(&course, &Selection::default()), [12, 18, 18], "{word}");
    }
    for word in ["yes", "true", "on", "1"] {
        let course = three_files(&format!(" html='{word}'"), "");
        assert_eq!(counts(&course, &Selection::default()), [18, 18, 18], "{word}");
    }
}

const TARGETS: &str = "<output-targets>\
    <output-target name='students'><path>out/students</path><kinds><kind>code-along</kind></kinds></output-target>\
    <output-target name='solutions'><path>/abs/solutions</path><kinds><kind>completed</kind></kinds>\
    <formats><format>html</format></formats><languages><language>en</language></languages></output-target>\
    </output-targets>";

#[test]
fn targets_have_no_audience_level_and_no_speaker_files() {
    let course = three_files("", TARGETS);
    assert_eq!(counts(&course, &Selection::default()), [7, 7, 7]);
    let (plan, _) = course.plan();
    let all = files(&plan, course.root());
    assert!(all.iter().all(|file| !file.contains("peaker")), "{all:#?}");
    assert!(
        all.contains(
            &"out/students/De/Kurs/Folien/Python/Code-Along/Teil/01 slides_a.py".to_owned()
        )
    );
    assert!(all.contains(&"/abs/solutions/En/Course/Slides/Html/Completed/Part/d.csv".to_owned()));
    let dirs: Vec<_> = plan.course_dirs.iter().map(|dir| files_name(dir, &course)).collect();
    let wanted = ["out/students/De/Kurs", "out/students/En/Course", "/abs/solutions/En/Course"];
    assert_eq!(dirs[..3], wanted);
    assert_eq!(dirs[3..], ["/abs/solutions/De/Kurs"], "swept if it was wanted once");
}

fn files_name(path: &std::path::Path, course: &TempCourse) -> String {
    crate::temp_course::relative(path, course.root())
}

#[test]
fn output_dir_overrides_targets() {
    let course = three_files("", TARGETS);
    let selection = Selection {
        output_dir: Some(PathBuf::from("/elsewhere")),
        targets: vec!["nobody".to_owned()],
        ..Selection::default()
    };
    assert_eq!(counts(&course, &selection), [18, 18, 18]);
    let (plan, _) = course.plan_of(&selection);
    assert_eq!(plan.targets.len(), 1);
    assert!(plan.targets[0].is_default);
    assert!(files(&plan, course.root()).iter().all(|file| file.starts_with("/elsewhere/")));
}

#[test]
fn named_targets_are_kept() {
    let course = three_files("", TARGETS);
    let select = |names: &[&str]| Selection {
        targets: names.iter().map(|&name| name.to_owned()).collect(),
        ..Selection::default()
    };
    assert_eq!(counts(&course, &select(&["solutions"])), [1, 1, 1]);
    let (plan, findings) = course.plan_of(&select(&["students", "nobody"]));
    assert_eq!(plan.targets.len(), 1);
    assert_eq!(summary(&findings), ["course-specs/spec.xml: High CLX0134"]);
    let problems = outputs(&course.course(), &select(&["nobody"])).expect_err("none left");
    let expected = ["CLX0134", "CLX0135"].map(|code| {
        let severity = if code == "CLX0134" { "High" } else { "Error" };
        format!("course-specs/spec.xml: {severity} {code}")
    });
    assert_eq!(summary(&problems), expected);
    assert_eq!(problems[1].hint.as_deref(), Some("use one of: students, solutions"));
}

#[test]
fn selection_that_leaves_nothing_is_an_error() {
    fn check(course: &TempCourse, selection: &Selection, message: &str, hint: &str) {
        let problems = outputs(&course.course(), selection).expect_err("nothing is left");
        assert_eq!(summary(&problems), ["course-specs/spec.xml: Error CLX0136"]);
        assert_eq!(problems[0].message, message);
        assert_eq!(problems[0].hint.as_deref(), Some(hint));
    }
    let kinds = |names: &[&str]| Selection {
        kinds: names.iter().map(|&name| name.to_owned()).collect(),
        ..Selection::default()
    };
    let french =
        Selection { languages: vec!["fr".parse().expect("a code")], ..Selection::default() };
    check(
        &three_files("", ""),
        &french,
        "no target has the language `fr`",
        "there are: de, en; see `clx targets`",
    );
    check(
        &three_files("", TARGETS),
        &kinds(&["speaker"]),
        "no target has the kind `speaker`",
        "there are: code-along, completed; see `clx targets`",
    );
    check(
        &three_files("", TARGETS),
        &Selection { targets: vec!["solutions".to_owned()], ..kinds(&["speaker", "code-along"]) },
        "no selected target has the kind `speaker` or `code-along`",
        "there are: completed; see `clx targets`",
    );
    check(
        &three_files("", TARGETS),
        &Selection { formats: vec![OutputFormat::Code], ..kinds(&["completed"]) },
        "no target has all that is selected",
        "`clx targets` lists what each target has",
    );
    let pages = Selection { formats: vec![OutputFormat::Html], ..Selection::default() };
    let course = TempCourse::new(&spec("<topics><topic html='no'>x</topic></topics>", ""));
    course.touch(&["slides/m/t_1_x/slides_a.py"]);
    check(
        &course,
        &pages,
        "the course has no outputs of the selected kinds and formats",
        "a topic with `html=\"no\"` has no pages, an empty one has nothing at all",
    );
}

#[test]
fn only_directories_that_the_plan_knows_completely_may_be_swept() {
    let course = three_files("", TARGETS);
    let (plan, _) = course.plan();
    assert_eq!(plan.complete_dirs, plan.course_dirs);
    let pages = Selection { formats: vec![OutputFormat::Html], ..Selection::default() };
    let (plan, _) = course.plan_of(&pages);
    let dirs: Vec<_> = plan.complete_dirs.iter().map(|dir| files_name(dir, &course)).collect();
    let expected = [
        "out/students/De/Kurs/Folien/Html/Code-Along",
        "out/students/En/Course/Slides/Html/Code-Along",
        "/abs/solutions/En/Course/Slides/Html/Completed",
    ];
    assert_eq!(dirs, expected);
}

#[test]
fn code_needs_a_prog_lang_only_where_it_is_wanted() {
    let html = "<output-targets><output-target name='a'><path>a</path>\
        <formats><format>html</format></formats></output-target></output-targets>";
    let without = |more: &str| {
        let text = spec("<topics><topic>x</topic></topics>", more);
        TempCourse::new(&text.replace("<prog-lang>python</prog-lang>", ""))
    };
    let course = without("");
    course.touch(&["slides/m/t_1_x/slides_a.py"]);
    let problems = outputs(&course.course(), &Selection::default()).expect_err("code is wanted");
    assert_eq!(summary(&problems), ["course-specs/spec.xml: Error CLX0115"]);
    let course = without(html);
    course.touch(&["slides/m/t_1_x/slides_a.py"]);
    assert_eq!(counts(&course, &Selection::default()), [6, 0, 0]);
}

#[test]
fn empty_sections_have_directories() {
    let course = TempCourse::new(&spec("<topics/>", ""));
    let (plan, _) = course.plan();
    assert_eq!(plan.directories.len(), 18);
    assert_eq!(plan.course_dirs.len(), 4);
    let first = plan.directories[0].strip_prefix(course.root()).expect("below the root");
    assert_eq!(first, PathBuf::from("output/public/De/Kurs/Folien/Html/Code-Along/Teil"));
}

#[test]
fn rows_of_targets_are_data() {
    let rows = targets(&three_files("", TARGETS).course());
    let json = serde_json::to_value(&rows[1]).expect("JSON");
    let expected = serde_json::json!({
        "name": "solutions", "path": "/abs/solutions", "kinds": ["completed"],
        "formats": ["html"], "languages": ["en"], "is_default": false,
    });
    assert_eq!(json, expected);
    let rows = targets(&three_files("", "").course());
    assert_eq!(
        (rows.len(), rows[0].name.as_str(), rows[0].path.as_str()),
        (1, "default", "output")
    );
    assert_eq!(rows[0].kinds, ["code-along", "completed", "speaker"]);
}
