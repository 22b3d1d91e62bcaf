//! What tests share: the conformance suite of queues. Used by tests only.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod queue_conformance;
