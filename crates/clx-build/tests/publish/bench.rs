//! A course, a store and builds. Principal types: [`Bench`], [`Run`].

use std::path::PathBuf;

use clx_build::{Build, BuildOptions, BuildPlan, BuildReport, Control, PageSettings, PlanSettings};
use clx_core::{ContentHash, OutputFormat};
use clx_course::{LoadOptions, Selection, load, outputs};
use clx_store::{Store, StoreOptions};
use clx_testkit::course::TempCourse;

use crate::fake_backend::FakeBackend;

/// A course and the store of its builds.
pub(crate) struct Bench {
    pub(crate) course: TempCourse,
    store: Store,
    /// Holds the store, outside the course.
    _state: tempfile::TempDir,
}

/// How to build.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) selection: Selection,
    /// Sections and topics.
    pub(crate) only: Vec<String>,
    pub(crate) options: BuildOptions,
    pub(crate) interrupted: bool,
}

impl Bench {
    pub(crate) fn new(sections: &[(&str, &[&str])]) -> Self {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path(), &StoreOptions::default()).unwrap();
        Self { course: TempCourse::new(sections), store, _state: state }
    }

    /// Returns the root of the default target.
    pub(crate) fn output(&self) -> PathBuf {
        self.course.path("output")
    }

    /// Builds notebooks and code of everything; fails if there are problems.
    #[track_caller]
    pub(crate) fn build(&self) -> BuildReport {
        let report = self.run(Run::default());
        assert_eq!(report.problems, []);
        report
    }

    #[track_caller]
    pub(crate) fn run(&self, run: Run) -> BuildReport {
        let options = LoadOptions { only: run.only, ..LoadOptions::default() };
        let loaded = load(&self.course.spec(), &options);
        assert_eq!(loaded.diagnostics, []);
        let course = loaded.course.unwrap();
        let selection = Selection {
            formats: vec![OutputFormat::Notebook, OutputFormat::Code],
            ..run.selection
        };
        let (wanted, warnings) = outputs(&course, &selection).unwrap();
        assert_eq!(warnings, []);
        let pages = PageSettings {
            renderer: ContentHash::of("no pages are wanted"),
            templates: None,
            kernel: None,
            reuse: true,
            cell_limit: None,
        };
        let diagrams = |_| unreachable!("the course has no diagrams");
        let settings = PlanSettings { pages, diagrams: &diagrams };
        let plan = BuildPlan::new(&course, &wanted, &self.store, &settings).unwrap();
        let control = Control::default();
        if run.interrupted {
            control.interrupt();
        }
        let mut backend = FakeBackend::new(&self.store);
        let mut ignore = |_| {};
        let build = Build::new(&plan, &self.store, run.options, &mut ignore).unwrap();
        build.run(&mut backend, &control).unwrap()
    }
}

/// Returns the codes of a report's problems, each once.
pub(crate) fn codes(report: &BuildReport) -> Vec<&str> {
    let mut codes: Vec<&str> = report.problems.iter().map(|problem| &*problem.code).collect();
    codes.dedup();
    codes
}
