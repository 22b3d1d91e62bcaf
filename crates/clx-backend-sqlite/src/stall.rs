//! Tells what runs, and notices that nothing moves. Principal type: [`StallWatch`].

use std::time::{Duration, Instant};

use clx_core::RunningStep;
use clx_queue::{JobFilter, JobRecord, JobState, Queue, QueueError};

/// How often progress is looked at while nothing finishes.
const CHECK: Duration = Duration::from_secs(1);

/// When something last finished or progressed.
#[derive(Debug)]
pub(crate) struct StallWatch {
    limit: Duration,
    moved: Instant,
    checked: Instant,
    seen: Vec<JobRecord>,
}

/// What a look at the running jobs found.
#[derive(Debug)]
pub(crate) struct Look {
    /// What is stuck, if nothing has moved for the limit.
    pub(crate) stuck: Option<String>,
    /// What runs.
    pub(crate) running: Vec<RunningStep>,
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

    /// Looks at what runs, about once a second; `None` in between.
    pub(crate) fn check(
        &mut self,
        queue: &dyn Queue,
        session: clx_queue::SessionId,
    ) -> Result<Option<Look>, QueueError> {
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
        Ok(Some(Look {
            stuck: stalled.then(|| describe(&self.seen)),
            running: self.seen.iter().filter_map(running_step).collect(),
        }))
    }

    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }
}

fn running_step(job: &JobRecord) -> Option<RunningStep> {
    let note = job.progress.as_ref().map(|progress| progress.note.clone()).unwrap_or_default();
    Some(RunningStep { label: job.label.clone(), since: job.started?, note })
}

fn describe(running: &[JobRecord]) -> String {
    if running.is_empty() {
        return "no job was ever begun".to_owned();
    }
    let labels: Vec<_> = running.iter().take(5).map(|job| job.label.as_str()).collect();
    format!("running: {}", labels.join(", "))
}
