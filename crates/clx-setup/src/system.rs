//! The machine that things are set up on. Principal type: [`System`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access};

use crate::command::run;
use crate::error::SetupError;

/// Fetching and unpacking a Java takes a minute, on slow lines ten.
const APT_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Where programs are, and whether packages may be added.
#[derive(Debug, Clone, Default)]
pub struct System {
    /// Directories of programs, as `PATH` has them.
    pub path: OsString,
    /// Directory of a Java that goes before those in `path`.
    pub java_home: Option<PathBuf>,
    /// Whether missing packages are installed by `apt-get`, where that is in `path`.
    pub may_install: bool,
}

/// A program that was found and tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) version: String,
}

impl System {
    /// Takes `PATH` and `JAVA_HOME`. Packages may be added by `root` only.
    #[must_use]
    pub fn of_process() -> Self {
        let java_home = std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            java_home: java_home.map(PathBuf::from),
            may_install: rustix::process::geteuid().is_root(),
        }
    }

    /// Finds a program by its name; the path is absolute.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let candidates = std::env::split_paths(&self.path).map(|directory| directory.join(name));
        let found = candidates.into_iter().find(|path| is_program(path))?;
        std::path::absolute(found).ok()
    }

    /// Returns `apt-get` if packages may be added by it.
    pub(crate) fn apt_get(&self) -> Option<PathBuf> {
        if self.may_install { self.find("apt-get") } else { None }
    }
}

/// Tells whether a path is a file that may be executed.
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Installs packages of the system. Lists of packages are brought up to date only if that fails
/// without: fresh images have none.
///
/// # Errors
/// [`SetupError::Command`], [`SetupError::TimeLimit`], [`SetupError::Process`].
pub(crate) fn add_packages(apt_get: &Path, packages: &[&str]) -> Result<(), SetupError> {
    // Not guarded: a package manager that is killed half-way leaves the system broken.
    let apt_get = |args: &[&str]| {
        run(apt_get, args, APT_LIMIT, |spawn| spawn.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    if apt_get(&install)?.is_success() {
        return Ok(());
    }
    // Some sources of a list may fail while others have what is needed.
    apt_get(&["update"])?;
    apt_get(&install)?.expect(crate::package::fault)
}
