//! Target `course_spec`: any bytes as a course spec. Principal function: [`run`].
//!
//! Problems lie in the text; a course without errors plans its outputs below its targets only; reading
//! twice gives the same; a topic that is added stands in its section, and all other sections stay as
//! they were.

use std::cell::OnceCell;
use std::fs;
use std::path::{Component, Path, PathBuf};

use clx_course::{LoadOptions, Loaded, Selection, SpecText, load, outputs};
use tempfile::TempDir;

use crate::place;

/// The spec, relative to the course.
const SPEC: &str = "course-specs/course.xml";

thread_local! {
    /// Sources that specs may name, made once a thread.
    static COURSE: OnceCell<TempDir> = const { OnceCell::new() };
}

/// Reads a spec.
pub fn run(data: &[u8]) {
    COURSE.with(|course| check(course.get_or_init(make_course).path(), data));
    if let Ok(text) = str::from_utf8(data) {
        check_added_topics(text);
    }
}

fn make_course() -> TempDir {
    let course = tempfile::tempdir().unwrap();
    for (file, text) in [
        (SPEC, ""),
        (
            "slides/module_100_basics/topic_100_loops/slides_loops.py",
            "# {{ header(\"Schleifen\", \"Loops\") }}",
        ),
        ("slides/module_100_basics/topic_100_loops/img/loop.png", ""),
        (
            "slides/module_100_basics/topic_110_lists/slides_lists.py",
            "# %% [markdown]\n# # Lists\n",
        ),
        ("slides/module_100_basics/topic_110_lists/drawio/list.drawio", ""),
        ("code/solutions/a.py", "a = 1\n"),
        ("code/b.py", "b = 1\n"),
    ] {
        let path = course.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    course
}

fn check(root: &Path, data: &[u8]) {
    let spec = root.join(SPEC);
    fs::write(&spec, data).unwrap();
    let read = || load(&spec, &LoadOptions::default());
    let Loaded { course, diagnostics, .. } = read();
    let text = String::from_utf8_lossy(data);
    diagnostics.iter().for_each(|problem| place::check(problem, Path::new(SPEC), &text));
    assert_eq!(diagnostics, read().diagnostics, "reading twice tells the same");
    let Some(course) = course else {
        assert!(diagnostics.iter().any(|problem| problem.is_error()), "no course and no error");
        return;
    };
    if let Ok((plan, _)) = outputs(&course, &Selection::default()) {
        let roots: Vec<&PathBuf> = plan.targets.iter().map(|target| &target.root).collect();
        let notebooks = plan.notebooks.iter().flat_map(|notebook| &notebook.outputs);
        let pictures = plan.diagrams.iter().flat_map(|diagram| &diagram.pictures);
        let copies = plan.copies.iter().flat_map(|copy| &copy.destinations);
        let places = notebooks.map(|output| &output.path).chain(copies);
        for place in places.chain(pictures.flat_map(|picture| &picture.places)) {
            let is_plain = place.components().all(|part| part != Component::ParentDir);
            let is_inside = roots.iter().any(|root| place.starts_with(root));
            assert!(is_plain && is_inside, "an output leads out: {}", place.display());
        }
    }
}

fn check_added_topics(text: &str) {
    let Some(spec) = SpecText::parse(text) else { return };
    let before = spec.sections();
    for section in before.iter().take(4) {
        let Some(longer) = spec.with_topic(section, "added") else { continue };
        let after = SpecText::parse(&longer).expect("what was changed is XML").sections();
        assert_eq!(after.len(), before.len());
        for (old, new) in before.iter().zip(&after) {
            let n_added = usize::from(old.number == section.number);
            assert_eq!((&old.id, &old.names), (&new.id, &new.names));
            assert_eq!(old.topics[..], new.topics[..new.topics.len() - n_added]);
        }
    }
}
