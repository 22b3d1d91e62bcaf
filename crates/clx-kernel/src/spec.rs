//! One installed kernel, as its `kernel.json` tells. Principal type: [`KernelSpec`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::environment::Environment;
use crate::error::KernelError;

/// How a kernel wants to be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InterruptMode {
    /// By `SIGINT` to its process group.
    #[default]
    Signal,
    /// By an `interrupt_request` on the control socket.
    Message,
}

/// How to start a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelSpec {
    /// The name of its directory, such as `python3`.
    pub name: String,
    /// The directory that holds `kernel.json` and what else belongs to the kernel.
    pub directory: PathBuf,
    /// Program and arguments with placeholders; never empty.
    pub argv: Vec<String>,
    /// What users see, such as `Python 3 (ipykernel)`; may be empty.
    pub display_name: String,
    /// The language, such as `python`; may be empty.
    pub language: String,
    /// Variables that the kernel needs.
    pub env: BTreeMap<String, String>,
    /// How it wants to be interrupted.
    pub interrupt_mode: InterruptMode,
}

/// The part of `kernel.json` that matters here.
#[derive(Deserialize)]
struct KernelJson {
    argv: Vec<String>,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    interrupt_mode: InterruptMode,
}

impl KernelSpec {
    /// Reads the kernelspec in `directory`; the kernel has the directory's name.
    ///
    /// # Errors
    /// [`KernelError::UnreadableSpec`], [`KernelError::InvalidSpec`], [`KernelError::EmptyCommand`].
    pub fn read(directory: &Path) -> Result<Self, KernelError> {
        let path = directory.join("kernel.json");
        let text = fs::read(&path)
            .map_err(|source| KernelError::UnreadableSpec { path: path.clone(), source })?;
        let json: KernelJson = serde_json::from_slice(&text)
            .map_err(|source| KernelError::InvalidSpec { path: path.clone(), source })?;
        if json.argv.is_empty() {
            return Err(KernelError::EmptyCommand { path });
        }
        let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            name,
            directory: directory.to_owned(),
            argv: json.argv,
            display_name: json.display_name,
            language: json.language,
            env: json.env,
            interrupt_mode: json.interrupt_mode,
        })
    }

    /// Returns the arguments behind the program, with `{connection_file}` and `{resource_dir}`
    /// replaced wherever they stand.
    #[must_use]
    pub fn arguments(&self, connection_file: &Path) -> Vec<String> {
        let replaced = |argument: &String| {
            argument
                .replace("{connection_file}", &connection_file.to_string_lossy())
                .replace("{resource_dir}", &self.directory.to_string_lossy())
        };
        self.argv.iter().skip(1).map(replaced).collect()
    }

    /// Returns `<prefix>/bin` for a kernelspec in `<prefix>/share/jupyter/kernels`. A program
    /// without a path is looked for there first: environments name theirs just `python`.
    #[must_use]
    pub fn bin_directory(&self) -> Option<PathBuf> {
        let kernels = self.directory.parent()?;
        let is_below_prefix = kernels.ends_with("share/jupyter/kernels");
        is_below_prefix.then(|| kernels.ancestors().nth(3).map(|prefix| prefix.join("bin")))?
    }

    /// Returns the path of the program: as it stands if it has a slash, else the first executable of
    /// that name in [`Self::bin_directory`] and then in `PATH`.
    ///
    /// # Errors
    /// [`KernelError::ProgramNotFound`].
    pub fn program(&self, environment: &Environment) -> Result<PathBuf, KernelError> {
        let program = self.argv[0].replace("{resource_dir}", &self.directory.to_string_lossy());
        let candidates: Vec<PathBuf> = if program.contains('/') {
            vec![PathBuf::from(&program)]
        } else {
            let path = environment.get("PATH").unwrap_or_default();
            let directories = self.bin_directory().into_iter().chain(std::env::split_paths(path));
            directories.map(|directory| directory.join(&program)).collect()
        };
        let found = candidates.into_iter().find(|path| is_executable(path));
        found.ok_or(KernelError::ProgramNotFound { kernel: self.name.clone(), program })
    }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}
