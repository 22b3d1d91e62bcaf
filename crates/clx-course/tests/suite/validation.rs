//! Findings in the spec: all at once, each with its place, code and hint.

use clx_core::{Diagnostic, Language};
use clx_course::{LoadOptions, load};

use crate::temp_course::{TempCourse, spec, summary};

fn findings(text: &str) -> Vec<Diagnostic> {
    let course = TempCourse::new(text);
    course.touch(&["slides/m/t_1_x/slides_a.py"]);
    let loaded = course.load();
    let has_errors = loaded.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(loaded.course.is_none(), has_errors, "{text}");
    for finding in &loaded.diagnostics {
        assert!(finding.hint.is_some(), "{finding}");
        let place = finding.location.clone().expect("every finding has a place");
        assert!(place.line.is_some() && place.column.is_some(), "{finding}");
    }
    loaded.diagnostics
}

/// Compares severities and codes, without the lines that every spec has.
fn check(text: &str, expected: &[&str]) {
    let found: Vec<_> =
        findings(text).iter().map(|f| format!("{:?} {}", f.severity, f.code)).collect();
    assert_eq!(found, expected, "{text}");
}

const TOPICS: &str = "<topics><topic>x</topic></topics>";

fn with(more: &str) -> String {
    spec(TOPICS, more)
}

#[test]
fn valid_spec_has_no_findings() {
    check(&with("<author>A</author><organization>O</organization><github/>"), &[]);
}

#[test]
fn network_of_containers_is_asked_for_by_the_spec() {
    let network = |more: &str| {
        let course = TempCourse::new(&with(more));
        course.touch(&["slides/m/t_1_x/slides_a.py"]);
        course.load().course.is_some_and(|course| course.network)
    };
    assert!(!network(""));
    assert!(network("<container-options network='yes'/>"));
    check(&with("<container-options network='perhaps'/>"), &["Error CLX0105"]);
}

#[test]
fn faulty_targets() {
    let check = |targets: &str, expected: &[&str]| {
        check(&with(&format!("<output-targets>{targets}</output-targets>")), expected);
    };
    check("<output-target name=''><path>a</path></output-target>", &["Error CLX0108"]);
    check("<output-target name='a'/>", &["Error CLX0109"]);
    check("<output-target name='a'><path> </path></output-target>", &["Error CLX0109"]);
    check(
        "<output-target><path>a</path></output-target>\
         <output-target name='default'><path>b</path></output-target>",
        &["Error CLX0110"],
    );
    check(
        "<output-target name='a'><path>p</path></output-target>\
         <output-target name='b'><path>p</path></output-target>",
        &["Error CLX0111"],
    );
    check(
        "<output-target name='a'><path>a</path><kinds><kind>foo</kind></kinds>\
         <formats><format>pdf</format></formats><languages><language>fr</language></languages>\
         </output-target>",
        &["Error CLX0112", "Error CLX0112", "Error CLX0112"],
    );
    check("<output-target name='a'><path>a</path><kinds/><formats/></output-target>", &[]);
}

#[test]
fn unknown_values_list_the_valid_ones() {
    let found = findings(&with(
        "<output-targets><output-target name='a'><path>a</path><kinds><kind>foo</kind></kinds>\
         <languages><language>fr</language></languages></output-target></output-targets>",
    ));
    let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
    let expected = [
        "unknown kind `foo`, expected one of: code-along, completed, speaker",
        "unknown language `fr`, expected one of: de, en",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn faulty_names() {
    check("<course><prog-lang>python</prog-lang></course>", &["Error CLX0102", "Medium CLX0116"]);
    check(
        "<course><name>Plain</name><prog-lang>cpp</prog-lang></course>",
        &["Medium CLX0116", "Error CLX0102"],
    );
    check(&with("").replace(">Kurs<", ">...<"), &["Error CLX0103"]);
    check(&with("").replace("<de>Teil</de><en>Part</en>", ""), &["Error CLX0103", "Error CLX0103"]);
    check(
        &with("").replace("<en>Part</en>", "<english>Part</english>"),
        &["Medium CLX0118", "Error CLX0106"],
    );
    check(&with("").replace("<en>Part</en>", ""), &["Medium CLX0118"]);
    check(&with("<organization><de>O</de></organization>"), &["Medium CLX0118"]);
    check(&with("<description><de/><en/></description>"), &[]);
}

#[test]
fn faulty_topics() {
    let check = |topic: &str, expected: &[&str]| {
        check(&spec(&format!("<topics>{topic}</topics>"), ""), expected);
    };
    for id in ["", " ", "<b>x</b>", "../x", "m/x", "a..b", "m\\x"] {
        check(&format!("<topic>{id}</topic>"), &["Error CLX0104"]);
    }
    check("<topic html='maybe'>x</topic>", &["Error CLX0105"]);
    check("<topic html=''>x</topic>", &["Error CLX0105"]);
    check("<topic evaluate='maybe' skip-errors='so'>x</topic>", &["Error CLX0105"; 2]);
    check(
        "<topic>\n  x <!-- comment -->\n <dir-group><path>slides</path></dir-group></topic>",
        &[],
    );
}

#[test]
fn faulty_groups() {
    let check = |parts: &str, expected: &[&str]| {
        check(&with(&format!("<dir-groups><dir-group>{parts}</dir-group></dir-groups>")), expected);
    };
    for name in ["/abs", "..", "a/../b", ".git/hooks"] {
        check(&format!("<name>{name}</name><path>slides</path>"), &["Error CLX0113"]);
    }
    for path in ["", "/etc", "..", "slides/../.."] {
        check(&format!("<path>{path}</path>"), &["Error CLX0114"]);
    }
    check("<name>..</name>", &["Error CLX0114", "Error CLX0113"]);
    check("<path>slides</path><subdirs><a>..</a><b/><c>/x</c></subdirs>", &["Error CLX0114"; 3]);
    let switches =
        "<dir-group recursive='maybe' include-root-files='2'><path>slides</path></dir-group>";
    assert_eq!(findings(&with(switches)).len(), 2);
}

#[test]
fn sections_and_prog_lang_are_warnings() {
    check(&with("").replace("<prog-lang>python</prog-lang>", ""), &["Medium CLX0115"]);
    check(&with("").replace(">python<", ">cobol<"), &["Medium CLX0115"]);
    check(&spec("", ""), &["Medium CLX0117"]);
    check(&spec("<topics/>", ""), &["Medium CLX0117"]);
    check(&with("<outptu-targets/>"), &["Low CLX0137"]);
    assert!(TempCourse::new(&spec("", "")).course().sections.is_empty());
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_file() {
    let text = "<course>\n<name><de>K</de></name>\n<prog-lang>x</prog-lang>\n<sections><section>\n\
                <name><de>Ü</de></name><topics>\n<topic>nobody</topic><topic html='?'>x</topic>\n\
                </topics></section></sections>\n<output-targets>\n  <output-target name='ä'/>\n\
                </output-targets></course>";
    let place = |line: u32, column: u32, rest: &str| {
        format!("course-specs/spec.xml:{line}:{column}: {rest}")
    };
    assert_eq!(
        summary(&findings(text)),
        [
            place(3, 1, "Medium CLX0115"),
            place(6, 22, "Error CLX0105"),
            place(9, 3, "Error CLX0109"),
            place(6, 1, "Error CLX0107"),
        ],
    );
}

#[test]
fn malformed_xml_is_one_finding_with_its_cause() {
    let check = |text: &str, line: u32, column: u32, hint: &str| {
        let found = findings(text);
        let place = format!("course-specs/spec.xml:{line}:{column}: Error CLX0101");
        assert_eq!(summary(&found), [place], "{text}");
        assert!(found[0].hint.as_ref().is_some_and(|own| own.contains(hint)), "{}", found[0]);
        assert_eq!(found[0].category, "spec_parsing");
    };
    check("<course><name>", 1, 15, "ends too early");
    check("<course>\n  <name>A & B</name></course>", 2, 11, "&amp;");
    check("<course>\n<name><de>x</name></course>", 2, 12, "not closed");
    check("<course a='1' a='2'/>", 1, 15, "remove one");
    check("", 1, 1, "no complete element");
    check("<course", 1, 1, "no complete element");
}

#[test]
fn malformed_xml_shows_the_line() {
    let found = findings("<course>\n<name>Ä & B</name></course>");
    assert_eq!(found[0].frame.as_deref(), Some("<name>Ä & B</name></course>\n        ^"));
}

#[test]
fn unreadable_specs_are_reported() {
    let course = TempCourse::new("");
    let loaded = load(&course.root().join("course-specs/none.xml"), &LoadOptions::default());
    assert!(loaded.course.is_none());
    assert_eq!(summary(&loaded.diagnostics), ["course-specs/none.xml: Error CLX0100"]);
    course.write("course-specs/spec.xml", b"<course>\n<name><de>Gr\xf6\xdfe</de></name></course>");
    assert_eq!(summary(&course.load().diagnostics), ["course-specs/spec.xml:2:13: Error CLX0100"]);
}

#[test]
fn languages_are_data() {
    let french = spec(
        TOPICS,
        "<languages><language>fr</language><language slides='Diapos' \
                               answer='Odpowiedź'>pl</language><language>fr</language></languages>",
    );
    let course = TempCourse::new(&french);
    course.write("slides/m/t_1_x/slides_a.py", "{{ header('Eins', 'One', fr='Un') }}");
    let loaded = course.load();
    let files = course.files();
    assert!(files.contains(&"public/Fr/Course/Slides/Html/Completed/Part/01 Un.html".to_owned()));
    assert!(files.contains(&"public/Pl/Course/Diapos/Html/Completed/Part/01 One.html".to_owned()));
    assert_eq!(files.len(), 18);
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["CLX0118", "CLX0118", "CLX0118", "CLX0118", "CLX0128"]);
    let bad = spec(TOPICS, "<languages><language>FR</language></languages>");
    check(&bad, &["Error CLX0106"]);
}

#[test]
fn texts_are_read() {
    let course = TempCourse::new(&with(
        "<author> A B </author><organization><de>D</de><en>E</en></organization>\
         <github><project-slug>p</project-slug><include-speaker>TRUE</include-speaker><de>u</de></github>",
    ))
    .course();
    assert_eq!(course.author, "A B");
    assert_eq!(course.organization.get(Language::EN), "E");
    assert_eq!(course.github.project_slug.as_deref(), Some("p"));
    assert!(course.github.include_speaker && course.github.repository_base.is_none());
}

#[test]
fn data_dir_replaces_the_course_root() {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(&["slides/m/t_1_x/slides_a.py", "elsewhere/slides/n/t_2_x/slides_b.py"]);
    let options =
        LoadOptions { root: Some(course.root().join("elsewhere")), ..LoadOptions::default() };
    let loaded = load(&course.root().join("course-specs/spec.xml"), &options);
    let found = loaded.course.expect("a course");
    assert!(found.sections[0].topics[0].path.ends_with("elsewhere/slides/n/t_2_x"));
    let climbing = course.root().join("slides/../course-specs/spec.xml");
    let found = load(&climbing, &LoadOptions::default()).course.expect("a course");
    assert!(found.sections[0].topics[0].path.ends_with("slides/m/t_1_x"));
}
