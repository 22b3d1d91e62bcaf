//! Failures of the whole job. A picture that cannot be made fails alone and is none of these.

use clx_core::{Diagnostic, JobPayload};
use clx_queue::ErrorClass;
use clx_store::StoreError;
use clx_worker::JobFailure;

pub(crate) fn bad_payload(error: impl std::fmt::Display) -> JobFailure {
    let message = format!("a bug in clx: the job's payload cannot be read: {error}");
    JobFailure::new(ErrorClass::Internal, Diagnostic::error("CLX0306", "internal", message))
}

pub(crate) fn wrong_version(version: u32) -> JobFailure {
    let message =
        format!("the job has payload version {version}, this worker reads {}", JobPayload::VERSION);
    let problem = Diagnostic::error("CLX0307", "worker_version", message)
        .with_hint("start the worker with the same version of clx as the build");
    JobFailure::new(ErrorClass::Configuration, problem)
}

pub(crate) fn store_failure(error: &StoreError) -> JobFailure {
    let message = format!("the store failed: {error}");
    let problem = Diagnostic::error("CLX0308", "store", message);
    JobFailure::new(ErrorClass::Transient, problem)
}

pub(crate) fn cancelled() -> JobFailure {
    let problem = Diagnostic::error("CLX0304", "cancelled", "it was cancelled");
    JobFailure::new(ErrorClass::Cancelled, problem)
}
