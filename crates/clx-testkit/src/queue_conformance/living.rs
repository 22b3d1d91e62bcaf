//! Sessions and workers from their beginning to their end.

use std::time::Duration;

use clx_queue::{
    ErrorClass, JobState, NewWorker, Outcome, Progress, QueueError, Seat, SessionState, WorkerExit,
    WorkerId, WorkerMode,
};

use super::{KIND, Subject, cases, job};

cases! {
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
}
