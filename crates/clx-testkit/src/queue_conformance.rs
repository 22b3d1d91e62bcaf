//! The contract of [`Queue`] as tests, the same for every implementation.
//!
//! An implementation gets one test per case by `clx_testkit::queue_conformance!(make)`, where
//! `make` returns a fresh [`Subject`]. The cases lie in the modules below, by what they are about.

pub mod cancelling;
pub mod claiming;
pub mod depending;
pub mod enqueuing;
pub mod failing;
pub mod keeping;
pub mod living;

use std::any::Any;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::ManualClock;
use clx_queue::{
    ClaimedJob, ErrorClass, FinishedJob, JobId, JobState, Need, NewJob, NewSession, NewWorker,
    OnConflict, OnFailure, Owner, Queue, Seat, SessionId, UniqueKey, WorkerExit, WorkerId,
    WorkerMode,
};

/// A fresh, empty queue and the clock it reads.
pub struct Subject {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Whatever must live as long: a directory, a server.
    pub keep: Box<dyn Any + Send + Sync>,
}

/// Defines one test per case.
#[macro_export]
macro_rules! queue_conformance {
    ($make:expr) => {
        $crate::queue_conformance!(@cases $make;
            cancelling:
                cancel_of_a_running_job_reaches_its_worker
                cancel_of_a_type_spares_the_others
                cancel_of_a_waiting_job_takes_its_dependents_along
                cancelled_job_stays_cancelled_when_its_worker_completes_it;
            claiming:
                accepted_results_are_collected_in_order
                any_bytes_come_through
                claim_number_out_of_order_is_refused
                claims_follow_priority_then_duration_then_age
                delayed_job_waits_for_its_time
                idle_claim_returns_when_a_job_arrives
                job_with_a_required_mode_is_claimed_by_that_mode_only
                jobs_of_another_session_are_never_claimed
                nudge_ends_a_wait
                repeated_claim_number_returns_the_same_job_once;
            depending:
                blocked_job_waits_for_all_its_needs
                failed_need_cancels_dependents_transitively
                failed_need_lets_tolerant_dependents_run
                need_that_failed_before_cancels_the_new_job;
            enqueuing:
                batch_is_enqueued_entirely_or_not_at_all
                joined_job_stands_for_both
                replaced_job_gets_the_new_payload
                superseded_running_job_makes_room_and_is_cancelled
                retry_of_a_failed_job_is_a_new_job;
            failing:
                deterministic_error_fails_at_once
                timeout_is_retried_once
                transient_error_returns_after_its_back_off_until_used_up
                job_that_kills_its_workers_ends_dead
                returned_job_counts_no_loss;
            keeping:
                counters_equal_the_rows
                limit_bounds_running_jobs_over_all_workers
                old_rows_are_pruned_and_new_ones_kept
                paused_type_is_not_claimed;
            living:
                closed_session_takes_nothing_and_gives_nothing
                dead_worker_s_late_report_changes_nothing
                removed_worker_gets_nothing
                unregistered_worker_cannot_claim
                worker_row_counts_what_it_did
                progress_is_kept_for_the_running_attempt_only;
        );
    };
    (@cases $make:expr; $($group:ident: $($case:ident)+;)+) => {
        $($crate::queue_conformance!(@group $make; $group: $($case)+);)+
    };
    (@group $make:expr; $group:ident: $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::queue_conformance::$group::$case(&$make());
            }
        )+
    };
}

const KIND: &str = "test";

impl Subject {
    fn session(&self) -> SessionId {
        let owner = Owner { pid: 1, start: 2, boot_id: "boot".to_owned() };
        let new = NewSession::new(owner, Path::new("/course"));
        self.queue.open_session(&new).unwrap()
    }

    fn worker(&self, session: SessionId) -> Seat {
        self.worker_of(session, WorkerMode::InProcess)
    }

    fn worker_of(&self, session: SessionId, mode: WorkerMode) -> Seat {
        let worker = self.queue.register_worker(&NewWorker::new(session, KIND, mode)).unwrap();
        let activation = self.queue.activate_worker(worker, None).unwrap();
        assert_eq!((activation.session, activation.job_type.as_str()), (session, KIND));
        Seat::new(worker)
    }

    fn enqueue(&self, session: SessionId, job: NewJob) -> JobId {
        self.queue.enqueue(session, vec![job]).unwrap()[0]
    }

    fn claim(&self, seat: &mut Seat) -> Option<ClaimedJob> {
        seat.claim(&*self.queue, vec![], Duration::ZERO).unwrap().jobs.pop()
    }

    fn complete(&self, seat: &mut Seat, job: ClaimedJob) {
        let claim = seat.report(&*self.queue, vec![job.completed(vec![])]).unwrap();
        assert_eq!(claim.lost, []);
    }

    fn fail(&self, seat: &mut Seat, job: ClaimedJob, class: ErrorClass) {
        seat.report(&*self.queue, vec![job.failed(class, "it broke".to_owned())]).unwrap();
    }

    fn finished(&self, session: SessionId) -> Vec<FinishedJob> {
        self.queue.finished(session, 0, 1000, Duration::ZERO).unwrap()
    }

    fn state(&self, job: JobId) -> JobState {
        self.queue.job(job).unwrap().unwrap().state
    }

    fn lose(&self, worker: WorkerId) {
        self.queue
            .remove_worker(worker, &WorkerExit::Lost { how: "killed by signal 9".to_owned() })
            .unwrap();
    }
}

fn job(label: &str) -> NewJob {
    NewJob::new(KIND, label, label.as_bytes().to_vec())
}

fn after(label: &str, needs: &[JobId], on_failure: OnFailure) -> NewJob {
    NewJob { needs: needs.iter().map(|&id| (Need::Job(id), on_failure)).collect(), ..job(label) }
}

fn unique(label: &str, on_conflict: OnConflict) -> NewJob {
    NewJob { unique: Some(UniqueKey { key: "out.html".to_owned(), on_conflict }), ..job(label) }
}

macro_rules! cases {
    ($($(#[$doc:meta])* fn $name:ident($subject:ident) $body:block)+) => {
        $(
            $(#[$doc])*
            #[doc = concat!("See the name: ", stringify!($name), ".")]
            pub fn $name($subject: &Subject) $body
        )+
    };
}

use cases;
