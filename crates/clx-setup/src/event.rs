//! What happens during a set-up. Principal type: [`SetupEvent`].

use std::path::PathBuf;
use std::time::Duration;

use crate::unit::Unit;

/// Something that a person who waits wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupEvent {
    /// Another process sets something up; this one waits for it.
    Waiting {
        /// The file that the other holds.
        lock: PathBuf,
    },
    /// A step of a unit begins.
    Step {
        /// The unit.
        unit: Unit,
        /// What is done now.
        step: SetupStep,
    },
    /// A unit is ready to use.
    Installed {
        /// The unit.
        unit: Unit,
        /// From the first step on.
        elapsed: Duration,
    },
}

/// The steps that take time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupStep {
    /// Packages are added to the system.
    SystemPackages {
        /// Their names.
        packages: &'static [&'static str],
    },
    /// A virtual environment is made.
    Environment {
        /// Its folder.
        folder: PathBuf,
    },
    /// Packages are fetched, checked and installed.
    Packages {
        /// The one that all others are for.
        package: &'static str,
    },
}
