//! Why a request was not answered as asked. Principal type: [`Problem`].

use clx_core::with_causes;
use clx_queue::QueueError;
use clx_serve::StatusCode;
use clx_store::StoreError;

/// A status, a sentence and a hint: what is so, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>, hint: &'static str) -> Self {
        Self { status, message: message.into(), hint }
    }

    /// What was asked for is not there.
    pub(crate) fn missing(message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, message, hint)
    }

    /// There is no such address.
    pub(crate) fn nowhere() -> Self {
        Self::missing("there is no such page", "begin at the overview")
    }

    /// What was asked for makes no sense.
    pub(crate) fn bad(message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message, hint)
    }

    /// It may not be done this way.
    pub(crate) fn forbidden(message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, message, hint)
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        let message = with_causes(&error);
        match error {
            QueueError::NoSuchJob { .. } => {
                Self::missing(message, "finished jobs are forgotten after some days")
            }
            QueueError::NotRetryable { .. } => Self::new(
                StatusCode::CONFLICT,
                message,
                "cancel it first, or wait until it is done",
            ),
            QueueError::SessionClosed { .. } => Self::new(
                StatusCode::CONFLICT,
                message,
                "that build is over; build the course again, and what failed is tried again",
            ),
            _ => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                message,
                "look whether the file of the queue is still there, and start `clx serve` again",
            ),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let hint = "look whether the state directory is still there and can be read";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, with_causes(&error), hint)
    }
}

impl From<Box<minijinja::Error>> for Problem {
    fn from(error: Box<minijinja::Error>) -> Self {
        let message = format!("the page cannot be made: {}", with_causes(&*error));
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            message,
            "this is a bug in clx, please report it",
        )
    }
}
