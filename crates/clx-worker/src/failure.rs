//! Why a job failed, for its owner to read. Principal type: [`JobFailure`].

use std::fmt::Display;

use clx_core::{Diagnostic, JobPayload};
use clx_queue::ErrorClass;
use serde::{Deserialize, Serialize};

/// A failed attempt: the class decides on the retry, the diagnostics tell people why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFailure {
    /// Decides on the retry.
    pub class: ErrorClass,
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
}

/// The form in which diagnostics travel through the queue.
#[derive(Serialize, Deserialize)]
struct Detail {
    diagnostics: Vec<Diagnostic>,
}

impl JobFailure {
    /// Makes a failure with one diagnostic.
    #[must_use]
    pub fn new(class: ErrorClass, diagnostic: Diagnostic) -> Self {
        Self { class, diagnostics: vec![diagnostic] }
    }

    /// Reports a payload that no handler of this version can have been meant to read.
    #[must_use]
    pub fn bad_payload(error: impl Display) -> Self {
        let message = format!("a bug in clx: the job's payload cannot be read: {error}");
        Self::new(ErrorClass::Internal, Diagnostic::error("CLX0306", "internal", message))
    }

    /// Reports a payload of another version.
    #[must_use]
    pub fn wrong_version(version: u32) -> Self {
        let own = JobPayload::VERSION;
        let message = format!("the job has payload version {version}, this worker reads {own}");
        let problem = Diagnostic::error("CLX0307", "worker_version", message)
            .with_hint("start the worker with the same version of clx as the build");
        Self::new(ErrorClass::Configuration, problem)
    }

    /// Reports that the store failed; it may work the next time.
    #[must_use]
    pub fn store(error: impl Display) -> Self {
        let message = format!("the store failed: {error}");
        Self::new(ErrorClass::Transient, Diagnostic::error("CLX0308", "store", message))
    }

    /// Reports that the job was not done because nobody wants it any more.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorClass::Cancelled, describe(ErrorClass::Cancelled, ""))
    }

    /// Writes the diagnostics as the detail of an attempt.
    #[must_use]
    pub fn to_detail(&self) -> String {
        let detail = Detail { diagnostics: self.diagnostics.clone() };
        serde_json::to_string(&detail).unwrap_or_else(|error| error.to_string())
    }

    /// Reads the detail of an attempt. A text that is none of ours, such as the word of the pool
    /// about a lost worker, becomes the message of one diagnostic.
    #[must_use]
    pub fn from_detail(class: ErrorClass, detail: &str) -> Self {
        match serde_json::from_str::<Detail>(detail) {
            Ok(Detail { diagnostics }) if !diagnostics.is_empty() => Self { class, diagnostics },
            Ok(_) | Err(_) => Self::new(class, describe(class, detail)),
        }
    }
}

fn describe(class: ErrorClass, detail: &str) -> Diagnostic {
    let (code, category, message) = match class {
        ErrorClass::WorkerLost => {
            ("CLX0301", "worker_lost", format!("its worker was lost again and again: {detail}"))
        }
        ErrorClass::Timeout => ("CLX0302", "worker_timeout", detail.to_owned()),
        ErrorClass::Dependency => {
            ("CLX0303", "dependency", "something that it needs could not be made".to_owned())
        }
        ErrorClass::Cancelled => ("CLX0304", "cancelled", "it was cancelled".to_owned()),
        ErrorClass::User
        | ErrorClass::Configuration
        | ErrorClass::Transient
        | ErrorClass::Internal => ("CLX0305", "internal", detail.to_owned()),
    };
    Diagnostic::error(code, category, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_travel_through_the_detail() {
        let failure = JobFailure::new(
            ErrorClass::User,
            Diagnostic::error("CLX0201", "notebook_processing", "no").in_file("a.py"),
        );
        assert_eq!(JobFailure::from_detail(ErrorClass::User, &failure.to_detail()), failure);
    }

    #[test]
    fn foreign_detail_becomes_a_message() {
        let failure = JobFailure::from_detail(ErrorClass::WorkerLost, "killed by signal 9");
        assert!(failure.diagnostics[0].message.contains("killed by signal 9"));
    }

    #[test]
    fn each_class_has_its_code() {
        let check = |class, detail, code: &str, message: &str| {
            let problem = &JobFailure::from_detail(class, detail).diagnostics[0];
            assert_eq!((&*problem.code, &*problem.message), (code, message));
        };
        check(ErrorClass::Timeout, "after 3 s", "CLX0302", "after 3 s");
        let needed = "something that it needs could not be made";
        check(ErrorClass::Dependency, "job 7", "CLX0303", needed);
        check(ErrorClass::Cancelled, "a user", "CLX0304", "it was cancelled");
        check(ErrorClass::Transient, "no memory", "CLX0305", "no memory");
        check(ErrorClass::Internal, r#"{"diagnostics":[]}"#, "CLX0305", r#"{"diagnostics":[]}"#);
    }
}
