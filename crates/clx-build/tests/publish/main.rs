//! Builds of small courses into output trees, with a backend that makes texts in place of
//! notebooks.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

mod bench;
mod fake_backend;
mod foreign;
mod sweep;
mod write;
