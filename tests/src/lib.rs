//! End-to-end suites that run the built `clx`, and what they share. Used by tests only.
//!
//! | module | for |
//! |---|---|
//! | [`fire`] | the queue under fire: real worker processes that are killed, stopped and starved |

#![expect(
    clippy::missing_panics_doc,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod fire;
