//! Directory groups: what is copied, and where to.

use std::fs;

use crate::temp_course::{TempCourse, relative, spec, summary};

const FILES: [&str; 12] = [
    "code/CMakeLists.txt",
    "code/.clang-format",
    "code/a/m.cpp",
    "code/a/build/o",
    "code/a/data.bin",
    "code/a/old.bak",
    "code/a/deep/x.h",
    "code/a/pu/d.pu",
    "code/b/n.cpp",
    "code/b/target",
    "code/my.egg-info/z",
    "code/drawio/y.drawio",
];

fn group(attributes: &str, subdirs: &[&str]) -> String {
    let subdirs: String = subdirs.iter().map(|dir| format!("<subdir>{dir}</subdir>")).collect();
    format!(
        "<dir-group{attributes}><name>Ex</name><path>code</path><subdirs>{subdirs}</subdirs></dir-group>"
    )
}

fn course(groups: &str) -> TempCourse {
    let course = TempCourse::new(&spec("<topics/>", groups));
    course.touch(&FILES);
    course
}

/// Compares the files of one course directory.
fn check(groups: &str, expected: &[&str]) {
    let course = course(groups);
    let (plan, findings) = course.plan();
    assert_eq!(summary(&findings), [""; 0], "{groups}");
    let place = course.root().join("output/speaker/En/Course");
    let mut files: Vec<_> = plan
        .copies
        .iter()
        .flat_map(|copy| &copy.destinations)
        .filter(|path| path.starts_with(&place))
        .map(|path| relative(path, &place))
        .collect();
    files.sort_unstable();
    assert_eq!(files, expected, "{groups}");
    assert!(plan.copies.iter().all(|copy| copy.keep_mtime && copy.destinations.len() == 4));
}

const TREE: [&str; 7] = [
    "Ex/.clang-format",
    "Ex/CMakeLists.txt",
    "Ex/a/data.bin",
    "Ex/a/deep/x.h",
    "Ex/a/m.cpp",
    "Ex/a/old.bak",
    "Ex/b/n.cpp",
];

#[test]
fn four_combinations_and_root_files() {
    const ROOT: &str = " include-root-files='true'";
    const FLAT: &str = " recursive='false'";
    const BOTH: &str = " include-root-files='true' recursive='false'";
    check(&group("", &[]), &TREE);
    check(&group(ROOT, &[]), &TREE);
    check(&group(FLAT, &[]), &[]);
    check(&group(BOTH, &[]), &["Ex/.clang-format", "Ex/CMakeLists.txt"]);
    check(&group("", &["b", "a/deep"]), &["Ex/a/deep/x.h", "Ex/b/n.cpp"]);
    check(&group(ROOT, &["b"]), &["Ex/.clang-format", "Ex/CMakeLists.txt", "Ex/b/n.cpp"]);
    check(
        &group(FLAT, &["a", "b"]),
        &["Ex/a/data.bin", "Ex/a/m.cpp", "Ex/a/old.bak", "Ex/b/n.cpp", "Ex/b/target"],
    );
}

#[test]
fn names_nest_stay_raw_and_may_be_absent() {
    let named =
        |name: &str| format!("<dir-group><name>{name}</name><path>code/b</path></dir-group>");
    check(&named("Doku: A/x"), &["Doku: A/x/n.cpp"]);
    check(&named(""), &["n.cpp"]);
    check("<x><dir-group><path>./a/../code/b</path></dir-group></x>", &["n.cpp"]);
}

#[test]
fn groups_of_one_destination_merge() {
    let second = group("", &["b"]);
    check(&format!("{}{second}", group("", &["a/deep"])), &["Ex/a/deep/x.h", "Ex/b/n.cpp"]);
    check(&format!("{second}{second}"), &["Ex/b/n.cpp"]);
}

#[test]
fn groups_are_found_in_topics_too() {
    let topics = format!("<topics><topic>x{}</topic></topics>", group("", &["b"]));
    let course = TempCourse::new(&spec(&topics, ""));
    course.touch(&["code/b/n.cpp", "slides/m/t_1_x/d.csv"]);
    assert_eq!(course.files().len(), 18 + 4);
}

#[test]
fn targets_of_the_spec_have_one_place_per_language() {
    let targets =
        "<output-targets><output-target name='a'><path>a</path></output-target></output-targets>";
    let course = course(&format!("{}{targets}", group("", &["b"])));
    let (plan, _) = course.plan();
    let places = &plan.copies[0].destinations;
    let places: Vec<_> = places.iter().map(|path| relative(path, course.root())).collect();
    assert_eq!(places, ["a/De/Kurs/Ex/b/n.cpp", "a/En/Course/Ex/b/n.cpp"]);
}

#[test]
fn missing_sources_are_warnings() {
    let missing = "<dir-group><path>nowhere</path></dir-group>";
    let course = course(&format!("{missing}{}", group("", &["gone", "b"])));
    let loaded = course.load();
    let categories: Vec<_> = loaded.diagnostics.iter().map(|d| d.category.as_str()).collect();
    assert_eq!(categories, ["spec_validation", "missing_directory", "missing_directory"]);
    assert!(loaded.course.is_some_and(|course| course.dir_groups[1].files.len() == 1));
}

#[test]
fn outputs_are_no_sources() {
    let course = course(
        "<dir-group><path>.</path><subdirs><s>output</s><s>code/b</s></subdirs></dir-group>",
    );
    course.touch(&["output/public/old.html"]);
    assert!(course.files().iter().all(|file| file.ends_with("code/b/n.cpp")));
}

#[test]
fn links_out_of_the_course_are_refused() {
    let course = course("<dir-group><path>code/b</path></dir-group>");
    let outside = tempfile::tempdir().expect("a directory");
    fs::write(outside.path().join("secret"), "").expect("a file");
    std::os::unix::fs::symlink(outside.path(), course.root().join("code/b/link")).expect("a link");
    let loaded = course.load();
    assert_eq!(summary(&loaded.diagnostics[1..]), ["code/b/link: Error CLX0125"]);
    assert!(loaded.course.is_some_and(|course| course.dir_groups[0].files.len() == 1));
}
