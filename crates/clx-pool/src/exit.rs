//! How workers end. Principal type: [`Exit`].

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// By itself, in order: it was asked to, or found its row gone.
    Orderly,
    /// Not in order; the sentence says how, such as `killed by signal 9 (SIGKILL)`.
    Broken(String),
}
