//! Why code gave no outputs. Principal type: [`RunFailure`].

use std::path::PathBuf;

use clx_core::with_causes;
use clx_kernel::{FaultClass, KernelError, RunError};

/// A run without outputs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunFailure {
    /// No kernel came to run.
    #[error("{}", with_output(error, error.last_output()))]
    Kernel { error: Box<KernelError>, n_attempts: u32 },
    /// A cell failed, or the kernel did while a cell ran.
    #[error("{error}")]
    Run { error: Box<RunError>, n_attempts: u32 },
    /// A file that the code sees has a path that leads out of its directory.
    #[error("`{}` leads out of the directory in which code runs", path.display())]
    OutsidePath { path: PathBuf },
    /// A file that the code sees cannot be copied.
    #[error("`{}` cannot be copied to where the code runs: {reason}", path.display())]
    File { path: PathBuf, reason: String },
}

impl RunFailure {
    pub(crate) fn kernel(error: KernelError) -> Self {
        Self::Kernel { error: Box::new(error), n_attempts: 1 }
    }

    pub(crate) fn run(error: RunError) -> Self {
        Self::Run { error: Box::new(error), n_attempts: 1 }
    }

    /// Notes how often the run was tried.
    pub(crate) fn after(mut self, attempts: u32) -> Self {
        match &mut self {
            Self::Kernel { n_attempts, .. } | Self::Run { n_attempts, .. } => {
                *n_attempts = attempts;
            }
            Self::OutsidePath { .. } | Self::File { .. } => {}
        }
        self
    }

    pub(crate) fn class(&self) -> FaultClass {
        match self {
            Self::Kernel { error, .. } => error.class(),
            Self::Run { error, .. } => error.class(),
            Self::OutsidePath { .. } | Self::File { .. } => FaultClass::Configuration,
        }
    }
}

fn with_output(error: &KernelError, last_output: Option<&str>) -> String {
    let causes = with_causes(error);
    match last_output.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => format!("{causes}; it printed: {text}"),
        None => causes,
    }
}
