//! What tests share; used by tests only.
//!
//! [`queue_conformance`] is the contract of a queue as tests, one set for every implementation.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod queue_conformance;
