//! nbconvert and nbclient, in an environment of their own. Principal type: [`Python`].
//!
//! They are fetched from the package index, in pinned versions; clx itself needs none of them.

use std::path::Path;

use super::TARGET;
use crate::python::Environment;
use crate::run::Program;

/// Where the programs and their requirements are.
const PROGRAMS: &str = "bench/peers-python";

/// An environment with all that the programs need.
pub(super) struct Python(Environment);

impl Python {
    /// Makes the environment, or brings it up to date. Where that fails, such as without network,
    /// says so and returns `None`.
    pub(super) fn set_up(root: &Path) -> Option<Self> {
        let (directory, requirements) =
            (format!("{TARGET}/python"), format!("{PROGRAMS}/requirements.txt"));
        match Environment::set_up(root, &directory, &requirements) {
            Ok(environment) => Some(Self(environment)),
            Err(error) => {
                crate::say(&error.to_string());
                crate::say("!!! nbconvert cannot be installed: its rows are left out.");
                None
            }
        }
    }

    /// Makes a command of one of the programs.
    pub(super) fn script(&self, name: &str) -> Program {
        self.0.program(&format!("{PROGRAMS}/{name}.py"))
    }
}
