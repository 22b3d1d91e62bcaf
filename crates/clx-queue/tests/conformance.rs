//! The conformance suite on a SQLite file.

use std::sync::Arc;

use clx_core::{ManualClock, Timestamp};
use clx_queue::{SqliteOptions, SqliteQueue};
use clx_testkit::queue_conformance::Subject;
use clx_testkit::queue_model::queue_model;

fn sqlite() -> Subject {
    let dir = tempfile::tempdir().expect("a temp dir");
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let options = SqliteOptions { clock: Arc::clone(&clock) as _, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).expect("a fresh queue");
    Subject { queue: Arc::new(queue), clock, keep: Box::new(dir) }
}

clx_testkit::queue_conformance!(sqlite);

#[test]
fn any_sequence_of_calls_does_what_the_model_says() {
    queue_model(&sqlite(), 64);
}
