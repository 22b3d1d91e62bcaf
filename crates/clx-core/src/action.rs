//! Actions: what was made for a key. Principal types: [`ActionResult`], [`Artifact`].

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
}
