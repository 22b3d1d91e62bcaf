//! The tools of this machine, found when they are first needed. Principal type: [`Tools`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clx_core::JobKind;
use clx_setup::{Status, ToolFolder, Unit, kernel_prefixes, status};
use clx_store::ArtifactStore;
use clx_worker::JobHandler;
use clx_worker_drawio::{Bundle, DrawioHandler, DrawioSettings, DrawioTools, Renderer};
use clx_worker_notebook::{NotebookHandler, NotebookTools};
use clx_worker_plantuml::{PlantUmlError, PlantUmlHandler, PlantUmlSettings, PlantUmlTools};

use crate::settings::ToolSettings;

/// What workers of this process work with.
#[derive(Debug)]
pub(super) struct Tools {
    /// The state directory: tools run in directories of their own below it.
    state: PathBuf,
    settings: ToolSettings,
    notebook: OnceLock<Arc<NotebookTools>>,
    plantuml: OnceLock<Result<Arc<PlantUmlTools>, PlantUmlError>>,
    drawio: OnceLock<Result<Arc<DrawioTools>, &'static str>>,
}

impl Tools {
    /// Looks for nothing yet.
    pub(super) fn new(state: &Path, settings: ToolSettings) -> Self {
        Self {
            state: state.to_owned(),
            settings,
            notebook: OnceLock::new(),
            plantuml: OnceLock::new(),
            drawio: OnceLock::new(),
        }
    }

    /// Returns the kernels.
    pub(super) fn notebook(&self) -> &Arc<NotebookTools> {
        self.notebook.get_or_init(|| {
            // Without a tool folder there are the kernels that Jupyter finds.
            let prefixes = self.settings.folder().map(|tools| kernel_prefixes(&tools));
            let base = self.state.join("kernels");
            let spare_kernels = self.settings.spare_kernels;
            Arc::new(NotebookTools::new(&prefixes.unwrap_or_default(), &base, spare_kernels))
        })
    }

    /// Waits until the kernels of finished notebooks have ended, about 1 s at most.
    pub(super) async fn kernels_ended(&self) {
        if let Some(tools) = self.notebook.get() {
            tools.kernels_ended().await;
        }
    }

    /// Returns PlantUML, or why there is none.
    pub(super) fn plantuml(&self) -> Result<&Arc<PlantUmlTools>, &PlantUmlError> {
        let found = self.plantuml.get_or_init(|| {
            let base = self.state.join("plantuml");
            PlantUmlTools::new(plantuml_settings(&self.settings, &base)?).map(Arc::new)
        });
        found.as_ref()
    }

    /// Returns draw.io, or why there is none.
    pub(super) fn drawio(&self) -> Result<&Arc<DrawioTools>, &'static str> {
        let found = self.drawio.get_or_init(|| {
            let base = self.state.join("drawio");
            let settings = DrawioSettings::new(drawio_renderer(&self.settings)?, base);
            let settings = DrawioSettings { sandbox: self.settings.sandbox, ..settings };
            Ok(Arc::new(DrawioTools::new(settings)))
        });
        found.as_ref().map_err(|reason| *reason)
    }

    /// Makes the handler for a kind of jobs; `None` if its tool is missing.
    pub(super) fn handler(
        &self,
        kind: JobKind,
        store: Arc<dyn ArtifactStore>,
    ) -> Option<Arc<dyn JobHandler>> {
        match kind {
            JobKind::Notebook => {
                Some(Arc::new(NotebookHandler::new(store, Arc::clone(self.notebook()))))
            }
            JobKind::PlantUml => {
                let tools = Arc::clone(self.plantuml().ok()?);
                Some(Arc::new(PlantUmlHandler::new(store, tools)))
            }
            JobKind::Drawio => {
                let tools = Arc::clone(self.drawio().ok()?);
                Some(Arc::new(DrawioHandler::new(store, tools)))
            }
        }
    }
}

/// Finds what draws draw.io files.
fn drawio_renderer(settings: &ToolSettings) -> Result<Renderer, &'static str> {
    if let Some(program) = settings.drawio_executable.clone() {
        return Ok(Renderer::Desktop { program });
    }
    let bundle = settings.folder().ok().and_then(|tools| drawio_bundle(&tools));
    let bundle = bundle.ok_or("the viewer of draw.io is not installed")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = clx_browser::find_program(&path)
        .ok_or("there is no Chromium in PATH, in which the viewer of draw.io runs")?;
    Ok(Renderer::Browser { program, bundle })
}

/// Returns the viewer of the tool folder.
fn drawio_bundle(tools: &ToolFolder) -> Option<Bundle> {
    match status(tools, Unit::Drawio) {
        Status::Ready(installed) => Bundle::find(&installed.folder),
        Status::Missing | Status::Broken(_) => None,
    }
}

/// Returns how PlantUML is run: the one that is named, else that of the tool folder. `base` is where its
/// processes have their directories.
pub(super) fn plantuml_settings(
    settings: &ToolSettings,
    base: &Path,
) -> Result<PlantUmlSettings, PlantUmlError> {
    let tools = settings.folder().ok();
    let (jar, archives) = match (settings.plantuml_jar.clone(), tools) {
        (Some(jar), _) => (jar, None),
        (None, None) => (PathBuf::new(), None),
        (None, Some(tools)) => match status(&tools, Unit::PlantUml) {
            Status::Ready(installed) => {
                (installed.program, Some(installed.folder.join("archives")))
            }
            Status::Missing | Status::Broken(_) => (tools.of_unit(Unit::PlantUml), None),
        },
    };
    Ok(PlantUmlSettings { archives, ..PlantUmlSettings::of_process(&jar, base)? })
}
