//! Notices that nothing moves. Principal type: [`StallWatch`].

use std::time::{Duration, Instant};

use clx_queue::{JobFilter, JobRecord, JobState, Queue, QueueError};

/// How often progress is looked at while nothing finishes.
const CHECK: Duration = Duration::from_secs(10);

/// When something last finished or progressed.
#[derive(Debug)]
pub(crate) struct StallWatch {
    limit: Duration,
    moved: Instant,
    checked: Instant,
    seen: Vec<JobRecord>,
}

impl StallWatch {
    pub(crate) fn new(limit: Duration) -> Self {
        let now = Instant::now();
        Self { limit, moved: now, checked: now, seen: Vec::new() }
    }

    /// Says that something finished.
    pub(crate) fn moved(&mut self) {
        self.moved = Instant::now();
    }

    /// Returns what is stuck if nothing has moved for the limit.
    pub(crate) fn check(
        &mut self,
        queue: &dyn Queue,
        session: clx_queue::SessionId,
    ) -> Result<Option<String>, QueueError> {
        let now = Instant::now();
        if now.duration_since(self.checked) < CHECK.min(self.limit) {
            return Ok(None);
        }
        self.checked = now;
        let filter = JobFilter {
            session: Some(session),
            states: vec![JobState::Running],
            ..JobFilter::default()
        };
        let running = queue.jobs(&filter)?;
        if running != self.seen {
            self.seen = running;
            self.moved = now;
        }
        let stalled = now.duration_since(self.moved) >= self.limit;
        Ok(stalled.then(|| describe(&self.seen)))
    }

    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }
}

fn describe(running: &[JobRecord]) -> String {
    if running.is_empty() {
        return "no job was ever begun".to_owned();
    }
    let labels: Vec<_> = running.iter().take(5).map(|job| job.label.as_str()).collect();
    format!("running: {}", labels.join(", "))
}
