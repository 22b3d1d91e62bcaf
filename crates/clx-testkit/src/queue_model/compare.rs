//! Compares all that a queue tells with the model: jobs, counts, what is collected, what is to be stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use clx_queue::{JobFilter, JobId, JobRecord, JobState, SessionId};

use super::driver::Driver;
use super::model::State;

/// More than any sequence makes.
const ALL: u32 = 10_000;

impl Driver<'_> {
    /// Compares everything that the queue tells.
    pub(super) fn compare(&mut self) {
        for session in self.sessions.clone() {
            self.compare_jobs(session);
            self.compare_finished(session);
        }
        for worker in &self.model.workers {
            let unwanted = self.model.jobs.iter().filter(|job| job.is_unwanted);
            let own = unwanted.filter(|job| job.state == State::Running(worker.id));
            let expected: Vec<_> = own.map(|job| job.id).collect();
            let mut beat = self.subject.queue.beat(worker.id, &[], Duration::ZERO).unwrap();
            beat.cancel.sort_unstable();
            assert_eq!(beat.cancel, expected, "jobs to be stopped by {:?}", worker.id);
        }
    }

    fn compare_jobs(&self, session: SessionId) {
        let queue = &self.subject.queue;
        let filter = JobFilter { session: Some(session), limit: ALL, ..JobFilter::default() };
        let mut found: Vec<_> = queue.jobs(&filter).unwrap().iter().map(seen).collect();
        found.sort_unstable();
        let of_session = self.model.jobs.iter().filter(|job| job.session == session);
        let expected: Vec<_> = of_session
            .map(|job| {
                let n_needs = if job.state == State::Blocked { job.needs.len() } else { 0 };
                let counts = (job.attempt, job.failures, job.losses, n_needs);
                (job.id, job.state, counts, job.is_unwanted)
            })
            .collect();
        assert_eq!(found, expected);
        let mut by_state = BTreeMap::<u8, u64>::new();
        for (_, state, ..) in &expected {
            *by_state.entry(column_of(*state)).or_default() += 1;
        }
        let mut counts = BTreeMap::<u8, u64>::new();
        for (state, n_jobs) in queue.counts(Some(session)).unwrap() {
            *counts.entry(column(state)).or_default() += n_jobs;
        }
        counts.retain(|_, n_jobs| *n_jobs > 0);
        assert_eq!(counts, by_state, "the counters differ from the jobs");
    }

    /// What is collected is the final jobs, each once, and what was collected before stays.
    fn compare_finished(&mut self, session: SessionId) {
        let finished = self.subject.queue.finished(session, 0, ALL, Duration::ZERO).unwrap();
        let mut ids: Vec<_> = finished.iter().map(|job| job.id).collect();
        let before = self.collected.insert(session, ids.clone()).unwrap_or_default();
        assert!(ids.starts_with(&before), "{ids:?} does not begin with {before:?}");
        ids.sort_unstable();
        let of_session = self.model.jobs.iter().filter(|job| job.session == session);
        let expected: Vec<_> =
            of_session.filter(|job| job.state.is_final()).map(|job| job.id).collect();
        assert_eq!(ids, expected, "what is collected");
    }
}

/// A job as both sides tell it: state; attempts, failures, losses, open needs; whether it is unwanted.
type Seen = (JobId, State, (u32, u32, u32, usize), bool);

fn seen(job: &JobRecord) -> Seen {
    let state = match job.state {
        JobState::Blocked => State::Blocked,
        JobState::Scheduled | JobState::Ready => State::Waiting,
        JobState::Running => State::Running(job.worker.unwrap()),
        JobState::Completed => State::Completed,
        JobState::Failed => State::Failed,
        JobState::Cancelled => State::Cancelled,
        JobState::Dead => State::Dead,
    };
    let n_needs = if state == State::Blocked { job.blocked_by as usize } else { 0 };
    (job.id, state, (job.attempt, job.failures, job.losses, n_needs), job.cancel_requested)
}

/// Returns the counter of a state; waiting for a time and for a worker are one here.
const fn column(state: JobState) -> u8 {
    match state {
        JobState::Blocked => 0,
        JobState::Scheduled | JobState::Ready => 1,
        JobState::Running => 2,
        JobState::Completed => 3,
        JobState::Failed => 4,
        JobState::Cancelled => 5,
        JobState::Dead => 6,
    }
}

const fn column_of(state: State) -> u8 {
    match state {
        State::Blocked => 0,
        State::Waiting => 1,
        State::Running(_) => 2,
        State::Completed => 3,
        State::Failed => 4,
        State::Cancelled => 5,
        State::Dead => 6,
    }
}
