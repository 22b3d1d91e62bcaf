//! Why the server does not do what was asked, and the status that says so. Principal type:
//! [`Refusal`].

use clx_queue::QueueError;
use clx_store::StoreError;
use hyper::StatusCode;

use crate::protocol::{Problem, QueueProblem};

/// A status and its explanation.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) problem: Problem,
}

impl Refusal {
    /// Refuses with a sentence; never worth repeating.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let problem = Problem::Failed { message: message.into(), is_transient: false };
        Self { status, problem }
    }

    pub(crate) fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is no such call")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Self {
        let status = match &error {
            QueueError::WorkerGone { .. } => StatusCode::GONE,
            QueueError::SessionClosed { .. }
            | QueueError::NotRetryable { .. }
            | QueueError::ClaimOutOfOrder { .. } => StatusCode::CONFLICT,
            QueueError::NoSuchJob { .. } => StatusCode::NOT_FOUND,
            QueueError::BadNeed { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            error if error.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, problem: Problem::Queue { error: QueueProblem::from(&error) } }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::MissingBlob { hash } => {
                Self { status: StatusCode::NOT_FOUND, problem: Problem::NoBlob { hash } }
            }
            StoreError::DamagedBlob { hash } => {
                Self { status: StatusCode::NOT_FOUND, problem: Problem::DamagedBlob { hash } }
            }
            other => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                problem: Problem::Failed { message: other.to_string(), is_transient: true },
            },
        }
    }
}
