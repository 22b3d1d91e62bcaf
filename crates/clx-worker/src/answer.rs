//! What a handler returns. Principal type: [`Answer`].

use clx_core::{JobResult, RequestResult};
use clx_queue::ErrorClass;

use crate::failure::JobFailure;

/// The result of a job that was done, perhaps in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The result, as the job's owner reads it.
    pub result: Vec<u8>,
    /// Why something lacks in it, if so; those who look at the queue see the job as failed.
    pub partial: Option<ErrorClass>,
}

impl Answer {
    /// Answers the job of a build's step; it is partial if a request could not be met.
    ///
    /// # Errors
    /// A result that cannot be written as JSON is a bug, [`ErrorClass::Internal`].
    pub fn of_step(result: &JobResult) -> Result<Self, JobFailure> {
        let failed = |result: &RequestResult| matches!(result, RequestResult::Failed(_));
        let partial = result.results.iter().any(failed).then_some(ErrorClass::User);
        let result = serde_json::to_vec(result).map_err(JobFailure::bad_payload)?;
        Ok(Self { result, partial })
    }
}

impl From<Vec<u8>> for Answer {
    fn from(result: Vec<u8>) -> Self {
        Self { result, partial: None }
    }
}
