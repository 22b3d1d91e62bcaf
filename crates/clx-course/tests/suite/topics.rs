//! Topics on the disk: which entry an id stands for, its files, titles and numbers.

use std::fs;

use clx_core::Language;
use clx_course::{Course, FileClass, Outline};

use crate::temp_course::{TempCourse, spec, summary};

/// Returns `relative path: class` of the files of the first topic.
fn classes(course: &Course) -> Vec<String> {
    let files = &course.sections[0].topics[0].files;
    files
        .iter()
        .map(|file| {
            let class = match &file.class {
                FileClass::Notebook(info) => format!("{} {}", info.number, info.prog_lang),
                FileClass::UnsupportedNotebook => "unsupported".to_owned(),
                FileClass::PlantUml => "plantuml".to_owned(),
                FileClass::Drawio => "drawio".to_owned(),
                FileClass::Image => "image".to_owned(),
                FileClass::Data => "data".to_owned(),
            };
            format!("{}: {class}", file.relative.display())
        })
        .collect()
}

fn check(files: &[&str], expected: &[&str]) {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(files);
    assert_eq!(classes(&course.course()), expected);
}

#[test]
fn nested_notebooks_are_numbered_in_visiting_order() {
    check(
        &["slides/m/t_1_x/slides_b.py", "slides/m/t_1_x/a/slides_x.py"],
        &["a/slides_x.py: 1 python", "slides_b.py: 2 python"],
    );
}

#[test]
fn directory_topics_have_all_files_but_the_ignored() {
    let files = "a.keras .hidden old.bak util.py slides_x.txt img/p.png img/v.mp4 imgdata/raw.png \
                 sub/m.keras sub/x.bkp sub/d.bin sub/old.bak sub/deep/y build/z sub/out/z x.bak/y \
                 pu/d.pu .git .clx/jobs.db";
    let files: Vec<_> =
        files.split_whitespace().map(|file| format!("slides/m/t_1_x/{file}")).collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    check(
        &files,
        &[
            ".hidden: data",
            "a.keras: data",
            "img/p.png: image",
            "img/v.mp4: data",
            "imgdata/raw.png: data",
            "old.bak: data",
            "pu/d.pu: plantuml",
            "slides_x.txt: data",
            "sub/deep/y: data",
            "sub/old.bak: data",
            "util.py: data",
        ],
    );
}

#[test]
fn file_topics_have_what_they_refer_to() {
    let course = TempCourse::with_topics(&["x"]);
    course.write(
        "slides/m/topic_1_x.py",
        "import helper, os\nfrom pkg.mod import y\nimport missing\n# <img src=\"img/b.png\">\n\
         # <img src=\"../m2/c.png\"> <img src=\"img\"> <img src=\"topic_1_x.py\">\nimport helper\n",
    );
    course.touch(&[
        "slides/m/helper.py",
        "slides/m/pkg.mod.py",
        "slides/m/img/b.png",
        "slides/m/img/other.png",
        "slides/m2/c.png",
    ]);
    let expected =
        ["topic_1_x.py: 1 python", "helper.py: data", "img/b.png: image", "pkg.mod.py: data"];
    assert_eq!(classes(&course.course()), expected);
}

#[test]
fn exactly_two_levels_make_topics() {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(&[
        "slides/topic_1_x.py",
        "slides/_archive/t_1_x/slides_a.py",
        "slides/m/_drafts_1_x/slides_b.py",
        "slides/m/deep/t_1_x/slides_c.py",
    ]);
    let loaded = course.load();
    assert_eq!(summary(&loaded.diagnostics), ["course-specs/spec.xml:1:145: Error CLX0107"]);
    course.touch(&["slides/zz/t_1_x/slides_d.py"]);
    assert_eq!(classes(&course.course()), ["slides_d.py: 1 python"]);
}

#[test]
fn first_of_two_entries_with_one_id_wins() {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(&[
        "slides/m2/t_1_x/slides_b.py",
        "slides/m1/t_9_x.py",
        "slides/m1/u_1_x/slides_a.py",
    ]);
    let loaded = course.load();
    // Named where the spec names the topic.
    assert_eq!(summary(&loaded.diagnostics), ["course-specs/spec.xml:1:145: High CLX0121"; 2]);
    for (finding, hidden) in loaded.diagnostics.iter().zip(["m1/u_1_x", "m2/t_1_x"]) {
        assert!(finding.message.contains("`slides/m1/t_9_x.py` is used"), "{finding}");
        assert!(finding.message.contains(hidden), "{finding}");
    }
    let topic = &loaded.course.expect("warnings only").sections[0].topics[0];
    assert!(topic.path.ends_with("slides/m1/t_9_x.py"));
}

#[test]
fn missing_topics_come_with_suggestions() {
    let course = TempCourse::with_topics(&["lopps", "x"]);
    course.touch(&["slides/m/t_1_x/slides_a.py", "slides/m/t_1_loops/a"]);
    for n in 0..20 {
        course.touch(&[&format!("slides/m/t_1_filler{n:02}/a")]);
    }
    let loaded = course.load();
    assert_eq!(summary(&loaded.diagnostics), ["course-specs/spec.xml:1:145: Error CLX0107"]);
    assert_eq!(loaded.diagnostics[0].category, "topic_not_found");
    let hint = loaded.diagnostics[0].hint.clone().expect("a hint");
    assert!(hint.starts_with("did you mean `loops`? 10 of 22 topics: `loops`, "), "{hint}");
    assert_eq!(loaded.course.expect("the rest").sections[0].topics.len(), 1);
}

#[test]
fn missing_slides_are_reported_once() {
    let course = TempCourse::with_topics(&["x", "y"]);
    fs::remove_dir_all(course.root().join("slides")).expect("removed");
    let codes: Vec<_> = course.load().diagnostics.into_iter().map(|d| d.code).collect();
    assert_eq!(codes, ["CLX0120"]);
}

#[test]
fn unreadable_notebooks_have_no_number_unsupported_ones_keep_it() {
    let course = TempCourse::with_topics(&["x"]);
    course.write("slides/m/t_1_x/slides_1.py", b"# ok\n# \xc3\xa4\n# caf\xe9\n");
    course.touch(&["slides/m/t_1_x/slides_2.md", "slides/m/t_1_x/slides_3.py"]);
    let loaded = course.load();
    assert_eq!(
        summary(&loaded.diagnostics),
        [
            "slides/m/t_1_x/slides_1.py:3: Error CLX0123",
            "slides/m/t_1_x/slides_2.md: Error CLX0124",
        ],
    );
    assert!(loaded.diagnostics[0].message.contains("byte 15"), "{}", loaded.diagnostics[0].message);
    let categories: Vec<_> = loaded.diagnostics.iter().map(|d| d.category.as_str()).collect();
    assert_eq!(categories, ["file_load_error", "unsupported_language"]);
    let course = loaded.course.expect("the rest");
    assert_eq!(classes(&course), ["slides_2.md: unsupported", "slides_3.py: 2 python"]);
}

#[test]
fn numbers_run_through_a_section() {
    let section = |name: &str, ids: &[&str]| {
        let ids: String = ids.iter().map(|id| format!("<topic>{id}</topic>")).collect();
        format!("<section><name><en>{name}</en></name><topics>{ids}</topics></section>")
    };
    let course = TempCourse::new(&format!(
        "<course><name><en>C: 1</en></name><prog-lang>python</prog-lang><sections>{}{}</sections></course>",
        section("S: 1", &["x", "y", "x"]),
        section("S 2", &["y"]),
    ));
    course.write("slides/m/t_1_x/slides_a.py", "{{ header(\"Erstes?\", \"First?\") }}");
    course.touch(&["slides/m/t_2_y/slides_b.cs"]);
    let files: Vec<_> = course
        .files()
        .into_iter()
        .filter_map(|file| {
            file.strip_prefix("public/En/C 1/Slides/Python/Completed/").map(str::to_owned)
        })
        .collect();
    let expected =
        ["S 1/01 First.py", "S 1/02 slides_b.cs", "S 1/03 First.py", "S 2/01 slides_b.cs"];
    assert_eq!(files, expected);
    let text = "# C: 1\n\n## S: 1\n\n- First?\n- slides_b\n- First?\n\n## S 2\n\n- slides_b\n";
    assert_eq!(Outline::new(&course.course(), Language::EN).markdown(), text);
}

#[test]
fn outline_files_are_named_after_the_course() {
    let names = |german: &str, english: &str| {
        let text = spec("<topics/>", "").replace(">Kurs<", &format!(">{german}<"));
        let course = TempCourse::new(&text.replace(">Course<", &format!(">{english}<")));
        Outline::all(&course.course()).into_iter().map(|(stem, _)| stem).collect::<Vec<_>>()
    };
    assert_eq!(names("Kurs: A", "Course: A"), ["Kurs A", "Course A"]);
    assert_eq!(names("Python: A", "Python A"), ["Python A-de", "Python A-en"]);
}

#[test]
fn titles_that_give_no_name_fall_back_to_the_file() {
    let course = TempCourse::with_topics(&["x"]);
    course.write("slides/m/t_1_x/slides_a.py", "{{ header(\"?!\", \"Fine\") }}");
    assert_eq!(summary(&course.load().diagnostics), ["slides/m/t_1_x/slides_a.py: Medium CLX0127"]);
    let files = course.files();
    assert!(
        files.contains(&"speaker/De/Kurs/Folien/Html/Speaker/Teil/01 slides_a.html".to_owned())
    );
    assert!(files.contains(&"speaker/En/Course/Slides/Html/Speaker/Part/01 Fine.html".to_owned()));
}

#[test]
fn support_files_are_what_code_can_see() {
    let course = TempCourse::with_topics(&["x"]);
    let names =
        "slides_a.py slides_b.py util.py img/p.png img/v.mp4 imgdata/r.png pu/d.pu e.psd m.keras";
    for name in names.split(' ') {
        course.touch(&[&format!("slides/m/t_1_x/{name}")]);
    }
    let (plan, _) = course.plan();
    let support: Vec<_> = plan.notebooks[0]
        .support_files()
        .map(|file| (file.relative.display().to_string(), file.is_notebook))
        .collect();
    let expected = [
        ("img/p.png", false),
        ("img/v.mp4", false),
        ("imgdata/r.png", false),
        ("slides_b.py", true),
        ("util.py", false),
    ];
    assert_eq!(support, expected.map(|(name, is_notebook)| (name.to_owned(), is_notebook)));
}

#[test]
fn topics_say_how_their_code_runs() {
    let rules = |attributes: &str| {
        let topics = format!("<topics><topic {attributes}>x</topic></topics>");
        let course = TempCourse::new(&spec(&topics, ""));
        course.touch(&["slides/m/t_1_x/slides_a.py"]);
        let code = course.plan().0.notebooks[0].code;
        (code.evaluate, code.skip_errors)
    };
    assert_eq!(rules(""), (true, false));
    assert_eq!(rules("evaluate='no'"), (false, false));
    assert_eq!(rules("skip-errors='yes'"), (true, true));
}

#[test]
fn order_of_creation_does_not_matter() {
    let names =
        ["a/slides_x", "slides_b", "Slides", "slides_ä", "z/slides_1", "slides_10", "slides_9"];
    let files = |order: &[usize]| {
        let course = TempCourse::with_topics(&["x", "y"]);
        for topic in ["t_2_y", "t_1_x"] {
            for &index in order {
                course.touch(&[&format!("slides/m{index}/{topic}/{}.py", names[index])]);
                course.touch(&[&format!("slides/m/{topic}/{}.py", names[index])]);
            }
        }
        course.files()
    };
    let expected = files(&[0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(expected.len(), 2 * 18 * 6 + 18, "one data file has one destination in both topics");
    assert_eq!(files(&[6, 3, 1, 5, 0, 2, 4]), expected);
    assert_eq!(files(&[4, 2, 0, 5, 1, 3, 6]), expected);
}
