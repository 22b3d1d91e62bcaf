//! Workers as containers of a real engine; `SKIPPED` where none answers.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

mod bench;
mod confinement;
mod image;
mod life;
mod loss;
mod reaping;
mod refusal;
