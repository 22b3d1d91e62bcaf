//! Prints and calls as Python does, where sources rely on it.

use minijinja::Environment;

/// Adds the behaviour to an environment.
pub(super) fn install(_environment: &mut Environment<'_>) {}
