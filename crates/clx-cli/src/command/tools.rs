//! The tools of this machine, found when they are first needed. Principal type: [`Tools`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clx_core::JobKind;
use clx_setup::{ToolFolder, kernel_prefixes};
use clx_store::Store;
use clx_worker::JobHandler;
use clx_worker_notebook::{NotebookHandler, NotebookTools};
use clx_worker_plantuml::{PlantUmlError, PlantUmlHandler, PlantUmlSettings, PlantUmlTools};

/// Names another PlantUML than that of the tool folder.
const PLANTUML_JAR: &str = "PLANTUML_JAR";

/// What workers of this process work with.
#[derive(Debug)]
pub(super) struct Tools {
    /// The state directory: tools run in directories of their own below it.
    state: PathBuf,
    spare_kernels: usize,
    notebook: OnceLock<Arc<NotebookTools>>,
    plantuml: OnceLock<Result<Arc<PlantUmlTools>, PlantUmlError>>,
}

impl Tools {
    /// Looks for nothing yet.
    pub(super) fn new(state: &Path, spare_kernels: usize) -> Self {
        Self {
            state: state.to_owned(),
            spare_kernels,
            notebook: OnceLock::new(),
            plantuml: OnceLock::new(),
        }
    }

    /// Returns the kernels.
    pub(super) fn notebook(&self) -> &Arc<NotebookTools> {
        self.notebook.get_or_init(|| {
            // Without a tool folder there are the kernels that Jupyter finds.
            let prefixes = ToolFolder::of_process().map(|tools| kernel_prefixes(&tools));
            let base = self.state.join("kernels");
            Arc::new(NotebookTools::new(&prefixes.unwrap_or_default(), &base, self.spare_kernels))
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
            let (jar, archives) = plantuml_files();
            let settings = PlantUmlSettings::of_process(&jar, &base)?;
            PlantUmlTools::new(PlantUmlSettings { archives, ..settings }).map(Arc::new)
        });
        found.as_ref()
    }

    /// Makes the handler for a kind of jobs; `None` if its tool is missing.
    pub(super) fn handler(&self, kind: JobKind, store: &Arc<Store>) -> Option<Arc<dyn JobHandler>> {
        let store = Arc::clone(store);
        match kind {
            JobKind::Notebook => {
                Some(Arc::new(NotebookHandler::new(store, Arc::clone(self.notebook()))))
            }
            JobKind::PlantUml => {
                let tools = Arc::clone(self.plantuml().ok()?);
                Some(Arc::new(PlantUmlHandler::new(store, tools)))
            }
            JobKind::Drawio => None,
        }
    }
}

/// Returns where PlantUML should be, and where its class-data archives are.
fn plantuml_files() -> (PathBuf, Option<PathBuf>) {
    match std::env::var_os(PLANTUML_JAR).filter(|jar| !jar.is_empty()) {
        Some(jar) => (PathBuf::from(jar), None),
        None => (PathBuf::from("plantuml.jar"), None),
    }
}
