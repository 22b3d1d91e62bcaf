//! Batches, unique keys and retries.

use clx_queue::{
    ErrorClass, JobFilter, JobId, JobState, Need, NewJob, OnConflict, OnFailure, QueueError,
};

use super::{Subject, after, cases, job, unique};

cases! {
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

    fn replaced_job_gets_the_new_payload(s) {
        let session = s.session();
        let first = s.enqueue(session, unique("old", OnConflict::Replace));
        assert_eq!(s.enqueue(session, unique("new", OnConflict::Replace)), first);
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        assert_eq!((claimed.id, claimed.payload.as_slice()), (first, &b"new"[..]));
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
}
