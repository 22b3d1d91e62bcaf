//! The file that a unit without kernel is there for: PlantUML's jar, draw.io's viewer. Principal
//! function: [`asset`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, SetupError};
use crate::unit::Unit;

/// Finds the file among the packages of a unit's environment.
///
/// # Errors
/// [`SetupError::Io`] if it is not there.
pub(crate) fn asset(unit: Unit, folder: &Path) -> Result<PathBuf, SetupError> {
    let below = match unit {
        Unit::Drawio => "static",
        Unit::Python | Unit::TypeScript | Unit::Java | Unit::Cpp | Unit::PlantUml => "",
    };
    let is_asset = |path: &PathBuf| match unit {
        Unit::Drawio => path.ends_with("viewer-static.min.js"),
        Unit::Python | Unit::TypeScript | Unit::Java | Unit::Cpp | Unit::PlantUml => {
            path.extension().is_some_and(|extension| extension == "jar")
        }
    };
    let pythons = entries(&folder.join("lib"));
    let packages = pythons.map(|path| path.join("site-packages").join(unit.package()).join(below));
    let found = packages.flat_map(|package| entries(&package)).find(is_asset);
    found.ok_or(std::io::ErrorKind::NotFound.into()).at("find a jar or script in", folder)
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path()))
}
