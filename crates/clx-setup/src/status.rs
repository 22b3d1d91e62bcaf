//! What is set up. Principal type: [`Status`].

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::asset::asset;
use crate::error::{At, SetupError};
use crate::kernelspec;
use crate::package::installed_version;
use crate::system::is_program;
use crate::tool_folder::ToolFolder;
use crate::unit::Unit;

const VERSION: u32 = 1;

/// Whether a unit can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can.
    Ready(Installed),
    /// It is not set up, or in another version only.
    Missing,
    /// It was set up and no longer works; setting it up again helps.
    Broken(Flaw),
}

/// A unit that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its folder: a prefix of kernelspecs.
    pub folder: PathBuf,
    /// Version of its package, such as `7.4.0`.
    pub version: String,
    /// The program that its kernelspec starts; of PlantUML the jar.
    pub program: PathBuf,
}

/// Why a unit does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The set-up was interrupted.
    #[error("its set-up was not completed")]
    Incomplete,
    /// The kernelspec is not there or cannot be read.
    #[error("its kernelspec {} cannot be read", path.display())]
    Kernelspec {
        /// The file.
        path: PathBuf,
    },
    /// A program is not there any more.
    #[error("its program {} is gone", program.display())]
    ProgramGone {
        /// The program.
        program: PathBuf,
    },
    /// A program of the system is another one since, such as a newer Python.
    #[error("its program {} has changed", program.display())]
    ProgramChanged {
        /// The program.
        program: PathBuf,
    },
}

/// `complete.json`: what a unit was made from.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// Version of this format.
    version: u32,
    /// Version of the package.
    package_version: String,
    /// Where the program really is, links resolved.
    program: PathBuf,
}

/// Tells whether a unit of the current lock can be used. Reads two small files, runs nothing.
#[must_use]
pub fn status(tools: &ToolFolder, unit: Unit) -> Status {
    let folder = tools.of_unit(unit);
    if !folder.exists() {
        return Status::Missing;
    }
    match check(unit, folder) {
        Ok(installed) => Status::Ready(installed),
        Err(flaw) => Status::Broken(flaw),
    }
}

/// Returns the folders of the kernels that can be used, for a search of kernelspecs in
/// `share/jupyter/kernels` below each.
#[must_use]
pub fn kernel_prefixes(tools: &ToolFolder) -> Vec<PathBuf> {
    let folder = |unit| match status(tools, unit) {
        Status::Ready(installed) => Some(installed.folder),
        Status::Missing | Status::Broken(_) => None,
    };
    let kernels = Unit::ALL.into_iter().filter(|unit| unit.kernel().is_some());
    kernels.filter_map(folder).collect()
}

fn check(unit: Unit, folder: PathBuf) -> Result<Installed, Flaw> {
    let text = fs::read(record_file(&folder)).map_err(|_| Flaw::Incomplete)?;
    let record: Record = serde_json::from_slice(&text).map_err(|_| Flaw::Incomplete)?;
    let program = match unit.kernel() {
        Some(kernel) => program_of(kernel, &folder)?,
        None => asset(unit, &folder)
            .map_err(|_| Flaw::ProgramGone { program: record.program.clone() })?,
    };
    if program.canonicalize().ok().as_ref() != Some(&record.program) {
        return Err(Flaw::ProgramChanged { program });
    }
    Ok(Installed { folder, version: record.package_version, program })
}

fn program_of(kernel: &str, folder: &Path) -> Result<PathBuf, Flaw> {
    let path = kernelspec::file(kernel, folder);
    let program = kernelspec::program(&path).ok().flatten().ok_or(Flaw::Kernelspec { path })?;
    if is_program(&program) { Ok(program) } else { Err(Flaw::ProgramGone { program }) }
}

/// Writes down that a unit is complete.
///
/// # Errors
/// [`SetupError::Io`], such as if its program is not there.
pub(crate) fn complete(unit: Unit, folder: &Path, program: &Path) -> Result<(), SetupError> {
    let version = installed_version(folder, unit.package()).unwrap_or_default();
    let path = record_file(folder);
    let program = program.canonicalize().at("find", program)?;
    let json = record(version, program, &path)?;
    fs::write(&path, json).at("write", &path)
}

/// Returns the text of a record, which is to lie at `path`.
///
/// # Errors
/// [`SetupError::Kernelspec`] if the path of the program is no text.
pub(crate) fn record(
    package_version: String,
    program: PathBuf,
    path: &Path,
) -> Result<String, SetupError> {
    let record = Record { version: VERSION, package_version, program };
    let json = serde_json::to_string_pretty(&record)
        .map_err(|source| SetupError::Kernelspec { path: path.to_owned(), source })?;
    Ok(json + "\n")
}

pub(crate) fn record_file(folder: &Path) -> PathBuf {
    folder.join("complete.json")
}
