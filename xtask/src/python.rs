//! Environments with Python packages in pinned versions. Principal type: [`Environment`].

use std::path::{Path, PathBuf};

use crate::error::TaskError;
use crate::run::Program;

/// What the tag of a cache directory has to begin with, see the Cache Directory Tagging Specification.
const SIGNATURE: &str = "Signature: 8a477f597d28d172789f06886806bc55\n";

/// An environment below the target directory.
pub(crate) struct Environment {
    root: PathBuf,
    interpreter: PathBuf,
}

impl Environment {
    /// Makes the environment `directory` with what `requirements` names, or brings it up to date. Both are
    /// relative to the repository.
    pub(crate) fn set_up(
        root: &Path,
        directory: &str,
        requirements: &str,
    ) -> Result<Self, TaskError> {
        let place = root.join(directory);
        let this = Self { root: root.to_owned(), interpreter: place.join("bin/python") };
        if !this.interpreter.exists() {
            Program::new(root, "python3 -m venv").argument(&place).run()?;
            // By this backups, and our own checks, know that it can be made again.
            let tag = place.join("CACHEDIR.TAG");
            std::fs::write(&tag, SIGNATURE)
                .map_err(|source| TaskError::Io { path: tag.clone(), source })?;
        }
        let install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
        let pip = Program::new(root, &this.interpreter.to_string_lossy());
        install.iter().fold(pip, |program, word| program.argument(word)).run()?;
        Ok(this)
    }

    /// Makes a command of it.
    pub(crate) fn program(&self, word: &str) -> Program {
        Program::new(&self.root, &self.interpreter.to_string_lossy()).argument(word)
    }
}
