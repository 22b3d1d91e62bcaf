//! The jar of PlantUML within its unit. Principal function: [`jar`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, SetupError};
use crate::unit::Unit;

/// Finds the jar among the packages of a unit's environment.
///
/// # Errors
/// [`SetupError::Io`] if it is not there.
pub(crate) fn jar(folder: &Path) -> Result<PathBuf, SetupError> {
    let pythons = entries(&folder.join("lib"));
    let packages = pythons.map(|path| path.join("site-packages").join(Unit::PlantUml.package()));
    let mut files = packages.flat_map(|package| entries(&package));
    let is_jar = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jar");
    let found = files.find(is_jar).ok_or(std::io::ErrorKind::NotFound.into());
    found.at("find a jar in", folder)
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}
