//! Waiting and running jobs that nobody wants any more.

use std::time::Duration;

use clx_queue::{CancelTarget, ErrorClass, JobState, NewJob, OnFailure};

use super::{KIND, Subject, after, cases, job};

cases! {
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

    fn cancel_of_a_type_spares_the_others(s) {
        let session = s.session();
        let other = NewJob::new("other", "b", vec![]);
        let ids = s.queue.enqueue(session, vec![job("a"), other]).unwrap();
        s.queue.cancel(session, &CancelTarget::Type(KIND.to_owned()), "a test").unwrap();
        assert_eq!(s.state(ids[0]), JobState::Cancelled);
        assert_eq!(s.state(ids[1]), JobState::Ready);
    }

    fn cancel_of_a_waiting_job_takes_its_dependents_along(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        let b = s.enqueue(session, after("b", &[a], OnFailure::Cancel));
        let c = s.enqueue(session, after("c", &[b], OnFailure::Cancel));
        let counts = s.queue.cancel(session, &CancelTarget::Job(a), "a test").unwrap();
        assert_eq!((counts.cancelled, counts.requested), (3, 0));
        for id in [a, b, c] {
            assert_eq!(s.state(id), JobState::Cancelled);
        }
        assert_eq!(s.finished(session).len(), 3);
        let counts = s.queue.cancel(session, &CancelTarget::All, "a test").unwrap();
        assert_eq!((counts.cancelled, counts.requested), (0, 0));
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
}
