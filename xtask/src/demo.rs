//! `cargo xtask demo`: builds `clx`, sets tools up, builds the demo course, and shows where the
//! result lies.

use std::path::Path;

use crate::error::TaskError;
use crate::root::{self, entries};
use crate::run::Program;
use crate::tool;

const COURSE: &str = "examples/demo-course";
const SPEC: &str = "course-specs/demo.xml";

/// Levels of the output tree that are shown: target, language, course, slides, format.
const LEVELS: usize = 5;

const WHAT_TO_LOOK_AT: &str = "
One source per topic became all of this. Compare, for instance:

  slides/module_100_readings/topic_100_first_readings/slides_first_readings.py      the source
  output/students/En/Measuring the Weather/Slides/Html/Completed/                   pages, with what the code prints
  output/students/En/Measuring the Weather/Slides/Notebooks/Code-Along/             for learners to fill in
  output/students/En/Measuring the Weather/Slides/Notebooks/Completed/              with solutions
  output/instructor/En/Measuring the Weather/Slides/Notebooks/Speaker/              with the speaker's notes
  output/students/De/                                                               the same in German

Change a source and run `cargo xtask demo` once more: only what depends on it is made again.";

/// Builds the demo course and shows its outputs.
pub(crate) fn run() -> Result<(), TaskError> {
    let root = root::repository()?;
    let course = root.join(COURSE);
    Program::new(&root, "cargo build --bin clx").run()?;
    tool::set_up(&root)?;
    // C++ has no kernel on most machines, and without network there may be none at all.
    Program::new(
        &root,
        "cargo run --quiet --bin clx -- build --execute if-available --diagrams if-available",
    )
    .argument(format!("{COURSE}/{SPEC}"))
    .run()?;
    crate::say(&format!("\n{COURSE}/output"));
    show(&course.join("output"), LEVELS, "  ")?;
    crate::say(&format!("\nAll paths below are in {COURSE}.{WHAT_TO_LOOK_AT}"));
    Ok(())
}

/// Shows the directories of the first levels, each with the number of files in it and below.
fn show(directory: &Path, levels: usize, indent: &str) -> Result<(), TaskError> {
    if levels == 0 {
        return Ok(());
    }
    for entry in entries(directory)?.into_iter().filter(|entry| entry.is_dir()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{indent}{name}/");
        crate::say(&format!("{name:<60}{:>4} files", count(&entry)?));
        show(&entry, levels - 1, &format!("{indent}  "))?;
    }
    Ok(())
}

fn count(directory: &Path) -> Result<usize, TaskError> {
    let mut n_files = 0;
    for entry in entries(directory)? {
        n_files += if entry.is_dir() { count(&entry)? } else { 1 };
    }
    Ok(n_files)
}
