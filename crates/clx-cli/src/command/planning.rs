//! Makes plans: of a course, with the tools that are there. Principal type: [`Planner`].

use clx_build::{BuildPlan, PageSettings, PlanSettings};
use clx_core::Inputs;
use clx_course::{Course, OutputPlan};
use clx_store::Store;

use super::diagrams::diagram_tool;
use super::failure::Failure;
use super::identities::{Identities, ToolNotes};
use super::pages::{KernelChooser, PageTemplates};
use super::toolbox::Toolbox;
use super::with_causes;
use crate::args::build::ExecuteArg;
use crate::settings::WorkSettings;

/// What plans are made of.
pub(super) struct Planner<'a> {
    pub(super) course: &'a Course,
    pub(super) work: &'a WorkSettings,
    pub(super) toolbox: &'a Toolbox,
    pub(super) store: &'a Store,
}

/// A plan, and what it depends on beside the course.
pub(super) struct Planned {
    pub(super) plan: BuildPlan,
    /// The tools that were asked for.
    pub(super) tools: Identities,
    /// Templates that were looked for.
    pub(super) templates: Inputs,
}

impl Planner<'_> {
    /// Plans what `outputs` asks for.
    pub(super) fn plan(&self, outputs: &OutputPlan) -> Result<Planned, Failure> {
        let Self { course, work, toolbox, store } = *self;
        let templates = PageTemplates::load(&course.root, store)?;
        let notes = ToolNotes::default();
        let chooser = KernelChooser::new(toolbox, work);
        let kernel = |language| {
            let choice = chooser.choose(language);
            notes.kernel(language, &choice);
            choice
        };
        let renderer = |kind| {
            let renderer = toolbox.renderer(kind);
            notes.renderer(kind, &renderer);
            renderer
        };
        let pages = PageSettings {
            renderer: templates.identity,
            templates: templates.own,
            kernel: (work.execute != ExecuteArg::Never).then_some(&kernel),
            reuse: !work.no_cache,
            cell_limit: work.cell_limit,
        };
        let diagrams = |kind| diagram_tool(kind, work.diagrams, || renderer(kind));
        let settings = PlanSettings { pages, diagrams: &diagrams };
        let plan = BuildPlan::new(course, outputs, store, &settings)
            .map_err(|error| Failure::environment(with_causes(&error)))?;
        Ok(Planned { plan, tools: notes.take(), templates: templates.inputs })
    }
}
