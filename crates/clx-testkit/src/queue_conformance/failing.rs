//! Errors by class, back-off, lost workers.

use std::time::Duration;

use clx_queue::{ErrorClass, EventType, JobState, NewJob, WorkerExit};

use super::{Subject, cases, job};

cases! {
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
}
