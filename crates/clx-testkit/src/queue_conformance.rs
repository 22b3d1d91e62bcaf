//! The contract of [`Queue`] as tests, the same for every implementation.
//!
//! An implementation gets one test per case by `clx_testkit::queue_conformance!(make)`, where
//! `make` returns a fresh [`Subject`].

use std::any::Any;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clx_core::{Clock as _, ManualClock};
use clx_queue::{
    CancelTarget, ClaimRequest, ClaimedJob, ErrorClass, EventType, FinishedJob, JobFilter, JobId,
    JobState, Need, NewJob, NewSession, NewWorker, OnConflict, OnFailure, Outcome, Owner, Progress,
    Queue, QueueError, Retention, Seat, SessionId, SessionState, UniqueKey, WorkerExit, WorkerId,
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
            accepted_results_are_collected_in_order
            batch_is_enqueued_entirely_or_not_at_all
            blocked_job_waits_for_all_its_needs
            cancel_of_a_running_job_reaches_its_worker
            cancel_of_a_waiting_job_takes_its_dependents_along
            cancel_of_a_type_spares_the_others
            cancelled_job_stays_cancelled_when_its_worker_completes_it
            claim_number_out_of_order_is_refused
            claims_follow_priority_then_duration_then_age
            closed_session_takes_nothing_and_gives_nothing
            counters_equal_the_rows
            dead_worker_s_late_report_changes_nothing
            delayed_job_waits_for_its_time
            deterministic_error_fails_at_once
            failed_need_cancels_dependents_transitively
            failed_need_lets_tolerant_dependents_run
            idle_claim_returns_when_a_job_arrives
            job_that_kills_its_workers_ends_dead
            job_with_a_required_mode_is_claimed_by_that_mode_only
            joined_job_stands_for_both
            jobs_of_another_session_are_never_claimed
            limit_bounds_running_jobs_over_all_workers
            need_that_failed_before_cancels_the_new_job
            nudge_ends_a_wait
            old_rows_are_pruned_and_new_ones_kept
            paused_type_is_not_claimed
            progress_is_kept_for_the_running_attempt_only
            removed_worker_gets_nothing
            repeated_claim_number_returns_the_same_job_once
            replaced_job_gets_the_new_payload
            retry_of_a_failed_job_is_a_new_job
            returned_job_counts_no_loss
            superseded_running_job_makes_room_and_is_cancelled
            timeout_is_retried_once
            transient_error_returns_after_its_back_off_until_used_up
            unregistered_worker_cannot_claim
            worker_row_counts_what_it_did
        );
    };
    (@cases $make:expr; $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::queue_conformance::$case(&$make());
            }
        )+
    };
}

const KIND: &str = "test";

impl Subject {
    fn session(&self) -> SessionId {
        let owner = Owner { pid: 1, start: 2, boot_id: "boot".to_owned() };
        let new = NewSession { owner, root: Path::new("/course").to_owned() };
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

cases! {
    fn accepted_results_are_collected_in_order(s) {
        let session = s.session();
        let ids = s.queue.enqueue(session, vec![job("a"), job("b")]).unwrap();
        let mut seat = s.worker(session);
        let first = s.claim(&mut seat).unwrap();
        assert_eq!((first.payload.as_slice(), first.attempt), (&b"a"[..], 1));
        let report = vec![first.completed(b"\x00\xff".to_vec())];
        let second = seat.claim(&*s.queue, report, Duration::ZERO).unwrap().jobs.pop().unwrap();
        s.complete(&mut seat, second);
        let finished = s.finished(session);
        assert_eq!(finished.iter().map(|job| job.id).collect::<Vec<_>>(), ids);
        assert_eq!(finished[0].result.as_deref(), Some(&b"\x00\xff"[..]));
        let rest = s.queue.finished(session, finished[0].seq, 10, Duration::ZERO).unwrap();
        assert_eq!(rest, finished[1..]);
    }

    fn batch_is_enqueued_entirely_or_not_at_all(s) {
        let session = s.session();
        let bad = NewJob { needs: vec![(Need::InBatch(1), OnFailure::Cancel)], ..job("b") };
        let error = s.queue.enqueue(session, vec![job("a"), bad]).unwrap_err();
        assert!(matches!(error, QueueError::BadNeed { index: 1, .. }), "{error}");
        let unknown = after("c", &[JobId(4711)], OnFailure::Cancel);
        let error = s.queue.enqueue(session, vec![unknown]).unwrap_err();
        assert!(error.to_string().contains("job 4711"), "{error}");
        assert_eq!(s.queue.jobs(&JobFilter::default()).unwrap(), []);
        assert!(s.queue.counts(None).unwrap().is_empty());
    }

    fn blocked_job_waits_for_all_its_needs(s) {
        let session = s.session();
        let needs = vec![(Need::InBatch(0), OnFailure::Cancel), (Need::InBatch(1), OnFailure::Cancel)];
        let batch = vec![job("a"), job("b"), NewJob { needs, ..job("c") }];
        let ids = s.queue.enqueue(session, batch).unwrap();
        let mut seat = s.worker(session);
        for label in ["a", "b"] {
            assert_eq!(s.state(ids[2]), JobState::Blocked);
            let claimed = s.claim(&mut seat).unwrap();
            assert_eq!(claimed.label, label);
            s.complete(&mut seat, claimed);
        }
        assert_eq!(s.claim(&mut seat).unwrap().label, "c");
    }

    fn cancel_of_a_running_job_reaches_its_worker(s) {
        let session = s.session();
        let id = s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        let worker = seat.worker();
        let beat = std::thread::scope(|scope| {
            let beating = scope.spawn(|| s.queue.beat(worker, &[], Duration::from_secs(60)));
            let counts = s.queue.cancel(session, &CancelTarget::Job(id), "a test").unwrap();
            assert_eq!((counts.cancelled, counts.requested), (0, 1));
            beating.join().unwrap().unwrap()
        });
        assert_eq!(beat.cancel, [id]);
        seat.report(&*s.queue, vec![claimed.cancelled()]).unwrap();
        assert_eq!(s.state(id), JobState::Cancelled);
        assert_eq!(s.finished(session)[0].error_class, Some(ErrorClass::Cancelled));
    }

    fn cancel_of_a_waiting_job_takes_its_dependents_along(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        let b = s.enqueue(session, after("b", &[a], OnFailure::Cancel));
        let c = s.enqueue(session, after("c", &[b], OnFailure::Cancel));
        s.queue.cancel(session, &CancelTarget::Job(a), "a test").unwrap();
        for id in [a, b, c] {
            assert_eq!(s.state(id), JobState::Cancelled);
        }
        assert_eq!(s.finished(session).len(), 3);
        let counts = s.queue.cancel(session, &CancelTarget::All, "a test").unwrap();
        assert_eq!((counts.cancelled, counts.requested), (0, 0));
    }

    fn cancel_of_a_type_spares_the_others(s) {
        let session = s.session();
        let other = NewJob::new("other", "b", vec![]);
        let ids = s.queue.enqueue(session, vec![job("a"), other]).unwrap();
        s.queue.cancel(session, &CancelTarget::Type(KIND.to_owned()), "a test").unwrap();
        assert_eq!(s.state(ids[0]), JobState::Cancelled);
        assert_eq!(s.state(ids[1]), JobState::Ready);
    }

    fn cancelled_job_stays_cancelled_when_its_worker_completes_it(s) {
        let session = s.session();
        let id = s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        s.queue.cancel(session, &CancelTarget::All, "a test").unwrap();
        s.complete(&mut seat, claimed);
        assert_eq!(s.state(id), JobState::Cancelled);
        assert_eq!(s.finished(session)[0].result, None);
    }

    fn claim_number_out_of_order_is_refused(s) {
        let session = s.session();
        s.enqueue(session, job("a"));
        let worker = s.worker(session).worker();
        let request =
            ClaimRequest { worker, seq: 3, free: 1, done: vec![], wait: Duration::ZERO };
        let error = s.queue.claim(request).unwrap_err();
        assert!(matches!(error, QueueError::ClaimOutOfOrder { found: 3, expected: 1, .. }));
    }

    fn claims_follow_priority_then_duration_then_age(s) {
        let session = s.session();
        let expected = |label, priority, seconds| NewJob {
            priority,
            expected: Some(Duration::from_secs(seconds)),
            ..job(label)
        };
        let batch = vec![
            expected("low", -1, 999),
            expected("short", 0, 1),
            expected("long", 0, 50),
            expected("long too", 0, 50),
            expected("urgent", 7, 0),
        ];
        s.queue.enqueue(session, batch).unwrap();
        let mut seat = s.worker(session);
        let order: Vec<_> = (0..5)
            .map(|_| {
                let claimed = s.claim(&mut seat).unwrap();
                let label = claimed.label.clone();
                s.complete(&mut seat, claimed);
                label
            })
            .collect();
        assert_eq!(order, ["urgent", "long", "long too", "short", "low"]);
    }

    fn closed_session_takes_nothing_and_gives_nothing(s) {
        let session = s.session();
        let ids = s.queue.enqueue(session, vec![job("a"), job("b")]).unwrap();
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        s.queue.close_session(session).unwrap();
        s.queue.close_session(session).unwrap();
        assert!(!s.queue.abandon_session(session).unwrap());
        let late = seat.report(&*s.queue, vec![claimed.completed(vec![])]);
        assert!(matches!(late, Err(QueueError::WorkerGone { .. })), "{late:?}");
        for id in ids {
            assert_eq!(s.state(id), JobState::Cancelled);
        }
        let error = s.queue.enqueue(session, vec![job("c")]).unwrap_err();
        assert!(matches!(error, QueueError::SessionClosed { .. }), "{error}");
        let new = NewWorker::new(session, KIND, WorkerMode::Process);
        assert!(s.queue.register_worker(&new).is_err());
        assert_eq!(s.queue.sessions().unwrap()[0].state, SessionState::Closed);
        assert_eq!(s.queue.workers(None).unwrap(), []);
    }

    fn counters_equal_the_rows(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        s.queue.enqueue(session, vec![after("b", &[a], OnFailure::Cancel), job("c"), job("d")])
            .unwrap();
        let mut seat = s.worker(session);
        let mut other = s.worker(session);
        let first = s.claim(&mut seat).unwrap();
        let second = s.claim(&mut other).unwrap();
        s.complete(&mut seat, first);
        s.fail(&mut other, second, ErrorClass::User);
        s.claim(&mut seat).unwrap();
        let counts = s.queue.counts(Some(session)).unwrap();
        for &state in JobState::ALL {
            let filter =
                JobFilter { session: Some(session), states: vec![state], ..JobFilter::default() };
            let rows = s.queue.jobs(&filter).unwrap().len() as u64;
            assert_eq!(counts.get(&state).copied().unwrap_or(0), rows, "{state}");
        }
    }

    fn dead_worker_s_late_report_changes_nothing(s) {
        let session = s.session();
        let id = s.enqueue(session, job("a"));
        let mut old = s.worker(session);
        let stale = s.claim(&mut old).unwrap();
        s.lose(old.worker());
        let mut new = s.worker(session);
        let fresh = s.claim(&mut new).unwrap();
        assert_eq!((fresh.id, fresh.attempt), (id, 2));
        let late = old.report(&*s.queue, vec![stale.completed(b"stale".to_vec())]);
        assert!(matches!(late, Err(QueueError::WorkerGone { .. })));
        assert_eq!(s.state(id), JobState::Running);
        // The same report from a worker that lives but does not have the job.
        let mut third = s.worker(session);
        let forged = fresh.clone().completed(b"forged".to_vec());
        let claim = third.report(&*s.queue, vec![forged]).unwrap();
        assert_eq!(claim.lost, [id]);
        let claim = new.report(&*s.queue, vec![fresh.completed(b"good".to_vec())]).unwrap();
        assert_eq!(claim.lost, []);
        assert_eq!(s.finished(session)[0].result.as_deref(), Some(&b"good"[..]));
        let attempts = s.queue.attempts(id).unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].error_class, ErrorClass::WorkerLost);
        assert_eq!(attempts[0].detail, "killed by signal 9");
    }

    fn delayed_job_waits_for_its_time(s) {
        let session = s.session();
        let at = s.clock.now().plus(Duration::from_secs(60));
        let id = s.enqueue(session, NewJob { not_before: Some(at), ..job("later") });
        let mut seat = s.worker(session);
        assert_eq!(s.state(id), JobState::Scheduled);
        assert!(s.claim(&mut seat).is_none());
        s.clock.advance(Duration::from_secs(61));
        assert_eq!(s.claim(&mut seat).unwrap().id, id);
    }

    fn deterministic_error_fails_at_once(s) {
        let session = s.session();
        let mut seat = s.worker(session);
        for class in [ErrorClass::User, ErrorClass::Configuration, ErrorClass::Internal] {
            let id = s.enqueue(session, job("a"));
            let claimed = s.claim(&mut seat).unwrap();
            s.fail(&mut seat, claimed, class);
            assert_eq!(s.state(id), JobState::Failed);
        }
        let finished = s.finished(session).pop().unwrap();
        assert_eq!(finished.error_class, Some(ErrorClass::Internal));
        assert_eq!(finished.error.as_deref(), Some("it broke"));
        assert!(s.queue.job(finished.id).unwrap().unwrap().finished.is_some());
    }

    fn failed_need_cancels_dependents_transitively(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        let b = s.enqueue(session, after("b", &[a], OnFailure::Cancel));
        let c = s.enqueue(session, after("c", &[a, b], OnFailure::Cancel));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        s.fail(&mut seat, claimed, ErrorClass::User);
        for id in [b, c] {
            assert_eq!(s.state(id), JobState::Cancelled);
        }
        let finished = s.finished(session);
        assert_eq!(finished.len(), 3);
        assert_eq!(finished[2].error_class, Some(ErrorClass::Dependency));
    }

    fn failed_need_lets_tolerant_dependents_run(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        let b = s.enqueue(session, after("b", &[a], OnFailure::Run));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        s.fail(&mut seat, claimed, ErrorClass::User);
        assert_eq!(s.claim(&mut seat).unwrap().id, b);
    }

    fn idle_claim_returns_when_a_job_arrives(s) {
        let session = s.session();
        let mut seat = s.worker(session);
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| seat.claim(&*s.queue, vec![], Duration::from_secs(60)).unwrap());
            let id = s.enqueue(session, job("a"));
            assert_eq!(waiting.join().unwrap().jobs[0].id, id);
        });
    }

    fn job_that_kills_its_workers_ends_dead(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { max_losses: 3, ..job("poison") });
        for loss in 1..=3 {
            let mut seat = s.worker(session);
            s.clock.advance(Duration::from_secs(120));
            assert_eq!(s.claim(&mut seat).unwrap().attempt, loss);
            s.lose(seat.worker());
        }
        assert_eq!(s.state(id), JobState::Dead);
        assert_eq!(s.finished(session)[0].error_class, Some(ErrorClass::WorkerLost));
        let events = s.queue.events(0, 1000).unwrap();
        assert!(events.iter().any(|event| event.event == EventType::JobDead));
    }

    fn job_with_a_required_mode_is_claimed_by_that_mode_only(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { requires: Some(WorkerMode::Container), ..job("a") });
        let mut direct = s.worker_of(session, WorkerMode::Process);
        assert!(s.claim(&mut direct).is_none());
        let mut container = s.worker_of(session, WorkerMode::Container);
        assert_eq!(s.claim(&mut container).unwrap().id, id);
    }

    fn joined_job_stands_for_both(s) {
        let session = s.session();
        let first = s.enqueue(session, unique("a", OnConflict::Join));
        assert_eq!(s.enqueue(session, unique("b", OnConflict::Join)), first);
        let other = s.session();
        assert_ne!(s.enqueue(other, unique("c", OnConflict::Join)), first);
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        assert_eq!(claimed.label, "a");
        s.complete(&mut seat, claimed);
        assert_ne!(s.enqueue(session, unique("d", OnConflict::Join)), first);
    }

    fn jobs_of_another_session_are_never_claimed(s) {
        let (mine, other) = (s.session(), s.session());
        s.enqueue(other, job("theirs"));
        let mut seat = s.worker(mine);
        assert!(s.claim(&mut seat).is_none());
        s.queue.cancel(mine, &CancelTarget::All, "a test").unwrap();
        assert_eq!(s.queue.counts(Some(other)).unwrap()[&JobState::Ready], 1);
        s.queue.abandon_session(mine).unwrap();
        assert_eq!(s.queue.counts(Some(other)).unwrap()[&JobState::Ready], 1);
    }

    fn limit_bounds_running_jobs_over_all_workers(s) {
        let session = s.session();
        s.queue.enqueue(session, vec![job("a"), job("b"), job("c")]).unwrap();
        s.queue.set_max_running(KIND, Some(2)).unwrap();
        let mut seats: Vec<_> = (0..3).map(|_| s.worker(session)).collect();
        let first = s.claim(&mut seats[0]).unwrap();
        s.claim(&mut seats[1]).unwrap();
        assert!(s.claim(&mut seats[2]).is_none());
        s.complete(&mut seats[0], first);
        s.claim(&mut seats[2]).unwrap();
        s.queue.set_max_running(KIND, None).unwrap();
    }

    fn need_that_failed_before_cancels_the_new_job(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        s.queue.cancel(session, &CancelTarget::Job(a), "a test").unwrap();
        let b = s.enqueue(session, after("b", &[a], OnFailure::Cancel));
        assert_eq!(s.state(b), JobState::Cancelled);
        let c = s.enqueue(session, after("c", &[a], OnFailure::Run));
        assert_eq!(s.state(c), JobState::Ready);
    }

    fn nudge_ends_a_wait(s) {
        let session = s.session();
        let mut seat = s.worker(session);
        let worker = seat.worker();
        let begin = Instant::now();
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| seat.claim(&*s.queue, vec![], Duration::from_secs(60)).unwrap());
            s.queue.nudge(worker);
            assert!(waiting.join().unwrap().jobs.is_empty());
        });
        assert!(begin.elapsed() < Duration::from_secs(30));
    }

    fn old_rows_are_pruned_and_new_ones_kept(s) {
        let (old, open) = (s.session(), s.session());
        s.queue.enqueue(old, (0..600).map(|n| job(&n.to_string())).collect()).unwrap();
        s.enqueue(open, job("kept"));
        s.queue.close_session(old).unwrap();
        s.queue.cancel(open, &CancelTarget::All, "a test").unwrap();
        assert_eq!(s.queue.prune(&Retention::default()).unwrap().jobs, 0);
        s.clock.advance(Duration::from_secs(40 * 24 * 60 * 60));
        let pruned = s.queue.prune(&Retention::default()).unwrap();
        assert_eq!((pruned.jobs, pruned.sessions), (600, 1));
        assert_eq!(s.queue.jobs(&JobFilter::default()).unwrap().len(), 1);
        assert_eq!(s.queue.counts(None).unwrap()[&JobState::Cancelled], 1);
    }

    fn paused_type_is_not_claimed(s) {
        let session = s.session();
        s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        s.queue.set_paused(KIND, true).unwrap();
        assert!(s.claim(&mut seat).is_none());
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| seat.claim(&*s.queue, vec![], Duration::from_secs(60)).unwrap());
            s.queue.set_paused(KIND, false).unwrap();
            assert_eq!(waiting.join().unwrap().jobs[0].label, "a");
        });
    }

    fn progress_is_kept_for_the_running_attempt_only(s) {
        let session = s.session();
        let id = s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        let mut report =
            Progress { job: id, attempt: 1, step: 3, total: 7, note: "cell 3".to_owned() };
        s.queue.beat(seat.worker(), &[report.clone()], Duration::ZERO).unwrap();
        assert_eq!(s.queue.job(id).unwrap().unwrap().progress, Some(report.clone()));
        report.attempt = 2;
        report.step = 99;
        s.queue.beat(seat.worker(), &[report], Duration::ZERO).unwrap();
        assert_eq!(s.queue.job(id).unwrap().unwrap().progress.unwrap().step, 3);
        s.complete(&mut seat, claimed);
        assert_eq!(s.queue.job(id).unwrap().unwrap().progress, None);
    }

    fn removed_worker_gets_nothing(s) {
        let session = s.session();
        s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        s.queue.remove_worker(seat.worker(), &WorkerExit::Stopped).unwrap();
        let error = seat.claim(&*s.queue, vec![], Duration::from_secs(60)).unwrap_err();
        assert!(matches!(error, QueueError::WorkerGone { .. }), "{error}");
        let error = s.queue.beat(seat.worker(), &[], Duration::from_secs(60)).unwrap_err();
        assert!(matches!(error, QueueError::WorkerGone { .. }), "{error}");
        assert!(s.queue.activate_worker(seat.worker(), None).is_err());
        let again = s.queue.remove_worker(seat.worker(), &WorkerExit::Stopped).unwrap();
        assert_eq!(again, clx_queue::Released::default());
    }

    fn repeated_claim_number_returns_the_same_job_once(s) {
        let session = s.session();
        s.queue.enqueue(session, vec![job("a"), job("b")]).unwrap();
        let worker = s.worker(session).worker();
        let request =
            ClaimRequest { worker, seq: 1, free: 1, done: vec![], wait: Duration::ZERO };
        let first = s.queue.claim(request.clone()).unwrap().jobs.remove(0);
        let again = s.queue.claim(request).unwrap().jobs.remove(0);
        assert_eq!((again.id, again.attempt), (first.id, first.attempt));
        let done = vec![first.completed(b"once".to_vec())];
        let next = ClaimRequest { worker, seq: 2, free: 1, done, wait: Duration::ZERO };
        let second = s.queue.claim(next.clone()).unwrap();
        let repeat = s.queue.claim(next).unwrap();
        assert_eq!(second.jobs[0].id, repeat.jobs[0].id);
        assert_eq!(s.finished(session).len(), 1);
    }

    fn replaced_job_gets_the_new_payload(s) {
        let session = s.session();
        let first = s.enqueue(session, unique("old", OnConflict::Replace));
        assert_eq!(s.enqueue(session, unique("new", OnConflict::Replace)), first);
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        assert_eq!((claimed.id, claimed.payload.as_slice()), (first, &b"new"[..]));
    }

    fn retry_of_a_failed_job_is_a_new_job(s) {
        let session = s.session();
        let id = s.enqueue(session, job("a"));
        let error = s.queue.retry(id).unwrap_err();
        assert!(matches!(error, QueueError::NotRetryable { .. }), "{error}");
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        s.fail(&mut seat, claimed, ErrorClass::User);
        let again = s.queue.retry(id).unwrap();
        assert_ne!(again, id);
        let claimed = s.claim(&mut seat).unwrap();
        assert_eq!((claimed.id, claimed.attempt, claimed.label.as_str()), (again, 1, "a"));
        assert!(matches!(s.queue.retry(JobId(999)), Err(QueueError::NoSuchJob { .. })));
    }

    fn returned_job_counts_no_loss(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { max_losses: 1, ..job("a") });
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        seat.report(&*s.queue, vec![claimed.returned()]).unwrap();
        s.claim(&mut seat).unwrap();
        s.queue.remove_worker(seat.worker(), &WorkerExit::Stopped).unwrap();
        let record = s.queue.job(id).unwrap().unwrap();
        assert_eq!((record.state, record.losses, record.attempt), (JobState::Ready, 0, 2));
    }

    fn superseded_running_job_makes_room_and_is_cancelled(s) {
        let session = s.session();
        let first = s.enqueue(session, unique("old", OnConflict::Supersede));
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        let second = s.enqueue(session, unique("new", OnConflict::Supersede));
        let third = s.enqueue(session, unique("newest", OnConflict::Supersede));
        assert_eq!(s.state(second), JobState::Cancelled);
        s.complete(&mut seat, claimed);
        assert_eq!(s.state(first), JobState::Cancelled);
        assert_eq!(s.claim(&mut seat).unwrap().id, third);
    }

    fn timeout_is_retried_once(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { max_failures: 9, ..job("slow") });
        let mut seat = s.worker(session);
        for expected in [JobState::Scheduled, JobState::Failed] {
            s.clock.advance(Duration::from_secs(120));
            let claimed = s.claim(&mut seat).unwrap();
            s.fail(&mut seat, claimed, ErrorClass::Timeout);
            assert_eq!(s.state(id), expected);
        }
    }

    fn transient_error_returns_after_its_back_off_until_used_up(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { max_failures: 3, ..job("flaky") });
        let mut seat = s.worker(session);
        for failure in 1..=3 {
            let claimed = s.claim(&mut seat).unwrap();
            assert_eq!(claimed.attempt, failure);
            s.fail(&mut seat, claimed, ErrorClass::Transient);
            assert!(s.claim(&mut seat).is_none());
            s.clock.advance(Duration::from_secs(90));
        }
        assert_eq!(s.state(id), JobState::Failed);
        assert_eq!(s.queue.attempts(id).unwrap().len(), 3);
        assert_eq!(s.finished(session)[0].attempts, 3);
    }

    fn unregistered_worker_cannot_claim(s) {
        let session = s.session();
        s.enqueue(session, job("a"));
        let mut stranger = Seat::new(WorkerId(77));
        assert!(stranger.claim(&*s.queue, vec![], Duration::ZERO).is_err());
        let created = NewWorker::new(session, KIND, WorkerMode::Process);
        let mut created = Seat::new(s.queue.register_worker(&created).unwrap());
        let error = created.claim(&*s.queue, vec![], Duration::ZERO).unwrap_err();
        assert!(matches!(error, QueueError::WorkerGone { .. }), "{error}");
    }

    fn worker_row_counts_what_it_did(s) {
        let session = s.session();
        s.queue.enqueue(session, vec![job("a"), job("b"), job("c")]).unwrap();
        let mut seat = s.worker(session);
        let first = s.claim(&mut seat).unwrap();
        s.complete(&mut seat, first);
        let second = s.claim(&mut seat).unwrap();
        s.fail(&mut seat, second, ErrorClass::User);
        let third = s.claim(&mut seat).unwrap();
        let worker = s.queue.workers(Some(session)).unwrap().remove(0);
        assert_eq!((worker.done, worker.failed, worker.job), (1, 1, Some(third.id)));
        let beat = worker.beat;
        s.queue.beat(seat.worker(), &[], Duration::ZERO).unwrap();
        assert_eq!(s.queue.workers(Some(session)).unwrap()[0].beat, beat + 1);
        assert!(matches!(third.returned().outcome, Outcome::Returned));
    }
}
