//! Watches the beats of workers against this process's monotonic clock, so that jumps of the wall
//! clock neither kill a worker nor keep a dead one. Principal type: [`LeaseWatch`].

use std::collections::HashMap;
use std::time::{Duration, Instant};

use clx_queue::{WorkerId, WorkerRecord};

/// When each worker's beat last moved.
#[derive(Debug, Default)]
pub(crate) struct LeaseWatch {
    seen: HashMap<WorkerId, (i64, Instant)>,
}

impl LeaseWatch {
    /// Takes the workers as stored now; returns those whose lease is over, with its length.
    pub(crate) fn expired(
        &mut self,
        workers: &[WorkerRecord],
        now: Instant,
    ) -> Vec<(WorkerId, Duration)> {
        self.seen.retain(|id, _| workers.iter().any(|worker| worker.id == *id));
        let mut expired = Vec::new();
        for worker in workers {
            let entry = self.seen.entry(worker.id).or_insert((worker.beat, now));
            if entry.0 != worker.beat {
                *entry = (worker.beat, now);
            } else if now.duration_since(entry.1) > worker.lease {
                expired.push((worker.id, worker.lease));
            }
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_queue::{SessionId, WorkerMode, WorkerState};

    fn worker(beat: i64) -> WorkerRecord {
        WorkerRecord {
            id: WorkerId(1),
            session: SessionId(1),
            job_type: "test".to_owned(),
            mode: WorkerMode::Process,
            state: WorkerState::Live,
            process: None,
            external_id: None,
            beat,
            seen: clx_core_timestamp(),
            lease: Duration::from_secs(20),
            done: 0,
            failed: 0,
            job: None,
        }
    }

    fn clx_core_timestamp() -> clx_core::Timestamp {
        clx_core::Timestamp::default()
    }

    #[test]
    fn lease_is_over_when_the_beat_stands_still() {
        let mut watch = LeaseWatch::default();
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(watch.expired(&[worker(1)], at(0)), []);
        assert_eq!(watch.expired(&[worker(2)], at(19)), []);
        assert_eq!(watch.expired(&[worker(2)], at(38)), []);
        assert_eq!(watch.expired(&[worker(2)], at(40)).len(), 1);
        assert_eq!(watch.expired(&[], at(41)), []);
        assert_eq!(watch.expired(&[worker(2)], at(42)), []);
    }
}
