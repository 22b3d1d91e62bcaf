//! nbconvert and nbclient, in an environment of their own. Principal type: [`Python`].
//!
//! They are fetched from the package index, in pinned versions; clx itself needs none of them.

use std::path::{Path, PathBuf};

use super::TARGET;
use crate::error::TaskError;
use crate::run::Program;

/// Where the programs and their requirements are.
const PROGRAMS: &str = "bench/peers-python";

/// An environment with all that the programs need.
pub(super) struct Python {
    root: PathBuf,
    interpreter: PathBuf,
}

impl Python {
    /// Makes the environment, or brings it up to date. Where that fails, such as without network,
    /// says so and returns `None`.
    pub(super) fn set_up(root: &Path) -> Option<Self> {
        let environment = root.join(TARGET).join("python");
        let interpreter = environment.join("bin/python");
        let python = Self { root: root.to_owned(), interpreter };
        match python.install(&environment) {
            Ok(()) => Some(python),
            Err(error) => {
                crate::say(&error.to_string());
                crate::say("!!! nbconvert cannot be installed: its rows are left out.");
                None
            }
        }
    }

    fn install(&self, environment: &Path) -> Result<(), TaskError> {
        if !self.interpreter.exists() {
            Program::new(&self.root, "python3 -m venv").argument(environment).run()?;
        }
        let requirements = format!("{PROGRAMS}/requirements.txt");
        self.program("-m")
            .argument("pip")
            .argument("install")
            .argument("--quiet")
            .argument("--requirement")
            .argument(requirements)
            .run()
    }

    /// Makes a command of one of the programs.
    pub(super) fn script(&self, name: &str) -> Program {
        self.program(&format!("{PROGRAMS}/{name}.py"))
    }

    fn program(&self, word: &str) -> Program {
        Program::new(&self.root, &self.interpreter.to_string_lossy()).argument(word)
    }
}
