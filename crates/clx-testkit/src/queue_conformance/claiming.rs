//! Who gets which job, when, and once only.

use std::time::{Duration, Instant};

use clx_core::Clock as _;
use clx_queue::{CancelTarget, ClaimRequest, JobState, NewJob, QueueError, WorkerMode};

use super::{Subject, cases, job};

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

    fn any_bytes_come_through(s) {
        let session = s.session();
        // All values, and no text in any encoding.
        let bytes: Vec<u8> = (0..70_000_u32).map(|n| n.wrapping_mul(167).to_le_bytes()[1]).collect();
        let payload = bytes.clone();
        s.enqueue(session, NewJob { payload, ..job("a\nb \u{fffd} \u{1f980}") });
        let mut seat = s.worker(session);
        let claimed = s.claim(&mut seat).unwrap();
        assert_eq!(claimed.label, "a\nb \u{fffd} \u{1f980}");
        assert!(claimed.payload == bytes);
        seat.report(&*s.queue, vec![claimed.completed(bytes.clone())]).unwrap();
        assert!(s.finished(session)[0].result.as_ref() == Some(&bytes));
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

    fn job_with_a_required_mode_is_claimed_by_that_mode_only(s) {
        let session = s.session();
        let id = s.enqueue(session, NewJob { requires: Some(WorkerMode::Container), ..job("a") });
        let mut direct = s.worker_of(session, WorkerMode::Process);
        assert!(s.claim(&mut direct).is_none());
        let mut container = s.worker_of(session, WorkerMode::Container);
        assert_eq!(s.claim(&mut container).unwrap().id, id);
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
}
