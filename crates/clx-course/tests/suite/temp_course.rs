//! Small courses in a directory of their own. Principal type: [`TempCourse`].

use std::fs;
use std::path::{Path, PathBuf};

use clx_core::Diagnostic;
use clx_course::{Course, LoadOptions, Loaded, OutputPlan, Selection, load, outputs};
use tempfile::TempDir;

/// A course that lives as long as the value.
pub(crate) struct TempCourse {
    _directory: TempDir,
    root: PathBuf,
}

impl TempCourse {
    /// Makes a course with a spec of these parts, in a directory with a blank, an umlaut and an
    /// ignored name in its path.
    pub(crate) fn new(spec: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path().join("Käse und Brot/build/course");
        let course = Self { _directory: directory, root };
        course.write("course-specs/spec.xml", spec);
        course.write("slides/.keep", "");
        course
    }

    /// Makes a course in German and English whose one section has these topics.
    pub(crate) fn with_topics(topics: &[&str]) -> Self {
        let topics: String = topics.iter().map(|id| format!("<topic>{id}</topic>")).collect();
        Self::new(&spec(&format!("<topics>{topics}</topics>"), ""))
    }

    /// Returns the course root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file below the course root.
    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Writes empty files.
    pub(crate) fn touch(&self, files: &[&str]) {
        for file in files {
            self.write(file, "");
        }
    }

    /// Loads the course.
    pub(crate) fn load(&self) -> Loaded {
        self.load_part(&[])
    }

    /// Loads what these names stand for.
    pub(crate) fn load_part(&self, names: &[&str]) -> Loaded {
        let only = names.iter().map(|&name| name.to_owned()).collect();
        let options = LoadOptions { only, ..LoadOptions::default() };
        load(&self.root.join("course-specs/spec.xml"), &options)
    }

    /// Loads a course whose spec is valid.
    pub(crate) fn course(&self) -> Course {
        let loaded = self.load();
        loaded.course.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
    }

    /// Returns the plan with default selection.
    pub(crate) fn plan(&self) -> (OutputPlan, Vec<Diagnostic>) {
        self.plan_of(&Selection::default())
    }

    /// Returns the plan of a selection.
    pub(crate) fn plan_of(&self, selection: &Selection) -> (OutputPlan, Vec<Diagnostic>) {
        outputs(&self.course(), selection).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// Returns the files that a build with default selection writes, relative to `output/`.
    pub(crate) fn files(&self) -> Vec<String> {
        files(&self.plan().0, &self.root.join("output"))
    }
}

/// Returns a spec in German and English with one section.
pub(crate) fn spec(topics: &str, more: &str) -> String {
    format!(
        "<course><name><de>Kurs</de><en>Course</en></name><prog-lang>python</prog-lang>\
         <sections><section><name><de>Teil</de><en>Part</en></name>{topics}</section></sections>\
         {more}</course>"
    )
}

/// Returns all files of a plan, relative to `root`, sorted.
pub(crate) fn files(plan: &OutputPlan, root: &Path) -> Vec<String> {
    let notebooks = plan.notebooks.iter().flat_map(|notebook| &notebook.outputs);
    let notebooks = notebooks.map(|output| &output.path);
    let pictures = plan.diagrams.iter().flat_map(|diagram| &diagram.pictures);
    let diagrams = pictures.flat_map(|picture| &picture.places);
    let copies = plan.copies.iter().flat_map(|copy| &copy.destinations);
    let paths = notebooks.chain(diagrams).chain(copies);
    let mut files: Vec<_> = paths.map(|path| relative(path, root)).collect();
    files.sort_unstable();
    files
}

/// Returns `path` relative to `root` as text.
pub(crate) fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Returns `place: severity[code]` of each finding, with the place as `file:line:column`.
pub(crate) fn summary(findings: &[Diagnostic]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let place = finding.location.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{place}: {:?} {}", finding.severity, finding.code)
        })
        .collect()
}
