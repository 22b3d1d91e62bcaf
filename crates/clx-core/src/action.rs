//! Actions: what was made for a key. Principal types: [`ActionResult`], [`Artifact`], [`Subject`].

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::hash::ContentHash;

/// Bytes in the store under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// What it is within its action, such as `page` or `png`.
    pub name: String,
    /// Its bytes.
    pub hash: ContentHash,
    /// Their number.
    pub size: u64,
}

/// What an action made, kept in the store under its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    /// What was made.
    pub artifacts: Vec<Artifact>,
    /// Warnings, replayed whenever the result is used again.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// What it is, for people; `None` if whoever made it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
}

/// What a result is, for people who look into a store. Never part of a key: another source that is
/// the same finds the result, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// A format, such as `html` or `png`, or [`Subject::RUN`].
    pub kind: String,
    /// The source for which it was made, relative to the course root.
    pub source: String,
    /// Which one of its source, such as `en completed`; may be empty.
    pub variant: String,
}

impl Subject {
    /// The kind of outputs that code had.
    pub const RUN: &str = "run";
}
