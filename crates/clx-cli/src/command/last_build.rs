//! What is kept of a build for the next of the same request: if nothing that it looked at or left has
//! changed, there is nothing to do. Principal types: [`LastBuild`], [`TracedBuild`], [`Underway`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clx_build::{BuildPlan, BuildReport, BuildStatus, BuildTotals, KernelChoice};
use clx_core::{ContentHash, Diagnostic, JobKind, KeyBuilder, ProgLang, Timestamp};
use clx_course::Course;
use clx_store::{Begun, Changes, FileStat, Left, StoreError, Trace, TraceFile};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::narrow::Narrow;
use super::pages::KernelChooser;
use super::planning::Planned;
use super::round::Wanted;
use super::toolbox::{Lack, Renderer, Toolbox};
use super::tools::Tools;
use crate::args::BuildArgs;
use crate::args::build::WorkersArg;
use crate::display::course_name;
use crate::state_dir::StateDir;

/// Raise the number whenever [`LastBuild`] changes its form.
const SCHEMA: &str = "request-2";

/// What a build that went well reported.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LastBuild {
    pub(crate) course_name: String,
    pub(crate) totals: BuildTotals,
    /// Warnings about spec and selection.
    pub(crate) found: Vec<Diagnostic>,
    /// Warnings about what was built.
    pub(crate) problems: Vec<Diagnostic>,
    tools: Identities,
    /// [`Parts`], read only if something has changed.
    parts: Box<RawValue>,
}

/// Which source made what.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Parts {
    /// A digest of the places of the outputs of each source, by its path as people see it.
    pub(super) places: BTreeMap<String, ContentHash>,
    /// Absolute paths of files on which more than the outputs of their topic depend.
    pub(super) elsewhere: BTreeSet<String>,
}

/// The last build of a request, and what has changed since.
#[derive(Debug)]
pub(super) struct TracedBuild {
    pub(super) last: LastBuild,
    pub(super) changes: Changes,
    pub(super) trace: Trace,
}

/// The tools that a build works with; of those that are missing, why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identities {
    kernels: BTreeMap<ProgLang, ContentHash>,
    renderers: BTreeMap<JobKind, ContentHash>,
}

/// Notes the tools that are asked for.
#[derive(Debug, Default)]
pub(super) struct ToolNotes(RefCell<Identities>);

/// A build that makes something.
pub(super) struct Underway {
    begun: Begun,
}

impl TracedBuild {
    /// Looks for the last build of this request. `None` if there is none, if it had errors, or if it
    /// had other tools.
    pub(super) fn find(args: &BuildArgs) -> Option<Self> {
        let work = &args.work;
        let is_local = matches!(work.workers, WorkersArg::InProcess | WorkersArg::Direct);
        if work.no_cache || !is_local {
            return None;
        }
        let root = args.spec.root();
        let state = StateDir::place(&root, work.state.state_dir.as_deref()).ok()?;
        let trace = TraceFile::of(&state, &request(args)).read()?;
        let last: LastBuild = serde_json::from_slice(trace.note()).ok()?;
        let toolbox = Toolbox::Machine(Arc::new(Tools::new(&state, work.spare_kernels)));
        if !last.tools.are_those_of(&toolbox, args) {
            return None;
        }
        Some(Self { last, changes: trace.changes()?, trace })
    }
}

impl LastBuild {
    /// `None` if they cannot be read.
    pub(super) fn parts(&self) -> Option<Parts> {
        serde_json::from_str(self.parts.get()).ok()
    }
}

impl Parts {
    fn of(course: &Course, plan: &BuildPlan) -> Self {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let topics = || course.sections.iter().flat_map(|section| &section.topics);
        let beside = topics().flat_map(|topic| {
            let files = topic.files.iter().map(|file| &*file.path);
            files.filter(|path| !path.starts_with(&topic.path))
        });
        let crosses = |(source, file): &(&Path, &Path)| {
            !topics().any(|topic| source.starts_with(&topic.path) && file.starts_with(&topic.path))
        };
        let needed = plan.needs().filter(crosses).map(|(_, file)| shown(file));
        let groups = course.dir_groups.iter().flat_map(|group| &group.files);
        let elsewhere =
            needed.chain(groups.map(|file| shown(&file.source))).chain(beside.map(shown)).collect();
        Self { places: places(course, plan), elsewhere }
    }
}

/// Returns a digest of the places of the outputs of each source, by its path as people see it.
pub(super) fn places(course: &Course, plan: &BuildPlan) -> BTreeMap<String, ContentHash> {
    let places = plan.places_by_source().into_iter();
    places.map(|(source, digest)| (course.shown(source).display().to_string(), digest)).collect()
}

impl Identities {
    fn are_those_of(&self, toolbox: &Toolbox, args: &BuildArgs) -> bool {
        let chooser = KernelChooser::new(toolbox, &args.work);
        let is_kernel =
            |(&language, known): (&_, &_)| of_kernel(&chooser.choose(language)) == *known;
        let is_renderer = |(&kind, known): (&_, &_)| of_renderer(&toolbox.renderer(kind)) == *known;
        self.kernels.iter().all(is_kernel) && self.renderers.iter().all(is_renderer)
    }
}

impl ToolNotes {
    /// Returns what was noted.
    pub(super) fn take(&self) -> Identities {
        self.0.take()
    }

    /// Notes a kernel that was chosen.
    pub(super) fn kernel(&self, language: ProgLang, choice: &KernelChoice) {
        self.0.borrow_mut().kernels.insert(language, of_kernel(choice));
    }

    /// Notes what draws a kind of diagrams.
    pub(super) fn renderer(&self, kind: JobKind, renderer: &Result<Renderer, Lack>) {
        self.0.borrow_mut().renderers.insert(kind, of_renderer(renderer));
    }
}

fn of_kernel(choice: &KernelChoice) -> ContentHash {
    match choice {
        KernelChoice::Found { identity, .. } => *identity,
        KernelChoice::Missing { reason, .. } => ContentHash::of(reason),
    }
}

fn of_renderer(renderer: &Result<Renderer, Lack>) -> ContentHash {
    match renderer {
        Ok(Renderer { identity, .. }) => *identity,
        Err(Lack { reason, .. }) => ContentHash::of(reason),
    }
}

impl Underway {
    /// Forgets the last build of this request; `state` is the directory of its store. `began` is when
    /// the new one began to look at its inputs.
    pub(super) fn begin(
        args: &BuildArgs,
        state: &Path,
        began: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self { begun: TraceFile::of(state, &request(args)).begin(began)? })
    }

    /// Keeps what came of it, unless something went wrong.
    pub(super) fn keep(
        self,
        wanted: &Wanted,
        planned: Planned,
        report: &BuildReport,
    ) -> Result<(), StoreError> {
        let is_faulty = wanted.found.iter().any(Diagnostic::is_error);
        if is_faulty || report.status != BuildStatus::Built {
            return Ok(());
        }
        let Planned { plan, tools, templates } = planned;
        let narrow = wanted.narrow.as_ref();
        let mut left = narrow.map_or_else(Left::default, Narrow::left);
        let mut parts = Parts::of(&wanted.course, &plan);
        let mut tools = tools;
        if let Some(last) = narrow.map(Narrow::last) {
            tools = last.tools.clone();
            let Parts { places, elsewhere } = last.parts().unwrap_or_default();
            parts.elsewhere.extend(elsewhere);
            parts.places = places;
        }
        for inputs in [&wanted.inputs, plan.inputs(), &templates] {
            left.add_inputs(inputs);
        }
        for directory in plan.directories() {
            left.add_directory(directory);
        }
        for (path, output) in &report.outputs {
            left.add_output(path, output.as_ref());
        }
        let last = LastBuild {
            course_name: course_name(&wanted.course).to_owned(),
            totals: plan.totals(),
            found: wanted.found.clone(),
            problems: report.lasting_problems().cloned().collect(),
            tools,
            parts: to_raw_value(&parts).expect("texts and hashes are always JSON"),
        };
        let note = serde_json::to_vec(&last).expect("texts, numbers and hashes are always JSON");
        self.begun.keep(left, &note).map(|_| ())
    }
}

/// Returns what is asked for, of whom and where.
fn request(args: &BuildArgs) -> ContentHash {
    let BuildArgs { spec, selection, work, follow: _, display: _ } = args;
    let program = std::env::current_exe().unwrap_or_default();
    KeyBuilder::new(SCHEMA)
        .with("arguments", format!("{spec:?} {selection:?} {work:?}"))
        .with(
            "directory",
            std::env::current_dir().unwrap_or_default().as_os_str().as_encoded_bytes(),
        )
        .with(
            "program",
            format!("{program:?} {:?}", fs::metadata(&program).map(|it| FileStat::from(&it)).ok()),
        )
        .finish()
}
