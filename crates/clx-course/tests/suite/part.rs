//! Parts of a course: what belongs to them, and that their outputs are those of the whole.

use std::collections::BTreeSet;
use std::path::Path;

use clx_course::{ImageMode, Selection, outputs};

use crate::temp_course::{TempCourse, files, summary};

const SPEC: &str = "<course><name><de>Kurs</de><en>Course</en></name>\
    <prog-lang>python</prog-lang><sections>\
    <section id='start'><name><de>Anfang</de><en>Beginning</en></name>\
    <topics><topic>a</topic><topic>b<dir-group><name>B</name><path>of_b</path></dir-group></topic>\
    </topics><dir-group><name>Start</name><path>of_start</path></dir-group></section>\
    <section><name><de>Schluss, Ende</de><en>End</en></name>\
    <topics><topic>c</topic><topic>a</topic></topics></section>\
    <section><name><de>Anfang</de><en>More</en></name><topics><topic>d</topic></topics></section>\
    </sections><dir-group><name>All</name><path>of_all</path></dir-group></course>";

/// Topics `a` to `d`, each with a notebook, and directory groups at all levels.
fn course() -> TempCourse {
    let course = TempCourse::new(SPEC);
    for id in ["a", "b", "c", "d"] {
        course.touch(&[&format!("slides/m/t_1_{id}/slides_{id}.py")]);
    }
    course.touch(&["of_b/b.txt", "of_start/start.txt", "of_all/all.txt"]);
    course
}

/// Returns the files of a part that lie in the English tree of completed scripts or in directory
/// groups of the English public, without the directories above, and the findings.
fn part_of(course: &TempCourse, names: &[&str]) -> (BTreeSet<String>, Vec<String>) {
    let loaded = course.load_part(names);
    let part = loaded.course.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let (plan, findings) = outputs(&part, &Selection::default()).expect("a plan");
    let top = course.root().join("output/public/En/Course");
    let scripts = Path::new("Slides/Python/Completed");
    let wanted = files(&plan, &top).into_iter().filter_map(|file| {
        let path = Path::new(&file);
        let in_slides = path.starts_with("Slides");
        let script = path.strip_prefix(scripts).ok().map(|path| path.display().to_string());
        script.or_else(|| (path.is_relative() && !in_slides).then(|| file.clone()))
    });
    let wanted = wanted.collect();
    (wanted, summary(&[loaded.diagnostics, findings].concat()))
}

#[track_caller]
fn check(names: &[&str], expected: &[&str]) {
    let (files, findings) = part_of(&course(), names);
    assert_eq!(findings, [""; 0], "{names:?}");
    assert_eq!(files, expected.iter().map(|&file| file.to_owned()).collect(), "{names:?}");
}

#[test]
fn names_of_a_section_stand_for_its_topics_and_groups() {
    let start =
        ["Beginning/01 slides_a.py", "Beginning/02 slides_b.py", "B/b.txt", "Start/start.txt"];
    for name in ["start", "Beginning", "1", " 1 "] {
        check(&[name], &start);
    }
    let end = ["End/01 slides_c.py", "End/02 slides_a.py"];
    for name in ["End", "Schluss, Ende", "2"] {
        check(&[name], &end);
    }
}

#[test]
fn names_of_a_topic_stand_for_it_in_all_sections() {
    for name in ["a", "t_1_a", "slides/m/t_1_a/", "m/t_1_a"] {
        check(&[name], &["Beginning/01 slides_a.py", "End/02 slides_a.py"]);
    }
    check(&["b"], &["Beginning/02 slides_b.py", "B/b.txt"]);
}

#[test]
fn several_names_are_a_list_or_have_commas_between_them() {
    let expected = ["Beginning/02 slides_b.py", "B/b.txt", "End/01 slides_c.py"];
    check(&["b", "c"], &expected);
    check(&["b,c"], &expected);
    check(&["b , c,"], &expected);
}

#[test]
fn name_of_several_sections_or_of_a_section_and_a_topic_stands_for_all() {
    let spec = SPEC.replace("id='start'", "id='c'");
    let course = course();
    course.write("course-specs/spec.xml", spec);
    let (files, _) = part_of(&course, &["c"]);
    assert!(files.contains("Beginning/01 slides_a.py") && files.contains("End/01 slides_c.py"));
    let (files, _) = part_of(&course, &["Anfang"]);
    assert!(files.contains("Beginning/01 slides_a.py") && files.contains("More/01 slides_d.py"));
}

#[test]
fn unknown_names_are_all_reported_with_the_nearest() {
    let loaded = course().load_part(&["a", "Begining", "b,nothing like it", ""]);
    assert!(loaded.course.is_none());
    assert_eq!(summary(&loaded.diagnostics), ["course-specs/spec.xml: Error CLX0138"; 3]);
    let texts: Vec<_> = loaded.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(texts[0], "the course has no section or topic `Begining`");
    assert_eq!(loaded.diagnostics[0].hint.as_deref(), Some("did you mean `Beginning`?"));
    assert_eq!(texts[1], "the course has no section or topic `nothing like it`");
    let hint = loaded.diagnostics[1].hint.as_deref().expect("a hint");
    assert!(hint.starts_with("the nearest names are `"), "{hint}");
}

#[test]
fn sources_of_sections_that_do_not_matter_are_not_read() {
    let course = course();
    let inputs = course.load_part(&["c"]).inputs;
    let is_read = |id: &str| {
        let file = course.root().join(format!("slides/m/t_1_{id}/slides_{id}.py"));
        inputs.present.contains(&file)
    };
    assert_eq!(["a", "b", "c", "d"].map(is_read), [false, false, true, false]);
}

#[test]
fn problems_of_other_topics_are_not_reported() {
    let course = course();
    // Not UTF-8, a language without support, a diagram twice, and no topic at all.
    course.write("slides/m/t_1_a/slides_a.py", b"\xff");
    course.touch(&["slides/m/t_1_a/slides_x.rs", "slides/m/t_1_a/p/d.pu", "slides/m/t_1_a/q/d.pu"]);
    course.touch(&["slides/n/t_1_a/slides_a.py"]);
    let spec = SPEC.replace("<topic>c</topic>", "<topic>gone</topic><topic>c</topic>");
    course.write("course-specs/spec.xml", spec.replace("of_all", "nowhere"));
    let (files, findings) = part_of(&course, &["b"]);
    assert_eq!(findings, [""; 0]);
    // The notebook that cannot be read has no number, the other one has.
    assert!(files.contains("Beginning/02 slides_b.py"), "{files:#?}");
    let (_, findings) = part_of(&course, &["a"]);
    let codes: BTreeSet<_> = findings.iter().filter_map(|it| it.split(' ').next_back()).collect();
    assert_eq!(codes, BTreeSet::from(["CLX0121", "CLX0123", "CLX0124", "CLX0132"]));
    let (_, findings) = part_of(&course, &["End"]);
    assert!(findings.iter().any(|finding| finding.ends_with("CLX0107")), "{findings:#?}");
}

/// Returns each file of a plan with its source.
fn sources(course: &TempCourse, names: &[&str], mode: ImageMode) -> BTreeSet<(String, String)> {
    let part = course.load_part(names).course.expect("a course");
    let selection = Selection { image_mode: mode, ..Selection::default() };
    let (plan, _) = outputs(&part, &selection).expect("a plan");
    let copies = plan
        .copies
        .iter()
        .flat_map(|copy| copy.destinations.iter().map(|path| (path.clone(), copy.source.clone())));
    let pictures = plan.diagrams.iter().flat_map(|diagram| {
        let places = diagram.pictures.iter().flat_map(|picture| &picture.places);
        places.map(|path| (path.clone(), diagram.source.clone()))
    });
    let notebooks = plan.notebooks.iter().flat_map(|notebook| {
        notebook.outputs.iter().map(|output| (output.path.clone(), notebook.source.clone()))
    });
    let all = copies.chain(pictures).chain(notebooks);
    all.map(|(path, source)| (path.display().to_string(), source.display().to_string())).collect()
}

#[test]
fn parts_together_are_the_whole_and_each_writes_what_the_whole_does() {
    let course = course();
    // In sections one and three, which have one directory, `a`, `b` and `d` want the same places.
    for (id, data, diagram) in
        [("a", "first", "first"), ("b", "second", "second"), ("d", "third", "first")]
    {
        course.write(&format!("slides/m/t_1_{id}/data.csv"), data);
        course.write(&format!("slides/m/t_1_{id}/pu/d.pu"), diagram);
        course.write(&format!("slides/m/t_1_{id}/img/same.png"), "same");
        course.write(&format!("slides/m/t_1_{id}/slides_0.py"), "");
    }
    course.touch(&["of_b/x.txt", "of_start/x.txt", "of_all/x.txt"]);
    let spec = SPEC.replace("<name>B</name>", "<name>Start</name>");
    course.write("course-specs/spec.xml", spec);
    for mode in [ImageMode::Duplicated, ImageMode::Shared] {
        if mode == ImageMode::Shared {
            course.write("slides/m/t_1_b/pu/d.pu", "first");
        }
        let whole = sources(&course, &[], mode);
        let mut seen = BTreeSet::new();
        for names in [&["a"][..], &["b"], &["c"], &["d"], &["1"], &["2"], &["3"], &["b", "End"]] {
            let part = sources(&course, names, mode);
            let places: BTreeSet<_> = part.iter().map(|(path, _)| path.clone()).collect();
            assert_eq!(places.len(), part.len(), "{names:?}");
            let has_same = places.iter().any(|path| path.ends_with("img/same.png"));
            assert_eq!(has_same, names != ["c"], "{names:?}");
            for (path, source) in part {
                // Another source of the same bytes may write a place; other bytes may not.
                let (_, first) =
                    whole.iter().find(|(known, _)| *known == path).expect("a place of the whole");
                let read = |path: &str| std::fs::read(path).expect("readable");
                assert_eq!(read(&source), read(first), "{names:?}: {path}");
                seen.insert(path);
            }
        }
        let groups_of_all = |path: &&String| path.contains("/All/");
        let missed = whole.iter().map(|(path, _)| path).filter(|path| !seen.contains(*path));
        let missed: Vec<_> = missed.filter(|path| !groups_of_all(path)).collect();
        assert_eq!(missed, [""; 0]);
    }
}

#[test]
fn part_without_outputs_is_an_error() {
    let course = course();
    course.write("course-specs/spec.xml", SPEC.replace("<topic>d</topic>", ""));
    let part = course.load_part(&["More"]).course.expect("a course");
    let problems = outputs(&part, &Selection::default()).expect_err("nothing is left");
    assert_eq!(summary(&problems), ["course-specs/spec.xml: Error CLX0136"]);
    assert_eq!(problems[0].message, "what `--only` names has no outputs");
}

#[test]
fn part_makes_its_section_directories_only_and_sweeps_nothing() {
    let part = course().load_part(&["c"]).course.expect("a course");
    let (plan, _) = outputs(&part, &Selection::default()).expect("a plan");
    assert_eq!(plan.directories.len(), 18);
    assert!(
        plan.directories.iter().all(|dir| dir.ends_with("End") || dir.ends_with("Schluss, Ende"))
    );
    assert!(plan.complete_dirs.is_empty() && !plan.course_dirs.is_empty());
}
