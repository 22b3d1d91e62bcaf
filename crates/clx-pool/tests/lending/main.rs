//! Workers of a pool that work for the sessions of others.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

mod bench;
mod life;
mod moves;
mod sharing;
