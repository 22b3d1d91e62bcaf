//! What the system must have. Principal type: [`Requirement`].

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::run;
use crate::error::SetupError;
use crate::system::{Program, System, add_packages};

/// A program that answers at all answers within this time, also on a loaded machine.
const PROBE_LIMIT: Duration = Duration::from_secs(60);

/// Prints the version; fails if Python cannot make virtual environments.
const PYTHON_PROBE: &str = "import sys; print('%d.%d.%d' % sys.version_info[:3], flush=True)
import ensurepip, venv";

/// `python3` may be an old one that stands beside newer ones.
const PYTHONS: &[&str] =
    &["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

const CLANG_REPLS: &[&str] =
    &["clang-repl", "clang-repl-22", "clang-repl-21", "clang-repl-20", "clang-repl-19"];

/// In the order in which `clx-browser` looks for them.
const BROWSERS: &[&str] =
    &["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// The oldest Java that the kernel and PlantUML run on.
const OLDEST_JAVA: u32 = 11;

/// A program of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Python of this version or a newer one, such as `(3, 10)`.
    Python {
        /// The oldest that will do.
        oldest: (u32, u32),
    },
    /// The modules of Python that make virtual environments.
    Venv,
    /// Java, 11 or newer, with `JShell`.
    Java,
    /// Java, 11 or newer, that can draw.
    JavaRuntime,
    /// `clang-repl`, 19 or newer.
    ClangRepl,
    /// Chromium, in which the viewer of draw.io runs.
    Browser,
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python { oldest: (major, minor) } => {
                write!(f, "Python {major}.{minor} or newer")
            }
            Self::Venv => write!(f, "the module `venv` of Python"),
            Self::Java => write!(f, "Java {OLDEST_JAVA} or newer with JShell"),
            Self::JavaRuntime => write!(f, "Java {OLDEST_JAVA} or newer"),
            Self::ClangRepl => write!(f, "`clang-repl` 19 or newer"),
            Self::Browser => write!(f, "Chromium"),
        }
    }
}

impl Requirement {
    /// Returns the packages of Debian and its relatives that have it.
    #[must_use]
    pub const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Python { .. } | Self::Venv => &["python3", "python3-venv"],
            Self::Java => &["default-jdk-headless"],
            Self::JavaRuntime => &["default-jre-headless", "fonts-dejavu-core", "graphviz"],
            Self::ClangRepl => &["clang-19", "clang-tools-19"],
            Self::Browser => &["chromium", "fonts-liberation", "fonts-dejavu-core"],
        }
    }

    /// Returns how to get it.
    pub(crate) fn hint(self) -> String {
        let packages = self.packages().join(" ");
        let elsewhere = match self {
            Self::Python { .. } | Self::Venv => "elsewhere install Python from python.org",
            Self::Java => "elsewhere install a JDK and set JAVA_HOME",
            Self::JavaRuntime => "elsewhere install Java, set JAVA_HOME, and install Graphviz",
            Self::ClangRepl => "elsewhere install LLVM with its tools",
            Self::Browser => "elsewhere install Chromium or Google Chrome",
        };
        format!("on Debian and Ubuntu run `sudo apt-get install {packages}`; {elsewhere}")
    }

    /// Finds it, and installs it where that is allowed; `announce` is called before.
    ///
    /// # Errors
    /// [`SetupError::Missing`]; as [`add_packages`].
    pub(crate) fn provide(
        self,
        system: &System,
        announce: impl FnOnce(&'static [&'static str]),
    ) -> Result<Program, SetupError> {
        match (self.find(system), system.apt_get()) {
            (Err(SetupError::Missing { requirement }), Some(apt_get)) => {
                announce(requirement.packages());
                add_packages(&apt_get, requirement.packages())?;
                self.find(system)
            }
            (found, _) => found,
        }
    }

    /// Finds and tries it.
    ///
    /// # Errors
    /// [`SetupError::Missing`], of a part of it if the other is there.
    pub(crate) fn find(self, system: &System) -> Result<Program, SetupError> {
        let missing = SetupError::Missing { requirement: self };
        match self {
            Self::Python { oldest } => python(system, oldest),
            Self::Venv => python(system, (0, 0)),
            Self::Java => java(system, "jdk.jshell").ok_or(missing),
            Self::JavaRuntime => java(system, "java.desktop").ok_or(missing),
            Self::ClangRepl => clang_repl(system).ok_or(missing),
            Self::Browser => browser(system).ok_or(missing),
        }
    }
}

fn python(system: &System, oldest: (u32, u32)) -> Result<Program, SetupError> {
    let mut requirement = Requirement::Python { oldest };
    for path in PYTHONS.iter().filter_map(|name| system.find(name)) {
        let Some((is_success, output)) = probe(&path, &["-I", "-c", PYTHON_PROBE]) else {
            continue;
        };
        let version = output.lines().next().unwrap_or_default().to_owned();
        match (major_and_minor(&version), is_success) {
            (Some(found), true) if found >= oldest => return Ok(Program { path, version }),
            (Some(found), false) if found >= oldest => requirement = Requirement::Venv,
            (Some(_) | None, _) => {}
        }
    }
    Err(SetupError::Missing { requirement })
}

fn java(system: &System, module: &str) -> Option<Program> {
    let at_home = system.java_home.as_ref().map(|home| home.join("bin/java"));
    let in_path = system.find("java");
    at_home.into_iter().chain(in_path).find_map(|path| {
        let (_, output) = probe(&path, &["--list-modules"])?;
        let mut modules = output.lines().filter_map(|line| line.split_once('@'));
        let version = modules.find(|(name, _)| *name == module)?.1.to_owned();
        let major: u32 = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        (major >= OLDEST_JAVA).then_some(Program { path, version })
    })
}

fn clang_repl(system: &System) -> Option<Program> {
    CLANG_REPLS.iter().filter_map(|name| system.find(name)).find_map(|path| {
        let (_, output) = probe(&path, &["--version"])?;
        let version = output.split_once("LLVM version ")?.1.split_whitespace().next()?.to_owned();
        let major: u32 = version.split('.').next()?.parse().ok()?;
        (major >= 19).then_some(Program { path, version })
    })
}

fn browser(system: &System) -> Option<Program> {
    BROWSERS.iter().filter_map(|name| system.find(name)).find_map(|path| {
        let (_, output) = probe(&path, &["--version"])?;
        let is_version = |word: &&str| major_and_minor(word).is_some();
        let version = output.split_whitespace().find(is_version)?.to_owned();
        Some(Program { path, version })
    })
}

/// Runs a program and tells whether it succeeded, and what it said; `None` if it cannot be run.
fn probe(path: &Path, args: &[&str]) -> Option<(bool, String)> {
    let ended = run(path, args, PROBE_LIMIT, |spawn| spawn).ok()?;
    Some((ended.is_success(), ended.tail))
}

/// Reads `3.11.2` as `(3, 11)`.
fn major_and_minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Returns the path of the interpreter in a virtual environment.
pub(crate) fn python_in(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}
