//! On what terms a session borrows workers. Principal types: [`Terms`], [`Lending`].

use clx_queue::SessionId;

/// What a session that borrows may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Its part of the workers, in proportion to the weights of the others: 1 to 1000, default 100. What
    /// is outside counts as the nearest number inside.
    pub weight: u32,
    /// At most so many workers, of all kinds and of all pools together; default no bound. A session
    /// with a bound gets no worker that would only wait for jobs.
    pub most: Option<u32>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { weight: 100, most: None }
    }
}

/// Whether a session gets workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lending {
    /// Its owner is dead: it is abandoned, so that its workers are free.
    Dead,
    /// None of this pool, such as one with other tools than it needs.
    No,
    /// Yes, on these terms.
    Yes(Terms),
}

/// A session that borrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Borrower {
    pub(super) session: SessionId,
    pub(super) terms: Terms,
}
