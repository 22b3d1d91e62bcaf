//! Jobs that need others.

use clx_queue::{CancelTarget, ErrorClass, JobState, Need, NewJob, OnFailure};

use super::{Subject, after, cases, job};

cases! {
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

    fn need_that_failed_before_cancels_the_new_job(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        s.queue.cancel(session, &CancelTarget::Job(a), "a test").unwrap();
        let b = s.enqueue(session, after("b", &[a], OnFailure::Cancel));
        assert_eq!(s.state(b), JobState::Cancelled);
        let c = s.enqueue(session, after("c", &[a], OnFailure::Run));
        assert_eq!(s.state(c), JobState::Ready);
    }
}
