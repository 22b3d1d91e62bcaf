//! Why a command could not do what it is for. Principal type: [`Failure`].

use clx_build::BuildError;
use clx_core::{BackendError, Diagnostic};
use clx_images::ImageError;
use clx_queue::QueueError;
use clx_watch::WatchError;

use super::pages::TemplateFailure;
use super::with_causes;
use crate::display::stderr_line;
use crate::exit::Exit;

/// A build that could not be done, and what that means for the exit status.
pub(super) struct Failure {
    pub(super) message: String,
    /// What is wrong with what the user wrote, if anything.
    pub(super) problems: Vec<Diagnostic>,
    pub(super) exit: Exit,
}

impl Failure {
    /// Something needed is missing or refuses.
    pub(super) fn environment(message: impl std::fmt::Display) -> Self {
        Self { message: message.to_string(), problems: Vec::new(), exit: Exit::Environment }
    }

    /// What was asked for does not exist, or cannot be done as things are.
    pub(super) fn refused(message: impl std::fmt::Display) -> Self {
        Self { exit: Exit::SomeFailed, ..Self::environment(message) }
    }

    /// Prints the message; returns the exit status.
    pub(super) fn print(self) -> Exit {
        stderr_line(&format!("error: {}", self.message));
        self.exit
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::environment(with_causes(&error))
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        let problem = error.diagnostic();
        let hint = problem.hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        Self::environment(format!("{} ({}){hint}", problem.message, problem.code))
    }
}

impl From<WatchError> for Failure {
    fn from(error: WatchError) -> Self {
        let hint = error.hint().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        Self::environment(format!("{}{hint}", with_causes(&error)))
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        let exit = match &error {
            BackendError::Stalled { .. } => Exit::Stalled,
            BackendError::Failed { environment: false, .. } => Exit::Bug,
            _ => Exit::Environment,
        };
        Self { message: error.to_string(), problems: Vec::new(), exit }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Backend(error) => error.into(),
            error => Self::environment(with_causes(&error)),
        }
    }
}

impl From<TemplateFailure> for Failure {
    fn from(failure: TemplateFailure) -> Self {
        match failure {
            TemplateFailure::Store(error) => Self::environment(with_causes(&error)),
            TemplateFailure::Invalid(problems) => {
                let message = "the course's templates cannot be used".to_owned();
                Self { message, problems, exit: Exit::Spec }
            }
        }
    }
}
