//! What tests share. Used by tests only.
//!
//! | module | for |
//! |---|---|
//! | [`queue_conformance`](mod@queue_conformance) | the contract of a queue, the same for every implementation |
//! | [`fake_kernel`] | a Jupyter kernel with fault modes |
//! | [`course`] | small courses in temp dirs |
//! | [`pty`] | a program in a pseudo-terminal |
//! | [`postgres`] | a PostgreSQL server of one's own, and a pooler in front of it |
//! | [`port`] | ports for servers |
//! | [`random`] | numbers that a seed decides |
//! | [`registry`] | a registry of images of one's own |
//! | [`s3`] | a server of object storage of one's own |
//! | [`queue_model`](mod@queue_model) | a queue against a plain model of it, on random sequences of calls |
//! | [`queue_views`](mod@queue_views) | what people see of a queue, the same for every implementation |
//! | [`tree`] | what lies in a directory, to be compared |

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "test support fails by panicking, like the tests that call it"
)]

pub mod course;
pub mod fake_kernel;
pub mod port;
pub mod postgres;
pub mod pty;
pub mod queue_conformance;
pub mod queue_model;
pub mod queue_views;
pub mod random;
pub mod registry;
pub mod s3;
pub mod tree;

mod http;
