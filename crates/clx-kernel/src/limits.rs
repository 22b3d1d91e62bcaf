//! What a notebook may use. Principal type: [`Limits`].

use std::time::Duration;

/// Limits of time and output. [`Limits::default`] has no limit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one cell may run.
    pub cell: Option<Duration>,
    /// How long all cells together may run.
    pub notebook: Option<Duration>,
    /// How long a cell may take to end after it was interrupted, by default 5 s.
    pub interrupt_grace: Duration,
    /// How many bytes of outputs one cell may have, by default 10 MiB. The rest is dropped, with a
    /// note in its place; error messages are always kept.
    pub cell_output_bytes: usize,
    /// How many bytes of outputs all cells together may have, by default 50 MiB.
    pub notebook_output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cell: None,
            notebook: None,
            interrupt_grace: Duration::from_secs(5),
            cell_output_bytes: 10 * 1024 * 1024,
            notebook_output_bytes: 50 * 1024 * 1024,
        }
    }
}
