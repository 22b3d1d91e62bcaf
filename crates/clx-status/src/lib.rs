//! What a queue's file tells people: how healthy it is, what runs now, what went wrong and why.
//! `clx status`, `clx monitor` and the dashboard show the same, each in its way.
//!
//! Everything is read from the file, so any process can look at any time, while builds run or long
//! after; nothing is changed by it.
//!
//! | module | tells |
//! |---|---|
//! | [`overview`] | [`Overview`]: all at a glance |
//! | [`health`] | [`Health`]: what to make of it |
//! | [`build`] | [`Build`]: a session with its progress |
//! | [`words`] | spans of time and numbers as people read them |
//! | [`job`] | [`JobView`]: a job with its attempts and problems |
//!
//! All numbers of seconds are real time between stamps of the machine's clock, for display only.

pub mod build;
pub mod health;
pub mod job;
pub mod overview;
pub mod words;

pub use build::{Build, BuildNote, BuildState};
pub use health::Health;
pub use job::{AttemptView, JobView, is_partial, made, problems, word};
pub use overview::{BusyWorker, Failure, Kind, Overview, QueueLoad};

use clx_core::Timestamp;
use clx_queue::Owner;

/// Tells whether the process that owns a session is dead.
pub type IsDead<'a> = &'a dyn Fn(&Owner) -> bool;

/// Returns the seconds between two moments, 0 if the later one is missing or lies before.
fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from).as_secs_f64()
}

/// Returns whole seconds since 1970-01-01 UTC.
#[must_use]
pub fn unix_seconds(moment: Timestamp) -> i64 {
    moment.as_us().div_euclid(1_000_000)
}
