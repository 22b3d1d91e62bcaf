//! Finds installed kernels by name. Principal type: [`KernelSearch`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::error::KernelError;
use crate::spec::KernelSpec;

/// The directories in which kernels are looked for, in order: each part of `JUPYTER_PATH`, the
/// user's data directory, the prefixes of the caller, `/usr/local` and `/usr`.
///
/// The first match wins, and upper and lower case are the same.
#[derive(Debug, Clone)]
pub struct KernelSearch {
    /// Each ends in `kernels` and may be missing.
    directories: Vec<PathBuf>,
}

impl KernelSearch {
    /// Makes a search of the directories that `environment` names (`JUPYTER_PATH`,
    /// `JUPYTER_DATA_DIR`, `XDG_DATA_HOME`, `HOME`) and of `share/jupyter/kernels` below each
    /// prefix, such as the folder of a virtual environment.
    #[must_use]
    pub fn new(environment: &Environment, prefixes: &[PathBuf]) -> Self {
        let jupyter_path = environment.get("JUPYTER_PATH").unwrap_or_default();
        let system = ["/usr/local", "/usr"].map(PathBuf::from);
        let below_prefixes = prefixes.iter().chain(&system).map(|path| path.join("share/jupyter"));
        let directories = std::env::split_paths(jupyter_path)
            .filter(|path| !path.as_os_str().is_empty())
            .chain(user_data_directory(environment))
            .chain(below_prefixes)
            .map(|path| path.join("kernels"))
            .collect();
        Self { directories }
    }

    /// Returns the directories, in order.
    #[must_use]
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Finds a kernel.
    ///
    /// # Errors
    /// [`KernelError::NotFound`] with the names that are there; [`KernelError::UnreadableSpec`],
    /// [`KernelError::InvalidSpec`] and [`KernelError::EmptyCommand`] if the first match is broken.
    pub fn find(&self, name: &str) -> Result<KernelSpec, KernelError> {
        let found = self.installed();
        match found.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)) {
            Some((_, directory)) => KernelSpec::read(directory),
            None => Err(KernelError::NotFound {
                name: name.to_owned(),
                found: found.into_iter().map(|(name, _)| name).collect(),
                searched: self.directories.clone(),
            }),
        }
    }

    /// Returns the name and directory of each kernel, those that come first hiding others of the
    /// same name. The kernelspecs are not read.
    #[must_use]
    pub fn installed(&self) -> Vec<(String, PathBuf)> {
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        for (name, directory) in self.directories.iter().flat_map(|path| kernels_in(path)) {
            if !found.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                found.push((name, directory));
            }
        }
        found
    }
}

fn user_data_directory(environment: &Environment) -> Option<PathBuf> {
    let path = |name| environment.get(name).map(PathBuf::from);
    path("JUPYTER_DATA_DIR")
        .or_else(|| Some(path("XDG_DATA_HOME")?.join("jupyter")))
        .or_else(|| Some(path("HOME")?.join(".local/share/jupyter")))
}

/// Returns the kernels directly in `directory`, sorted; none if it cannot be read.
fn kernels_in(directory: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut kernels: Vec<_> = entries
        .filter(|entry| entry.path().join("kernel.json").exists())
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    kernels.sort();
    kernels
}
