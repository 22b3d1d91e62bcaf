//! Which tools of this machine are used. Principal type: [`ToolSettings`].

use std::ffi::OsString;
use std::path::PathBuf;

use clx_browser::Sandbox;
use clx_config::Config;
use clx_config::setting::{
    BROWSER_SANDBOX, DRAWIO_EXECUTABLE, PLANTUML_JAR, SPARE_KERNELS, TOOLS_DIR,
};
use clx_setup::{SetupError, ToolFolder};

/// Programs and folders that are used instead of the usual ones.
#[derive(Debug, Clone)]
pub(crate) struct ToolSettings {
    /// Another folder of tools.
    pub(crate) folder_path: Option<PathBuf>,
    /// Another PlantUML than that of the tool folder.
    pub(crate) plantuml_jar: Option<PathBuf>,
    /// The desktop application of draw.io, to be used instead of the browser.
    pub(crate) drawio_executable: Option<PathBuf>,
    /// Whether the browser shuts its pages in.
    pub(crate) sandbox: Sandbox,
    /// Kernels that are started before they are needed.
    pub(crate) spare_kernels: usize,
}

impl ToolSettings {
    pub(crate) fn new(config: &Config) -> Self {
        let is_off = config.get(&BROWSER_SANDBOX) == "off";
        Self {
            folder_path: config.get(&TOOLS_DIR),
            plantuml_jar: config.get(&PLANTUML_JAR),
            drawio_executable: config.get(&DRAWIO_EXECUTABLE),
            sandbox: if is_off { Sandbox::Off } else { Sandbox::On },
            spare_kernels: config.get(&SPARE_KERNELS) as usize,
        }
    }

    /// Returns the folder of tools.
    ///
    /// # Errors
    /// [`SetupError::NoToolFolder`] if none is named and there is no home directory.
    pub(crate) fn folder(&self) -> Result<ToolFolder, SetupError> {
        self.folder_path.as_ref().map_or_else(ToolFolder::of_process, ToolFolder::new)
    }

    /// Returns the variables by which a worker process is told: it reads no files.
    pub(crate) fn variables(&self) -> Vec<(String, OsString)> {
        let sandbox = match self.sandbox {
            Sandbox::On => "on",
            Sandbox::Off => "off",
        };
        let paths = [
            (&TOOLS_DIR, &self.folder_path),
            (&PLANTUML_JAR, &self.plantuml_jar),
            (&DRAWIO_EXECUTABLE, &self.drawio_executable),
        ];
        let paths = paths.into_iter().filter_map(|(setting, path)| {
            Some((setting.key.own_variable(), path.clone()?.into_os_string()))
        });
        paths.chain([(BROWSER_SANDBOX.key.own_variable(), sandbox.into())]).collect()
    }
}
