//! `clx orphans`: files below `slides/` that no course spec uses.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use clx_core::JobKind;
use clx_course::{Course, FileClass, LoadOptions, Orphan, course_root, orphans};

use super::diagrams::read_diagram;
use super::usage;
use crate::args::ListFormat;
use crate::args::orphans::OrphansArgs;
use crate::display::{plural, stderr_line, stdout_line, stdout_text, table};
use crate::exit::Exit;
use crate::spec_files::all_specs;

pub(super) fn run(args: &OrphansArgs) -> Exit {
    match find(args) {
        Ok((specs, found)) => {
            print(args.format, &specs, &found);
            Exit::Built
        }
        Err(exit) => exit,
    }
}

fn find(args: &OrphansArgs) -> Result<(Vec<PathBuf>, Vec<Orphan>), Exit> {
    let specs = if args.specs.is_empty() {
        all_specs(args.data_dir.as_deref().unwrap_or(Path::new("."))).map_err(usage)?
    } else {
        args.specs.clone()
    };
    let options = LoadOptions { root: args.data_dir.clone(), ..LoadOptions::default() };
    let roots: Vec<_> = specs.iter().map(|spec| course_root(spec, &options)).collect();
    let root = &roots[0];
    if let Some(other) = roots.iter().find(|other| *other != root) {
        stderr_line(&format!(
            "error: the specs belong to different courses: {} and {}\n  \
             hint: ask for one course at a time, or name its root with `--data-dir`",
            root.display(),
            other.display()
        ));
        return Err(Exit::Usage);
    }
    let mut used = HashSet::new();
    for spec in &specs {
        let course = super::load_for_reading(spec, args.data_dir.as_deref())?;
        add_used(&course, &mut used);
    }
    Ok((specs, orphans(root, &used)))
}

/// Adds the files that a course reads: those of its topics, what diagrams include, and the sources of
/// directory groups.
fn add_used(course: &Course, used: &mut HashSet<PathBuf>) {
    let groups = course.dir_groups.iter().flat_map(|group| &group.files);
    used.extend(groups.map(|file| file.source.clone()));
    let topics = course.sections.iter().flat_map(|section| &section.topics);
    for file in topics.flat_map(|topic| &topic.files) {
        used.insert(file.path.clone());
        if matches!(file.class, FileClass::PlantUml) {
            used.extend(included(course, &file.path));
        }
    }
}

fn included(course: &Course, diagram: &Path) -> Vec<PathBuf> {
    let Ok(bytes) = fs::read(diagram) else { return Vec::new() };
    let mut read = |path: &Path| fs::read(course.root.join(path)).ok();
    let source = String::from_utf8_lossy(&bytes);
    let parts = read_diagram(JobKind::PlantUml, course.shown(diagram), &source, &mut read);
    let files = parts.map(|parts| parts.files).unwrap_or_default();
    files.into_iter().map(|file| course.root.join(file)).collect()
}

fn print(format: ListFormat, specs: &[PathBuf], found: &[Orphan]) {
    match format {
        ListFormat::Json => {
            let specs: Vec<_> = specs.iter().map(|spec| spec.display().to_string()).collect();
            let json = serde_json::json!({ "specs": specs, "orphans": found });
            stdout_text(&format!("{json:#}\n"));
        }
        ListFormat::Table if found.is_empty() => {
            let specs = plural(specs.len(), "spec");
            stdout_line(&format!("No orphans: {specs} read, every file below slides/ is used."));
        }
        ListFormat::Table => {
            let rows: Vec<_> = found.iter().map(row).collect();
            stdout_text(&table(["FILES", "PATH"], &rows));
            let n_files: usize = found.iter().map(|orphan| orphan.files).sum();
            let (files, specs) = (plural(n_files, "file"), plural(specs.len(), "spec"));
            stdout_line(&format!("\n{files} not used; {specs} read."));
        }
    }
}

fn row(orphan: &Orphan) -> [String; 2] {
    let slash = if orphan.is_directory { "/" } else { "" };
    [orphan.files.to_string(), format!("{}{slash}", orphan.path.display())]
}
