//! End-to-end suites that run the built `clx`, and what they share. Used by tests only.
//!
//! | module | for |
//! |---|---|
//! | [`e2e`] | runs the built `clx` on courses in temp dirs |
//! | [`random`] | numbers that a seed decides |
//! | [`fire`] | the queue under fire: real worker processes that are killed, stopped and starved |

#![expect(
    clippy::missing_panics_doc,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod e2e;
pub mod fire;
pub mod random;
