//! What is kept of a build for the next of the same request: if nothing that it looked at or left has
//! changed, there is nothing to do. Principal types: [`LastBuild`], [`Underway`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clx_build::{BuildReport, BuildStatus, BuildTotals, KernelChoice};
use clx_core::{ContentHash, Diagnostic, JobKind, KeyBuilder, ProgLang, Timestamp};
use clx_course::{LoadOptions, course_root};
use clx_store::{Begun, FileStat, Left, StoreError, TraceFile};
use serde::{Deserialize, Serialize};

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
const SCHEMA: &str = "request-1";

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

impl LastBuild {
    /// Returns the last build of this request, if a new one would find everything as that left it.
    pub(super) fn still_holds(args: &BuildArgs) -> Option<Self> {
        let work = &args.work;
        let is_local = matches!(work.workers, WorkersArg::InProcess | WorkersArg::Direct);
        if work.no_cache || !is_local {
            return None;
        }
        let options = LoadOptions { root: args.spec.data_dir.clone(), ..LoadOptions::default() };
        let root = course_root(&args.spec.spec, &options);
        let state = StateDir::place(&root, work.state.state_dir.as_deref()).ok()?;
        let trace = TraceFile::of(&state, &request(args)).read()?;
        let last: Self = serde_json::from_slice(trace.note()).ok()?;
        let toolbox = Toolbox::Machine(Arc::new(Tools::new(&state, work.spare_kernels)));
        (last.tools.are_those_of(&toolbox, args) && trace.holds()).then_some(last)
    }
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
        let mut left = Left::default();
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
