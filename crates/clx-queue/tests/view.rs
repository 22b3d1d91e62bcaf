//! What people see of a queue in a file.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::sync::Arc;

use clx_core::{Clock, ManualClock, Timestamp};
use clx_queue::{JobFilter, NewJob, NewSession, Queue, QueueView, SqliteOptions, SqliteQueue};
use clx_testkit::queue_views::Stage;

fn sqlite() -> Stage<SqliteQueue> {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_800_000_000_000_000)));
    let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
    let options = SqliteOptions { clock: shared, ..SqliteOptions::default() };
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &options).unwrap();
    Stage { queue, clock, keep: Box::new(dir) }
}

clx_testkit::queue_views!(sqlite);

#[test]
fn change_counter_moves_with_changes_of_anybody_and_never_else() {
    let stage = sqlite();
    let other = SqliteQueue::open(stage.queue.path(), &SqliteOptions::default()).unwrap();
    let mut last = stage.queue.change_counter().unwrap();
    let mut has_changed = || {
        let now = stage.queue.change_counter().unwrap();
        std::mem::replace(&mut last, now) != now
    };
    assert!(!has_changed());
    let session = stage
        .queue
        .open_session(&NewSession::of_this_process(std::path::Path::new("/course"), 0, ""))
        .unwrap();
    assert!(has_changed(), "a change of this handle");
    other.enqueue(session, vec![NewJob::new("a", "x", vec![])]).unwrap();
    assert!(has_changed(), "a change of another handle");
    stage.queue.jobs(&JobFilter::default()).unwrap();
    assert!(!has_changed(), "reading is none");

    std::fs::remove_file(stage.queue.path()).unwrap();
    let error = stage.queue.change_counter().unwrap_err();
    assert!(error.to_string().contains("jobs.db"), "{error}");
}
