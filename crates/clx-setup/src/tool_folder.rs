//! Where tools are. Principal type: [`ToolFolder`].

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{At, SetupError};
use crate::unit::Unit;

/// The folder that tools are installed into, shared by all courses of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFolder {
    /// Absolute, because kernelspecs name their programs by absolute paths.
    path: PathBuf,
}

impl ToolFolder {
    /// Names the folder; it is made when something is installed.
    ///
    /// # Errors
    /// [`SetupError::Io`] if the path is relative and the working directory is gone.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, SetupError> {
        let path = path.as_ref();
        Ok(Self { path: std::path::absolute(path).at("find", path)? })
    }

    /// Takes `CLX_TOOLS_DIR`, else `$XDG_DATA_HOME/clx/tools`, else `~/.local/share/clx/tools`.
    ///
    /// # Errors
    /// [`SetupError::NoToolFolder`] if none of the variables is set; as [`ToolFolder::new`].
    pub fn of_process() -> Result<Self, SetupError> {
        Self::new(path_by(|name| std::env::var_os(name)).ok_or(SetupError::NoToolFolder)?)
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where a unit of the current lock is, or would be.
    #[must_use]
    pub fn of_unit(&self, unit: Unit) -> PathBuf {
        self.path.join(format!("{}-{}", unit.name(), unit.digest()))
    }

    /// Returns the file that is locked while something is set up.
    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// Returns the folders of units that other versions of clx made, sorted.
    pub(crate) fn outdated(&self) -> Vec<PathBuf> {
        let current = Unit::ALL.map(|unit| self.of_unit(unit));
        let entries = fs::read_dir(&self.path).into_iter().flatten().filter_map(Result::ok);
        let ours = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_unit));
        let mut outdated: Vec<_> =
            ours.map(|entry| entry.path()).filter(|path| !current.contains(path)).collect();
        outdated.sort();
        outdated
    }
}

fn path_by(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path("CLX_TOOLS_DIR")
        .or_else(|| Some(path("XDG_DATA_HOME")?.join("clx/tools")))
        .or_else(|| Some(path("HOME")?.join(".local/share/clx/tools")))
}

/// Tells whether a folder has the name of a unit, of any lock.
fn is_unit(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(unit, digest)| {
        Unit::ALL.iter().any(|known| known.name() == unit)
            && digest.len() == Unit::DIGEST_LENGTH
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_variable_that_is_set_names_the_folder() {
        let check = |variables: &[(&str, &str)], expected: Option<&str>| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(path_by(variable), expected.map(PathBuf::from));
        };
        let all = [("CLX_TOOLS_DIR", "/t"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        check(&all, Some("/t"));
        check(&all[1..], Some("/x/clx/tools"));
        check(&all[2..], Some("/h/.local/share/clx/tools"));
        check(&[("CLX_TOOLS_DIR", ""), ("HOME", "/h")], Some("/h/.local/share/clx/tools"));
        check(&[], None);
    }

    #[test]
    fn only_folders_of_other_locks_are_outdated() {
        let base = tempfile::tempdir().unwrap();
        let tools = ToolFolder::new(base.path()).unwrap();
        for name in ["java-0123456789ab", "java-notes", "other-0123456789ab", "python"] {
            fs::create_dir(base.path().join(name)).unwrap();
        }
        fs::create_dir(tools.of_unit(Unit::Java)).unwrap();
        assert_eq!(tools.outdated(), [base.path().join("java-0123456789ab")]);
    }
}
