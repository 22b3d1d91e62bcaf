//! Why PlantUML cannot be used at all. Principal type: [`PlantUmlError`].

use std::io;
use std::path::PathBuf;

use clx_core::Diagnostic;
use clx_process::ProcessError;

use crate::CATEGORY;
use crate::code;

/// A problem of the installation, not of a diagram.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlantUmlError {
    /// There is no `java`.
    #[error("PlantUML needs Java, and there is none in JAVA_HOME or PATH")]
    JavaMissing,
    /// The jar of PlantUML is not there.
    #[error("there is no PlantUML at {}", path.display())]
    JarMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A directory or file cannot be made.
    #[error("cannot write {}", path.display())]
    Write {
        /// The directory or file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Java could not be started or watched.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Java made no class-data archive.
    #[error("Java made no class-data archive: {output}")]
    Archive {
        /// What it said.
        output: String,
    },
}

impl PlantUmlError {
    /// Returns the problem as it is reported.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            message = format!("{message}: {source}");
            cause = source.source();
        }
        let hint = match self {
            Self::JavaMissing | Self::JarMissing { .. } => "run `clx setup plantuml`",
            Self::Write { .. } => "make room, or look at the permissions of the directory",
            Self::Process(_) | Self::Archive { .. } => "look whether `java -version` works",
        };
        Diagnostic::error(code::TOOL_MISSING, CATEGORY, message).with_hint(hint)
    }
}
