//! Containers make what threads make.

use std::os::unix::fs::symlink;
use std::path::Path;

use clx_tests::e2e::{TestCourse, finish};

use crate::{CLX, build, course, has_containers, page};

/// Returns a tool folder with those tools of this machine that the images have, too.
fn tools_like_the_images() -> Option<tempfile::TempDir> {
    let from = std::env::var_os("CLX_TOOLS_DIR")?;
    let folder = tempfile::tempdir().expect("a temp dir");
    let mut n_units = 0;
    for entry in std::fs::read_dir(&from).ok()? {
        let entry = entry.expect("readable");
        let name = entry.file_name().into_string().expect("names of units are ASCII");
        if ["python-", "plantuml-", "drawio-"].iter().any(|unit| name.starts_with(unit)) {
            symlink(entry.path(), folder.path().join(&name)).expect("linked");
            n_units += 1;
        }
    }
    (n_units == 3).then_some(folder)
}

#[test]
fn demo_course_is_the_same_byte_for_byte() {
    if !has_containers() {
        return;
    }
    let Some(tools) = tools_like_the_images() else {
        panic!("the tools that `cargo xtask test` sets up are not in CLX_TOOLS_DIR");
    };
    let demo = || TestCourse::copy_of("examples/demo-course");
    let (contained, own) = (demo(), demo());
    let args = |course: &TestCourse, workers: &str| {
        let spec = course.spec("demo.xml").to_str().expect("UTF-8").to_owned();
        [
            "build",
            &spec,
            "--execute",
            "if-available",
            "--notebook-image",
            "python",
            "--workers",
            workers,
        ]
        .map(str::to_owned)
    };
    let run = |course: &TestCourse, workers: &str, tools: &Path| {
        let args = args(course, workers);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        finish(
            CLX.command(&args)
                .env("CLX_TOOLS_DIR", tools)
                .env("PLANTUML_JAR", "")
                .start()
                .expect("clx starts"),
        )
    };
    let _built = run(&contained, "docker", Path::new("/nonexistent")).expect(0);
    let _built = run(&own, "in-process", tools.path()).expect(0);
    let (contained, own) = (contained.files("output"), own.files("output"));
    assert!(own.keys().any(|path| path.ends_with("data_flow.png")));
    let differing: Vec<_> = own
        .iter()
        .filter(|(path, bytes)| contained.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(contained.len(), own.len());
}

#[test]
fn second_build_does_nothing_again() {
    if !has_containers() {
        return;
    }
    let course = course(&["print('from a ' + 'container')"]);
    let report = |args: &[&str]| -> serde_json::Value {
        let run = build(&course, &[&["-O", "json"], args].concat()).expect(0);
        serde_json::from_str(&run.stdout).expect("one JSON object")
    };
    let first = report(&[]);
    assert_eq!(first["code_runs"], 1);
    assert!(page(&course).contains("from a container"));
    let second = report(&[]);
    assert_eq!((&second["outputs_made"], &second["code_runs"]), (&0.into(), &0.into()));
    // The run of the code is in the store; only pages are made anew.
    std::fs::remove_dir_all(course.root().join("output")).expect("removed");
    let third = report(&[]);
    assert_eq!(third["code_runs"], 0);
    assert!(page(&course).contains("from a container"));
}

#[test]
fn two_builds_at_the_same_time_are_complete_and_separate() {
    if !has_containers() {
        return;
    }
    let courses = ["one", "two"].map(|word| course(&[&format!("print('this is ' + '{word}')")]));
    let builds =
        courses.each_ref().map(|course| crate::command(course, &[]).start().expect("clx starts"));
    for build in builds {
        let _built = finish(build).expect(0);
    }
    for (course, word) in courses.iter().zip(["one", "two"]) {
        assert!(page(course).contains(&format!("this is {word}")));
    }
}
